"""Which of the three languages a text is in, and Traditional characters to Simplified.

A rule on characters: a chat message of four words is too short for statistics, and the question
has only three answers.
"""

import re
from functools import cache
from typing import Final

import opencc

from nlu.types import Language

_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
# A code such as HK2024010001 is no word: it stands in sentences of every language.
_WORD: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]+(?:['’][A-Za-z]+)?(?![A-Za-z0-9])")
_UNIFIED_IDEOGRAPHS: Final = range(0x4E00, 0xA000)


def detect_language(text: str, default: Language = "zh") -> Language:
    """The language of `text`; `default` where the text itself does not tell.

    That is so without Han characters and words, and between Simplified and Traditional where all
    characters are common to both ("你好"). With Han characters and words, Chinese wins unless there
    are more Latin words than Han characters: product names are Latin in Chinese sentences
    ("我要退iPhone Pro"), the reverse is rare.
    """
    han = _HAN.findall(text)
    words = len(_WORD.findall(text))
    if not han:
        return "en" if words else default
    if words > len(han):
        return "en"
    lean = _traditional_lean(han)
    if lean == 0 and default != "en":
        return default
    return "zh-Hant" if lean > 0 else "zh"


def to_simplified(text: str) -> str:
    """`text` with Traditional characters made Simplified, character by character where needed.

    The result has exactly the length of `text`, so that positions stay valid.
    """
    if not _HAN.search(text):
        return text
    converted: str = _converter("t2s").convert(text)
    if len(converted) == len(text):
        return converted
    return "".join(_simplified_character(character) for character in text)


def _traditional_lean(han: list[str]) -> int:
    """How many more characters are Traditional only than Simplified only."""
    traditional, simplified = _distinctive_characters()
    only_traditional = sum(character in traditional for character in han)
    only_simplified = sum(character in simplified for character in han)
    return only_traditional - only_simplified


def _simplified_character(character: str) -> str:
    converted: str = _converter("t2s").convert(character)
    return converted if len(converted) == 1 else character


@cache
def _distinctive_characters() -> tuple[frozenset[str], frozenset[str]]:
    """Characters that only Traditional, and that only Simplified texts use."""
    # One call for all of them: on lines of their own they cannot be read as phrases.
    characters = [chr(code) for code in _UNIFIED_IDEOGRAPHS]
    lines = "\n".join(characters)
    simpler = _converter("t2s").convert(lines).split("\n")
    fuller = _converter("s2t").convert(lines).split("\n")
    rows = list(zip(characters, simpler, fuller, strict=True))
    traditional = frozenset(own for own, less, more in rows if less != own == more)
    simplified = frozenset(own for own, less, more in rows if less == own != more)
    return traditional, simplified


@cache
def _converter(name: str) -> opencc.OpenCC:
    return opencc.OpenCC(name)
