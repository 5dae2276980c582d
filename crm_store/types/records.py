"""Raw records of the sources, and the audit."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crm_store.types.conversations import JSON, JSONObject


class RecordState(StrEnum):
    """What became of a raw record."""

    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Change:
    """What cleaning made of a raw value; ``field`` is a path such as ``receiver.phone``."""

    field: str
    raw: JSON
    value: JSON


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record that could not be loaded, with where it stands and why."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A quarantined record as the store keeps it."""

    id: int
    source: str
    file: str
    line: int
    reason: str
    imported_at: datetime


@dataclass(frozen=True, slots=True)
class TracedRecord:
    """An imported record: where it stood, what it became, and what cleaning changed."""

    source: str
    key: str
    file: str
    line: int
    checksum: str
    state: RecordState
    reason: str | None
    entity: str | None
    imported_at: datetime
    raw: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What one import did. ``read == accepted + unchanged + held_back``."""

    source: str
    read: int
    accepted: int
    unchanged: int
    """Records seen before with the same content."""
    quarantined: tuple[Quarantined, ...]
    """The first thousand of those held back; the store has them all."""
    held_back: int
    unused: tuple[str, ...] = ()
    """Columns that the mapping does not read; the raw records keep them."""


@dataclass(frozen=True, slots=True)
class IngestAnswer:
    """What became of the records of one signed request."""

    read: int
    accepted: int
    unchanged: int
    quarantined: int
    reasons: tuple[tuple[int, str], ...]
    """Line and reason of the first ones that were set aside."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did or saw what, when and why."""

    id: int
    at: datetime
    actor_role: str
    actor_id: int | None
    action: str
    subject: str
    """For instance ``member:42``."""
    purpose: str
    detail: JSONObject
