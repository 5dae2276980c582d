"""Two members that are one person: what points to it, what was decided, what was merged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MergeReason(StrEnum):
    """How it was decided that two members are one person."""

    AUTOMATIC = "automatic"
    """By the bulk run, above its threshold."""
    REVIEWED = "reviewed"
    """By somebody who accepted a proposal of the bulk run."""
    MANUAL = "manual"
    """By somebody who named both members."""


class MatchState(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    LATER = "later"
    """Put off: still to be decided, behind the open ones."""
    MERGED = "merged"
    DISTINCT = "distinct"
    """Two people: never proposed or merged by a run again."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What comparing one field of two members says; holds no value of either."""

    field: str
    """For instance ``name``, ``phone``, ``birthday``."""
    level: str
    """How far they agree, for instance ``same``, ``same_sound``, ``one_slip``, ``different``."""
    weight: float
    """Match weight: the base-2 logarithm of the Bayes factor. Negative speaks against."""


@dataclass(frozen=True, slots=True)
class MemberMatch:
    """Two members of the store that a run found alike."""

    left_id: int
    right_id: int
    weight: float
    probability: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class MatchCandidate:
    """A proposal as it is kept: the match, and what was decided."""

    id: int
    match: MemberMatch
    state: MatchState
    found_at: datetime


@dataclass(frozen=True, slots=True)
class Merge:
    """One entry of the ledger. It stands until ``undone_at`` is set."""

    id: int
    kept_id: int
    merged_id: int
    reason: MergeReason
    evidence: tuple[Evidence, ...]
    made_by: str
    """``staff:7`` or ``system``."""
    made_at: datetime
    undone_at: datetime | None = None


def plain_evidence(evidence: Sequence[Evidence]) -> list[dict[str, str | float]]:
    """Return evidence as JSON keeps it."""
    return [
        {"field": one.field, "level": one.level, "weight": round(one.weight, 3)} for one in evidence
    ]
