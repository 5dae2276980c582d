"""The words by which a mood is noticed, read from one file per language."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML

FOLDER: Final = Path(__file__).parent
LANGUAGES: Final = ("zh", "en")
_CLAUSES: Final = re.compile(r"[,，.。;；!！?？\n…]+")


class Sign(StrEnum):
    """What tells that somebody is upset, or in need."""

    REPEATED = "repeated"
    """The same question again."""
    SHOUTING = "shouting"
    """Capital letters."""
    MARKS = "marks"
    """Rows of exclamation and question marks."""
    ANGER = "anger"
    ABUSE = "abuse"
    LEGAL_THREAT = "legal_threat"
    HEALTH_HARM = "health_harm"
    """An allergic reaction, food poisoning: the product did harm to somebody's body."""
    INJURY = "injury"
    """Burns, cuts, electric shocks."""


@dataclass(frozen=True, slots=True)
class Words:
    """Expressions that are a sign, and those that take it back within the same clause."""

    say: re.Pattern[str]
    unless: re.Pattern[str] | None

    def found_in(self, clauses: Sequence[str]) -> bool:
        """Whether some clause says it and takes nothing back."""
        return any(
            self.say.search(clause) and not (self.unless and self.unless.search(clause))
            for clause in clauses
        )


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All words of all languages: people mix them."""

    signs: Mapping[Sign, Sequence[Words]]
    pleased: Sequence[re.Pattern[str]]
    """Delight, which may be as loud as anger."""
    sorry: Sequence[re.Pattern[str]]
    """How an answer begins that apologises already."""

    def signs_in(self, text: str) -> frozenset[Sign]:
        """Return the signs that the words of a folded text are."""
        clauses = [clause for clause in _CLAUSES.split(text) if clause.strip()]
        return frozenset(
            sign
            for sign, words in self.signs.items()
            if any(one.found_in(clauses) for one in words)
        )

    def is_pleased(self, text: str) -> bool:
        """Whether a folded text expresses delight."""
        return any(pattern.search(text) for pattern in self.pleased)

    def apologises(self, text: str) -> bool:
        """Whether an answer begins with an apology."""
        return any(pattern.match(text) for pattern in self.sorry)


@cache
def load_lexicon() -> Lexicon:
    """Read the files of all languages; `ValueError` names a sign that does not exist."""
    files = [YAML(typ="safe").load(FOLDER / f"{language}.yml") for language in LANGUAGES]
    signs: dict[Sign, list[Words]] = {}
    for file in files:
        for name, words in file["signs"].items():
            signs.setdefault(Sign(name), []).append(_words(words))
    return Lexicon(
        signs,
        [_any_of(file["pleased"]) for file in files],
        [_any_of(file["sorry"]) for file in files],
    )


def _words(entry: Mapping[str, Sequence[str]]) -> Words:
    unless = entry.get("unless")
    return Words(_any_of(entry["say"]), _any_of(unless) if unless else None)


def _any_of(expressions: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in expressions), re.IGNORECASE)
