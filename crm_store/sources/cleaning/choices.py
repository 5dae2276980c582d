"""Words of a list: yes or no, and the values of enums."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

from crm_store.sources import words
from crm_store.sources.cleaning.texts import folded, refusal
from crm_store.types.conversations import JSON

Cleaner = Callable[[JSON, str], object]
EnumT = TypeVar("EnumT", bound=StrEnum)


def flag(value: JSON, field: str) -> bool:
    """Return whether it is so: true, 1, yes, 是 against false, 0, no, 否."""
    if isinstance(value, bool):
        return value
    found = words.FLAGS.get(folded(value, field).lower())
    if found is None:
        raise refusal(field, "yes or no (是/否)")
    return found


def one_of(enum: type[EnumT], known: Mapping[str, EnumT]) -> Cleaner:
    """Return the cleaner of an enum, written as its value or as one of the known words."""
    table = {member.value: member for member in enum} | dict(known)
    choices = ", ".join(member.value for member in enum)

    def clean(value: JSON, field: str) -> EnumT:
        if isinstance(value, str) and (found := table.get(value)) is not None:
            return found
        written = folded(value, field).lower().replace(" ", "_").replace("-", "_")
        if written not in table:
            raise refusal(field, f"one of {choices}")
        return table[written]

    return clean
