"""Hints: words of a customer that answer a flow's question before it is asked.

They stand in ``hints.yml``, for each skill and slot a list of words for each answer. Words of
Latin letters count only as whole words; a word may be a regular expression.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from ruamel.yaml import YAML

from nlu.language import to_simplified

FILE: Final = Path(__file__).with_name("hints.yml")
Hints: TypeAlias = Mapping[str, re.Pattern[str]]


def hinted(hints: Hints, text: str) -> str | None:
    """Return the first answer that a text hints at."""
    said = to_simplified(text)
    return next((answer for answer, words in hints.items() if words.search(said)), None)


def hints_for(skill: str, slot: str) -> Hints:
    """Return the hints for one slot; `KeyError` when the file has none."""
    return _all()[skill][slot]


@cache
def _all() -> Mapping[str, Mapping[str, Hints]]:
    document = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
    return {
        skill: {
            slot: {answer: _pattern(words) for answer, words in answers.items()}
            for slot, answers in slots.items()
        }
        for skill, slots in document.items()
    }


def _pattern(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(_whole(word) for word in words), re.IGNORECASE)


def _whole(word: str) -> str:
    return rf"\b(?:{word})\b" if word.isascii() else f"(?:{word})"
