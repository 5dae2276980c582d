"""Examples in a file of another language."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from nlu.training.data import Example, TrainingData
from nlu.types import OUT_OF_SCOPE
from nlu.validation.finding import Finding, Rule, Severity, at, quoted

Side = Literal["zh", "en"]
"""Simplified and Traditional Chinese share their files."""

_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WORD: Final = re.compile(r"[A-Za-z]{2,}")
_SENTENCE: Final = 4
"""Latin words; fewer are what people mix into Chinese ("ok", "thank you", "next best offer")."""

_CHARACTERS_A_WORD: Final = 3
"""Han characters that say as much as a Latin word, generously."""


def written_in(example: Example) -> Side:
    """The language of an example's file; of the example itself where the path names none."""
    return _language_of(example.file) or ("en" if example.language == "en" else "zh")


def languages(data: TrainingData) -> Iterator[Finding]:
    """Sentences of the other language; mixed ones are welcome, for people mix."""
    for example in data.examples:
        side = _language_of(example.file)
        # What is out of scope may be in any language, and is no sentence at times.
        if side is None or example.intent == OUT_OF_SCOPE:
            continue
        if (other := foreign(example.text, side)) is not None:
            message = f"{quoted(example.text)} is {other} in a file of {side}"
            yield at(example, Rule.WRONG_LANGUAGE, Severity.ERROR, message)


def foreign(text: str, side: Side) -> Side | None:
    """The language that a text is in when that is not the one of its file."""
    han, words = len(_HAN.findall(text)), len(_WORD.findall(text))
    if side == "zh":
        return "en" if not han and words >= _SENTENCE else None
    return "zh" if han > words * _CHARACTERS_A_WORD else None


def _language_of(file: Path | None) -> Side | None:
    """The language that a path names: zh/greet.yml, nlu.en.yml, nlu_zh-CN.yml."""
    if file is None:
        return None
    for part in (file.stem, *reversed(file.parent.parts)):
        for word in reversed(re.split(r"[._-]", part.lower())):
            if word in ("zh", "en"):
                return "zh" if word == "zh" else "en"
    return None
