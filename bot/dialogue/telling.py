"""What a message tells: which slots it fills, and whether it clearly means what it looks like.

An entity fills the slot of its kind, or of its kind and role.
"""

from collections.abc import Collection
from typing import Final

from crm_store.types.conversations import JSON
from nlu.types import Entity, Parse, value_to_json

CLEARLY: Final = 0.85
"""Confidence from which a message is what the model takes it for, whatever was asked."""


def is_clear(parse: Parse) -> bool:
    """Whether a message means one thing, and clearly."""
    sure = parse.in_scope and parse.intent.confidence >= CLEARLY
    return sure and not parse.ambiguous


def slot_of(entity: Entity, wanted: Collection[str], asked: str | None = None) -> str | None:
    """Return the slot that an entity fills: ``size_to`` for a size with that role, else ``size``.

    An entity with a role that nobody asks for fills the slot of its kind; one without a role
    answers the question that was ``asked``: the phone told on "the new number?" is the new one.
    """
    if asked in wanted and entity.role is None and slot_kind(asked or "") == entity.entity:
        return asked
    if entity.role is not None and f"{entity.entity}_{entity.role}" in wanted:
        return f"{entity.entity}_{entity.role}"
    return entity.entity if entity.entity in wanted else None


def slots_told(parse: Parse, wanted: Collection[str], asked: str | None = None) -> dict[str, JSON]:
    """Return the slots that a message fills; of several values for one slot the first counts."""
    told: dict[str, JSON] = {}
    for entity in parse.entities:
        slot = slot_of(entity, wanted, asked)
        if slot is not None:
            told.setdefault(slot, value_to_json(entity.value))
    return told


def slot_kind(slot: str) -> str:
    """Return the kind of entity that a slot takes: ``size`` for ``size_to``."""
    return slot.rpartition("_")[0] if slot.endswith(("_from", "_to", "_old", "_new")) else slot
