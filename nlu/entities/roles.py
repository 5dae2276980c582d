"""Which size or colour an exchange goes from, and which it goes to."""

import re
from dataclasses import replace
from itertools import pairwise
from typing import Final

from nlu.types import Entity

_KINDS: Final = ("size", "colour")
_OLD_BEFORE: Final = re.compile(
    r"(?:从|由|原来|原先|旧|以前|之前|\bfrom |\bold (?:one|address)|\bused to be|\bwas )"
    r"(?:[^，。,.]{0,6})?\s*$",
    re.IGNORECASE,
)
_NEW_BEFORE: Final = re.compile(
    r"(?:到|成|为|去|寄|新地址[\s:：是为]*|\b(?:to|new address(?: is)?:?)) ?$", re.IGNORECASE
)
_DOES_NOT_FIT: Final = re.compile(
    r"[码号]?(?:的|是|有点|实在|也)*\s*(?:穿不下|穿不上|太小|太大|小了|大了|偏|挤|紧|松)"
    r"|\s*(?:is|was|are|feels?|runs?)?\s*(?:a bit |way )?too\b",
    re.IGNORECASE,
)

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
_FITTED_BADLY: Final = re.compile(
    r"太小|太大|小了|大了|偏小|偏大|\btoo (?:small|big|tight|large|loose)\b"
)


def with_roles(text: str, entities: list[Entity]) -> list[Entity]:
    """`entities`, in order of position, with "from" and "to" where the sentence tells them."""
    result = list(entities)
    for kind in _KINDS:
        places = [i for i, entity in enumerate(result) if entity.entity == kind]
        for place, role in _roles(text, [result[i] for i in places]).items():
            result[places[place]] = replace(result[places[place]], role=role)
    return [_with_address_role(text, entity) for entity in result]


def _with_address_role(text: str, entity: Entity) -> Entity:
    if entity.entity != "address":
        return entity
    before = text[: entity.start]
    if _OLD_BEFORE.search(before):
        return replace(entity, role="old")
    return replace(entity, role="new") if _NEW_BEFORE.search(before) else entity


def _roles(text: str, entities: list[Entity]) -> dict[int, str]:
    for i, (first, second) in enumerate(pairwise(entities)):
        if _DOES_NOT_FIT.match(text, first.end) and first.value != second.value:
            return {i: "from", i + 1: "to"}
        between = text[first.end : second.start]
        if len(between) > _MAX_GAP * 2:
            continue
        if _INSTEAD.search(between):
            return {i: "to", i + 1: "from"}
        if len(between) <= _MAX_GAP and _CONNECTOR.search(between):
            return {i: "from", i + 1: "to"}
    if len(entities) == 1 and _FITTED_BADLY.search(text, 0, entities[0].start):
        return {0: "to"}
    return {i: role for i, entity in enumerate(entities) if (role := _role_alone(text, entity))}


def _role_alone(text: str, entity: Entity) -> str | None:
    before = text[: entity.start]
    if _DOES_NOT_FIT.match(text, entity.end):
        return "from"
    if _TO_BEFORE.search(before):
        return "to"
    return "from" if _FROM_BEFORE.search(before) or _INSTEAD.search(before) else None
