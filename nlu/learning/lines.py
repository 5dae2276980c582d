"""One example as one line: whatever people wrote is text in it, and never YAML or a mark."""

import re
import unicodedata
from enum import StrEnum
from typing import Final

from nlu.normalise import MAX_CHARACTERS
from nlu.training.markup import MarkedText, parse_markup
from nlu.validation.domain import Domain
from nlu.validation.marks import mark_problems

_DROPPED: Final = frozenset({"Cc", "Cf", "Cs", "Co"})
_NO_CHARACTERS: Final = frozenset("\ufffe\uffff")
_BULLETS: Final = re.compile(r"^(?:- )+")
# Full-width forms: a person reads them as the same signs, and so does the model.
_SIGNS: Final = str.maketrans("[]{}", "［］｛｝")


class Flaw(StrEnum):
    """Why a text cannot be an example."""

    NO_WORDS = "no_words"
    TOO_LONG = "too_long"
    BUTTON = "button"
    MARKS = "marks"


class LineError(ValueError):
    """A text that cannot be an example."""

    def __init__(self, flaw: Flaw, reason: str) -> None:
        super().__init__(reason)
        self.flaw = flaw


def one_line(text: str) -> str:
    """`text` in one line, without what no YAML file may hold and what a reader takes off."""
    kept = (
        " " if character.isspace() else character
        for character in text
        if character.isspace() or not _is_dropped(character)
    )
    return _BULLETS.sub("", " ".join("".join(kept).split()))


def neutral(text: str) -> str:
    """`text` in one line, its brackets made full-width, so that none of them marks anything."""
    return one_line(text).translate(_SIGNS)


def checked_line(text: str, domain: Domain) -> MarkedText:
    """An example with its marks read; `LineError` says what is wrong with it.

    What passes is read from a file as exactly this example, and validation finds no error in it.
    """
    line = one_line(text)
    if len(line) > MAX_CHARACTERS:
        raise LineError(Flaw.TOO_LONG, f"an example has at most {MAX_CHARACTERS} characters")
    try:
        marked = parse_markup(line)
    except ValueError as error:
        raise LineError(Flaw.MARKS, str(error)) from error
    if not any(unicodedata.category(character)[0] in "LN" for character in marked.text):
        raise LineError(Flaw.NO_WORDS, "an example needs words")
    if marked.text.startswith("/"):
        raise LineError(Flaw.BUTTON, "a text that begins with / is a button, not words")
    problem = next(mark_problems(marked.text, marked.entities, domain), None)
    if problem is not None:
        raise LineError(Flaw.MARKS, problem[1])
    return marked


def _is_dropped(character: str) -> bool:
    return character in _NO_CHARACTERS or unicodedata.category(character) in _DROPPED
