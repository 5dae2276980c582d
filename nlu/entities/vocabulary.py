"""Closed vocabularies: tiers, skin types, ingredients, recipients, occasions, reasons, invoices.

The words stand in `vocabulary.yml`, for editing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Final

from ruamel.yaml import YAML

from nlu.entities.word_index import Word, WordIndex
from nlu.types import Entity

_ALLERGY_BEFORE: Final = re.compile(
    r"(?:对\s*|\b(?:allerg(?:ic|y|ies) to|allergic reaction to|intolerant (?:to|of)|react to) ?)$",
    re.IGNORECASE,
)
_ALLERGY_BEHIND: Final = re.compile(
    r"\s*(?:(?:会|是|也|严重)*(?:过敏|不耐)|(?:allerg|intoleran))", re.IGNORECASE
)
_WITHOUT_BEFORE: Final = re.compile(
    r"(?:不含|不带|不加|没有|无|零|0|不要有?|不能有|避开|\b(?:without|no|zero|free of|free from|"
    r"avoid))"
    r"(?:任何|any)?\s*$",
    re.IGNORECASE,
)
_WITHOUT_BEHIND: Final = re.compile(r"[ -]?free\b", re.IGNORECASE)
_UNSURE: Final = 0.85
"""An ingredient that is only mentioned may just as well be what is sold (坚果, milk)."""


@dataclass(frozen=True, slots=True)
class _Context:
    unless: re.Pattern[str] | None
    where: re.Pattern[str] | None

    def allows(self, text: str) -> bool:
        if self.unless is not None and self.unless.search(text):
            return False
        return self.where is None or self.where.search(text) is not None


def find_words(text: str) -> list[Entity]:
    """All words of the vocabularies in `text`; they may overlap."""
    index, contexts = _vocabulary()
    found = [
        _in_context(text, entity)
        for entity in index.find(text)
        if contexts[entity.entity, str(entity.value)].allows(text)
    ]
    return list(_without_symptom(found))


def _in_context(text: str, entity: Entity) -> Entity:
    """An ingredient with what is said about it: "allergy", "without", or nothing."""
    if entity.entity != "ingredient":
        return entity
    before, behind = text[: entity.start], entity.end
    if _ALLERGY_BEHIND.match(text, behind) or _ALLERGY_BEFORE.search(before):
        return replace(entity, role="allergy")
    if _WITHOUT_BEFORE.search(before) or _WITHOUT_BEHIND.match(text, behind):
        return replace(entity, role="without")
    return replace(entity, confidence=_UNSURE)


def _without_symptom(found: list[Entity]) -> Iterator[Entity]:
    """An allergy that is told is no reason to return something."""
    told = any(entity.role == "allergy" for entity in found)
    return (e for e in found if not (told and (e.entity, e.value) == ("reason", "allergic")))


@cache
def _vocabulary() -> tuple[WordIndex, dict[tuple[str, str], _Context]]:
    listed = YAML(typ="safe").load((files(__package__) / "vocabulary.yml").read_text("utf-8"))
    words, contexts = [], {}
    for kind, values in listed.items():
        for value, entry in values.items():
            words += [Word(str(word), kind, value) for word in entry["words"]]
            contexts[kind, value] = _Context(
                _compiled(entry.get("unless")), _compiled(entry.get("where"))
            )
    return WordIndex(words, "vocabulary"), contexts


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    return None if pattern is None else re.compile(pattern, re.IGNORECASE)
