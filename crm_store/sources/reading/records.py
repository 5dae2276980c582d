"""What readers yield. Tuples, because there are millions of them."""

from collections.abc import Mapping
from typing import NamedTuple

from crm_store.types.conversations import JSON


class RawRecord(NamedTuple):
    """One record as it stands in the file."""

    line: int
    """Physical line on which it begins, counted from 1."""
    text: str
    """The record itself, for the checksum and for keeping."""
    values: Mapping[str, JSON]
    position: int = 0
    """Bytes of the file read so far."""


class Unreadable(NamedTuple):
    """A piece of the file that is no record."""

    line: int
    text: str
    reason: str
    position: int = 0
