"""What readers yield."""

from collections.abc import Mapping
from dataclasses import dataclass

from crm_store.types.conversations import JSON


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record as it stands in the file."""

    line: int
    """Physical line on which it begins, counted from 1."""
    text: str
    """The record itself, for the checksum and for keeping."""
    values: Mapping[str, JSON]
    position: int = 0
    """Bytes of the file read so far."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A piece of the file that is no record."""

    line: int
    text: str
    reason: str
    position: int = 0
