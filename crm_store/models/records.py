"""Tables of raw source records and of the audit."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from crm_store.models.base import Base, key, personal, plain
from crm_store.models.sealed import SealedKey
from crm_store.models.types import CleanJSON, Word
from crm_store.types.conversations import JSON
from crm_store.types.records import RecordState

RECORD_KEYS = SealedKey("source_records", separator=":")
"""Parts of a key are sealed one by one, so that the lines of one receipt are found together."""


class SourceRecordRow(Base):
    """A record as a source sent it, and what became of it."""

    __tablename__ = "source_records"
    __table_args__ = (
        UniqueConstraint("source", "record_key"),
        Index(
            "ix_source_records_held",
            "source",
            "id",
            sqlite_where=text("state = 'quarantined'"),
            postgresql_where=text("state = 'quarantined'"),
        ),
    )

    id: Mapped[int] = key()
    source: Mapped[str] = plain()
    record_key: Mapped[str] = personal(RECORD_KEYS)
    """The source's own key, which for a loyalty programme is the card."""
    file: Mapped[str] = plain()
    line: Mapped[int] = plain()
    checksum: Mapped[str] = plain()
    raw_enc: Mapped[str] = personal()
    changes_enc: Mapped[str | None] = personal()
    """What cleaning changed, as a JSON list of field, raw value and value; none: nothing."""
    state: Mapped[RecordState] = plain(Word(RecordState))
    reason: Mapped[str | None] = plain()
    entity: Mapped[str | None] = plain(index=True)
    """What it became, for instance ``member:42``."""
    imported_at: Mapped[datetime] = plain()


class IngestRequestRow(Base):
    """A signed request and what it was answered: the same request gets the same answer."""

    __tablename__ = "ingest_requests"

    digest: Mapped[str] = plain(primary_key=True)
    """SHA-256 over source, timestamp and body."""
    source: Mapped[str] = plain()
    answer: Mapped[Mapping[str, JSON]] = plain(CleanJSON())
    """Counts, and reasons by line; never a personal value."""
    at: Mapped[datetime] = plain(index=True)


class AuditRow(Base):
    """Who saw or did what. The database itself refuses to change or delete a row."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_subject", "subject", "at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = key()
    at: Mapped[datetime] = plain()
    actor_role: Mapped[str] = plain()
    actor_id: Mapped[int | None] = plain()
    """The staff id, or the member id of a customer."""
    action: Mapped[str] = plain()
    subject: Mapped[str] = plain()
    purpose: Mapped[str] = plain(default="")
    detail: Mapped[Mapping[str, JSON]] = plain(CleanJSON(), default=dict)
    """Facts such as counts and outcomes; never a personal value, since rows cannot be blanked."""
    conversation_id: Mapped[int | None] = plain()
