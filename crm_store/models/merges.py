"""Table of proposals to merge; the ledger of merges is in `people`."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from crm_store.models.base import Base, key, plain
from crm_store.models.types import CleanJSON, Word
from crm_store.types.conversations import JSON
from crm_store.types.merges import MatchState


class MatchCandidateRow(Base):
    """Two members that a run found alike; one row a pair, the lower id on the left."""

    __tablename__ = "match_candidates"
    __table_args__ = (
        UniqueConstraint("left_id", "right_id"),
        CheckConstraint("left_id < right_id", name="ck_match_candidates_order"),
        Index("ix_match_candidates_state", "state", "weight"),
    )

    id: Mapped[int] = key()
    left_id: Mapped[int] = plain(ForeignKey("members.id"))
    right_id: Mapped[int] = plain(ForeignKey("members.id"), index=True)
    weight: Mapped[float] = plain()
    probability: Mapped[float] = plain()
    explained: Mapped[JSON] = plain(CleanJSON())
    """Fields, how far they agree, and weights; no value of either member."""
    state: Mapped[MatchState] = plain(Word(MatchState), default=MatchState.OPEN)
    found_at: Mapped[datetime] = plain()
    decided_at: Mapped[datetime | None] = plain()
    decided_by: Mapped[str | None] = plain()
    """``staff:7`` or ``system``."""
