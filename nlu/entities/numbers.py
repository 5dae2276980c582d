"""Numbers as people write them: 1,200 · 1.5万 · 两百五 · twenty-five."""

import re
from decimal import Decimal
from typing import Final

_DIGITS: Final = dict(
    zip("零〇一二三四五六七八九", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)
) | {
    "两": 2,
    "俩": 2,
    "仨": 3,
}
_UNITS: Final = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "k": 1000, "w": 10_000}
_ENGLISH_UNITS: Final = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_ENGLISH_TENS: Final = [
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
]
_ENGLISH: Final = (
    {word: number for number, word in enumerate(_ENGLISH_UNITS)}
    | {word: 10 * tens for tens, word in enumerate(_ENGLISH_TENS, 2)}
    | {"a": 1, "an": 1, "couple": 2, "dozen": 12, "half": 0}
)

ARABIC: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
CHINESE: Final = r"[零〇一二三四五六七八九十百千万两俩仨]+"
_TENS: Final = "|".join(_ENGLISH_TENS)
ENGLISH: Final = (
    rf"(?:(?:{_TENS})(?:[ -](?:{'|'.join(_ENGLISH_UNITS[1:10])}))?|"
    rf"{'|'.join(_ENGLISH_UNITS[1:][::-1])})"
    r"(?: hundred| thousand)?|a (?:hundred|thousand)"
)
ANY_NUMBER: Final = (
    rf"\d|{CHINESE}|\b(?:{'|'.join(_ENGLISH_TENS + _ENGLISH_UNITS)}|hundred|thousand|an?)\b"
)
"""Found in every text that has a number."""
NUMBER: Final = rf"(?:(?:{ARABIC})(?: ?[万千百wkWK](?![A-Za-z]))?|{CHINESE})"
"""A number in Arabic or Chinese digits."""


def parse_number(text: str) -> Decimal:
    """The value of a text that matched one of this module's patterns; ValueError otherwise."""
    words = text.strip().lower().replace(",", "")
    if re.match(r"\d", words):
        return _arabic(words)
    if words[:1].isascii():
        return Decimal(_english(words))
    return Decimal(_chinese(words))


def _arabic(words: str) -> Decimal:
    factor = _UNITS.get(words[-1], 1)
    return Decimal(words if factor == 1 else words[:-1].strip()) * factor


def _english(words: str) -> int:
    total = 0
    for word in words.replace("-", " ").split():
        if word in ("hundred", "thousand"):
            total = max(total, 1) * (100 if word == "hundred" else 1000)
        elif word in _ENGLISH:
            total += _ENGLISH[word]
        else:
            raise ValueError(f"not a number: {words}")
    return total


def _chinese(words: str) -> int:
    """一千二 is 1200 and 两百五 is 250: a last digit counts in tenths of the unit before it."""
    if not any(character in _UNITS for character in words):
        return int("".join(str(_digit(character)) for character in words))
    total = section = digit = 0
    unit = 1
    for character in words:
        if character not in _UNITS:
            digit = _digit(character)
            if digit == 0:
                unit = 10  # after 零 a last digit is just that: 一百零五 is 105
            continue
        unit = _UNITS[character]
        if unit == _UNITS["万"]:
            total, section = (total + section + digit) * unit, 0
        else:
            section += (digit or 1) * unit
        digit = 0
    return total + section + digit * max(unit // 10, 1)


def _digit(character: str) -> int:
    if character not in _DIGITS:
        raise ValueError(f"not a Chinese digit: {character}")
    return _DIGITS[character]
