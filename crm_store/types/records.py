"""Raw records of the sources, and the audit."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crm_store.types.conversations import JSONObject


class RecordState(StrEnum):
    """What became of a raw record."""

    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record that could not be loaded, with where it stands and why."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What one import did. ``read == accepted + unchanged + len(quarantined)``."""

    source: str
    read: int
    accepted: int
    unchanged: int
    """Records seen before with the same content."""
    quarantined: tuple[Quarantined, ...]


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
