"""Choosing from what was shown: "第二个", "the last one", "2", or the words on the button.

Pure rules over a text and a list; positions count from 0.
"""

import re
from collections.abc import Sequence
from typing import Final

from nlu.language import to_simplified

_CHINESE: Final = {digit: number for number, digit in enumerate("一二三四五六七八九十", 1)} | {
    "两": 2
}
_ENGLISH: Final = {
    word: number
    for number, words in enumerate(
        (
            ("first", "1st", "one"),
            ("second", "2nd", "two"),
            ("third", "3rd", "three"),
            ("fourth", "4th", "four"),
            ("fifth", "5th", "five"),
            ("sixth", "6th", "six"),
            ("seventh", "7th", "seven"),
            ("eighth", "8th", "eight"),
            ("ninth", "9th", "nine"),
            ("tenth", "10th", "ten"),
        ),
        1,
    )
    for word in words
}
_MEASURE: Final = "[个款件家单双条种项位瓶盒支张笔台套包号样份店]"
_THING: Final = (
    r"(?:ones?|items?|products?|orders?|options?|shops?|stores?|choices?|results?|members?)"
)
_NUMBER: Final = r"(?P<n>\d{1,2}|[一二三四五六七八九十两])"
_ORDINAL: Final = (
    r"(?P<w>first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d(?:st|nd|rd|th))"
)

# In the middle of a sentence only what cannot mean anything else ("第二天" is no choice).
_IN_SENTENCE: Final = (
    (re.compile(rf"倒数第{_NUMBER}{_MEASURE}"), -1),
    (re.compile(rf"第{_NUMBER}{_MEASURE}"), 1),
    (re.compile(rf"最后(?:那|的)?一?{_MEASURE}"), 0),
    (re.compile(rf"\b{_ORDINAL} {_THING}\b"), 1),
    (re.compile(r"\b(?:item|product|option|number|no\.?) ?#?(?P<n>\d{1,2})\b"), 1),
    (re.compile(rf"\blast {_THING}\b"), 0),
)
# As a whole message.
_LEAD: Final = (
    r"(?:嗯|好|我?要|选|就|是|看|那|the|i want|i'll take|it's|please|"
    r"option|number|no\.?|#|[\s,，])*"
)
_TAIL: Final = rf"(?:{_MEASURE}|吧|呀|啊|的|please|one|thanks|[\s.。!！,，])*"
_ALONE: Final = (
    (re.compile(rf"{_LEAD}第?{_NUMBER}{_TAIL}"), 1),
    (re.compile(rf"{_LEAD}{_ORDINAL}{_TAIL}"), 1),
    (re.compile(rf"{_LEAD}(?P<w>one|two|three|four|five|six|seven|eight|nine|ten){_TAIL}"), 1),
    (re.compile(rf"{_LEAD}(?:最后(?:那|的)?一?|last){_TAIL}"), 0),
)
LONGEST_CHOICE: Final = 80
_MIN_LABEL: Final = 2
"""A shorter piece of a label ("的") says nothing."""


def position_named(text: str, count: int) -> int | None:
    """Return the position that a sentence speaks of ("第二个有货吗"); ``None`` without one.

    A position beyond the ``count`` things shown is none.
    """
    return _first_match(_IN_SENTENCE, _folded(text), count, whole=False)


def chosen(text: str, labels: Sequence[str]) -> int | None:
    """Return which of the labels a whole message chooses, by position or by its words.

    Words choose when they are a label, are part of exactly one, or contain exactly one.
    """
    said = _folded(text)
    if not said or len(said) > LONGEST_CHOICE:
        return None
    folded = [_folded(label) for label in labels]
    if said in folded:
        return folded.index(said)
    for patterns, whole in ((_IN_SENTENCE, True), (_ALONE, True)):
        place = _first_match(patterns, said, len(labels), whole=whole)
        if place is not None:
            return place
    alike = [place for place, label in enumerate(folded) if said in label]
    if len(alike) == 1 and len(said) >= _MIN_LABEL:
        return alike[0]
    spoken = [
        place for place, label in enumerate(folded) if len(label) > _MIN_LABEL and label in said
    ]
    return spoken[0] if len(spoken) == 1 else None


def _folded(text: str) -> str:
    return to_simplified(text).strip().casefold()


def _first_match(
    patterns: Sequence[tuple[re.Pattern[str], int]], text: str, count: int, *, whole: bool
) -> int | None:
    for pattern, direction in patterns:
        match = pattern.fullmatch(text) if whole else pattern.search(text)
        if match is not None:
            return _position(match, direction, count)
    return None


def _position(match: re.Match[str], direction: int, count: int) -> int | None:
    """Return the position from the front (1), from the end (-1), or the very last (0)."""
    number = _number(match) if direction else 1
    place = number - 1 if direction > 0 else count - number
    return place if 0 <= place < count else None


def _number(match: re.Match[str]) -> int:
    groups = match.groupdict()
    word = groups.get("w") or groups.get("n") or ""
    if word in _ENGLISH:
        return _ENGLISH[word]
    return _CHINESE.get(word) or int(word)
