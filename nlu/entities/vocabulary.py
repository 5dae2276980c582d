"""Closed vocabularies: tiers, skin types, ingredients, recipients, occasions, reasons, invoices.

The words stand in `vocabulary.yml`, for editing.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from ruamel.yaml import YAML

from nlu.entities.word_index import Word, WordIndex, fold
from nlu.types import Entity

_ALLERGY_BEFORE: Final = re.compile(
    r"(?:对\s*|\b(?:allerg(?:ic|y|ies) to|allergic reaction to|intolerant (?:to|of)|react to) ?)$",
    re.IGNORECASE,
)
_ALLERGY_BEHIND: Final = re.compile(
    r"\s*(?:(?:会|是|也|严重)*(?:过敏|不耐)|(?:allerg|intoleran))", re.IGNORECASE
)
_WITHOUT_BEFORE: Final = re.compile(
    r"(?:不含|不带|不加|(?<!放)不放|(?<!有)没有?加?|忌|戒|无|零|0|不要有?|不能有|避开|"
    r"\b(?:without|no|zero|free of|free from|avoid))"
    r"(?:任何|any)?\s*$",
    re.IGNORECASE,
)
_WITHOUT_BEHIND: Final = re.compile(r"[ -]?free\b", re.IGNORECASE)
_AVOIDED_BEFORE: Final = re.compile(
    r"(?:(?<!能)不能[吃喝用碰]|[吃喝]不了|"
    r"\b(?:can'?t|cannot|can not|don'?t|do not) (?:eat|drink|have|take|touch))"
    r"(?: any)?\s*$",
    re.IGNORECASE,
)
# An allergy without its cause: that is the ingredient that is spoken of.
_ALLERGY: Final = re.compile(
    r"(?:^|[，。,. ]|[我他她]|孩子|宝宝|儿子|女儿|老公|老婆)[会严重也]*过敏|"
    r"\ballergic(?! to)|\ballergies\b",
    re.IGNORECASE,
)
_CONTAINED_BEFORE: Final = re.compile(
    r"(?:含有?|里[面头]?(?:有没有|有|加了?)|"
    r"\b(?:contain(?:s|ing)?|made (?:with|from|of)|with))\s*$",
    re.IGNORECASE,
)
_ASKED_BEFORE: Final = re.compile(
    r"\b(?:any|is there|are there|have|has|got|how much)(?: any| some)? $", re.IGNORECASE
)
_INSIDE_BEHIND: Final = re.compile(
    r" in (?:the|this|that|it|these|your)\b(?! (?:store|shop|stock|warehouse))", re.IGNORECASE
)
_SUPPOSED_BEFORE: Final = re.compile(
    r"(?:(?:万一|如果|要是|假如|若是|会不会|\b(?:if|in case))[^，。,.?？]{0,24}|"
    r"[大小松紧长短]还是)$",
    re.IGNORECASE,
)
_ASKED_BEHIND: Final = re.compile(r"\s*(?:还是[偏太]|吗|[么不][?？\s]*$)")
_CONDITIONS: Final = ("unless", "where", "before", "behind")
_NEAR: Final = 60
"""Characters."""
_UNSURE: Final = 0.85
"""An ingredient that is only mentioned may just as well be what is sold (坚果, milk)."""


@dataclass(frozen=True, slots=True)
class _Context:
    unless: re.Pattern[str] | None
    where: re.Pattern[str] | None
    before: re.Pattern[str] | None
    behind: re.Pattern[str] | None

    def allows(self, text: str, start: int, end: int) -> bool:
        if self.unless is not None and _has(self.unless, text):
            return False
        return (
            (self.where is None or _has(self.where, text))
            and (self.before is None or self.before.search(_before(text, start)) is not None)
            and (self.behind is None or self.behind.match(text, end) is not None)
        )


def find_words(text: str) -> list[Entity]:
    """All words of the vocabularies in `text`; they may overlap."""
    index, contexts = _vocabulary()
    found = [
        _in_context(text, entity)
        for entity in index.find(text)
        if _is_meant(text, entity, contexts[entity.entity, str(entity.value), fold(entity.text)])
    ]
    return list(_without_symptom(found))


def _is_meant(text: str, entity: Entity, contexts: Sequence[_Context]) -> bool:
    """Whether a word stands where it means the value; a reason supposed or asked for is none."""
    before = _before(text, entity.start)
    if entity.entity == "reason" and (
        _SUPPOSED_BEFORE.search(before) or _ASKED_BEHIND.match(text, entity.end)
    ):
        return False
    return any(context.allows(text, entity.start, entity.end) for context in contexts)


def _in_context(text: str, entity: Entity) -> Entity:
    """An ingredient with what is said about it: "allergy", "without", or nothing."""
    if entity.entity != "ingredient":
        return entity
    before, behind = _before(text, entity.start), entity.end
    role = _role_told(before, text, behind)
    if role is not None:
        return replace(entity, role=role)
    sure = _CONTAINED_BEFORE.search(before) or _is_asked_for(before, text, behind)
    return entity if sure else replace(entity, confidence=_UNSURE)


def _role_told(before: str, text: str, behind: int) -> str | None:
    if _ALLERGY_BEHIND.match(text, behind) or _ALLERGY_BEFORE.search(before):
        return "allergy"
    if _WITHOUT_BEFORE.search(before) or _WITHOUT_BEHIND.match(text, behind):
        return "without"
    if _has(_ALLERGY, text):
        return "allergy"
    return "without" if _AVOIDED_BEFORE.search(before) else None


@lru_cache(maxsize=64)
def _has(pattern: re.Pattern[str], text: str) -> bool:
    """Whether a text has what a pattern says; many of its words may ask."""
    return pattern.search(text) is not None


def _before(text: str, place: int) -> str:
    """The words before a place, as many as a pattern may look at."""
    return text[max(0, place - _NEAR) : place]


def _is_asked_for(before: str, text: str, behind: int) -> bool:
    """ "any nuts in the biscuits?", not "the nuts in the window"."""
    return bool(_ASKED_BEFORE.search(before) and _INSIDE_BEHIND.match(text, behind))


def _without_symptom(found: list[Entity]) -> Iterator[Entity]:
    """An allergy that is told is no reason to return something."""
    told = any(entity.role == "allergy" for entity in found)
    return (e for e in found if not (told and (e.entity, e.value) == ("reason", "allergic")))


@cache
def _vocabulary() -> tuple[WordIndex, dict[tuple[str, str, str], list[_Context]]]:
    listed = YAML(typ="safe").load((files(__package__) / "vocabulary.yml").read_text("utf-8"))
    words: list[Word] = []
    contexts: dict[tuple[str, str, str], list[_Context]] = defaultdict(list)
    for kind, values in listed.items():
        for value, entries in values.items():
            for entry in entries if isinstance(entries, list) else [entries]:
                context = _Context(*(_compiled(entry.get(name)) for name in _CONDITIONS))
                for surface in _spellings(entry["words"]):
                    words.append(Word(surface, kind, value))
                    contexts[kind, value, fold(surface)].append(context)
    return WordIndex(words, "vocabulary"), contexts


def _spellings(words: Iterable[object]) -> Iterator[str]:
    """Each word, and without its apostrophe: "dont want"."""
    for word in map(str, words):
        yield from dict.fromkeys((word, word.replace("'", "")))


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    return None if pattern is None else re.compile(pattern, re.IGNORECASE)
