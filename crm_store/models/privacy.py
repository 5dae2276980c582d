"""Tables of erasures, of what may not come back, and of the work that keeps data in order."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped

from crm_store.models.base import Base, key, plain
from crm_store.models.types import CleanJSON
from crm_store.types.conversations import JSON


class ErasureRow(Base):
    """The proof of one erasure: every place that was checked, with counts. Nothing personal."""

    __tablename__ = "erasures"

    id: Mapped[int] = key()
    member_id: Mapped[int] = plain(ForeignKey("members.id"), index=True)
    at: Mapped[datetime] = plain()
    proof: Mapped[Mapping[str, JSON]] = plain(CleanJSON())
    signature: Mapped[str] = plain()


class SuppressionRow(Base):
    """A source record that must not be loaded again, by a keyed digest of source and key."""

    __tablename__ = "suppressions"

    digest: Mapped[str] = plain(primary_key=True)
    erasure_id: Mapped[int] = plain(ForeignKey("erasures.id"), index=True)


class KeyRotationRow(Base):
    """How far a rotation got in one encrypted column."""

    __tablename__ = "key_rotations"

    place: Mapped[str] = plain(primary_key=True)
    """Table and column."""
    key_mark: Mapped[str] = plain()
    """Which key it rotates to."""
    last: Mapped[str] = plain()
    """Primary key of the last row that was looked at."""
    done: Mapped[bool] = plain(default=False)


class ChoreRow(Base):
    """A chore that one process at a time does, now and then."""

    __tablename__ = "chores"

    name: Mapped[str] = plain(primary_key=True)
    worker: Mapped[str] = plain()
    started_at: Mapped[datetime] = plain()
