"""Which size or colour an exchange goes from, and which it goes to."""

import re
from dataclasses import replace
from itertools import pairwise
from typing import Final

from nlu.types import Entity

_KINDS: Final = ("size", "colour")
_MAX_GAP: Final = 16
_CONNECTOR: Final = re.compile(r"换|改|到|→|->|➡|\bto\b|\bfor\b|\binto\b|\bwith\b", re.IGNORECASE)
_TO_BEFORE: Final = re.compile(
    r"(?:(?:换|改|调)(?:成|为|到|个|一?件|一?双|条)?\s*"
    r"|\b(?:exchange|swap|change|switch|replace)\b.*"
    r"\b(?:to|for|into|with) (?:an? |the )?(?:size )?)$",
    re.IGNORECASE,
)
_FROM_BEFORE: Final = re.compile(
    r"(?:从|由|把|将|\bfrom (?:an? |the )?(?:size )?)\s*$", re.IGNORECASE
)
_INSTEAD: Final = re.compile(r"\binstead of (?:an? |the )?(?:size )?$|而不是\s*$", re.IGNORECASE)


def with_roles(text: str, entities: list[Entity]) -> list[Entity]:
    """`entities`, in order of position, with "from" and "to" where the sentence tells them."""
    result = list(entities)
    for kind in _KINDS:
        places = [i for i, entity in enumerate(result) if entity.entity == kind]
        for place, role in _roles(text, [result[i] for i in places]).items():
            result[places[place]] = replace(result[places[place]], role=role)
    return result


def _roles(text: str, entities: list[Entity]) -> dict[int, str]:
    for i, (first, second) in enumerate(pairwise(entities)):
        between = text[first.end : second.start]
        if len(between) > _MAX_GAP * 2:
            continue
        if _INSTEAD.search(between):
            return {i: "to", i + 1: "from"}
        if len(between) <= _MAX_GAP and _CONNECTOR.search(between):
            return {i: "from", i + 1: "to"}
    return {i: role for i, entity in enumerate(entities) if (role := _role_alone(text, entity))}


def _role_alone(text: str, entity: Entity) -> str | None:
    before = text[: entity.start]
    if _TO_BEFORE.search(before):
        return "to"
    return "from" if _FROM_BEFORE.search(before) or _INSTEAD.search(before) else None
