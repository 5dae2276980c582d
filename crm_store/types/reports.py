"""What reports of the desk are made of: one fact a row, counted and averaged by whoever shows it.

Nothing here names a customer. Days are the retailer's, so a span carries its time zone.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise

from crm_store.types.handoffs import HandoffReason, HandoffState

LONGEST_SPAN = 92
"""Days; longer spans are refused, because every day is looked at."""


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days of the retailer's, both included, and what else a report is narrowed to."""

    first: date
    last: date
    zone: tzinfo
    channel: str | None = None
    store_id: str | None = None
    """Of the agent who took it; before that, of the member."""

    def __post_init__(self) -> None:
        """Raise `ValueError` on a span that ends before it begins or is too long."""
        if not 0 <= (self.last - self.first).days < LONGEST_SPAN:
            raise ValueError(f"a report spans 1 to {LONGEST_SPAN} days")

    @property
    def days(self) -> list[date]:
        """Every day, oldest first."""
        return [self.first + timedelta(n) for n in range((self.last - self.first).days + 1)]

    @property
    def begins(self) -> datetime:
        """The first moment."""
        return self._midnight(self.first)

    @property
    def ends(self) -> datetime:
        """The first moment that no longer counts."""
        return self._midnight(self.last + timedelta(1))

    @property
    def bounds(self) -> list[tuple[date, datetime, datetime]]:
        """Every day with its first moment and the one after its last."""
        moments = [self._midnight(day) for day in (*self.days, self.last + timedelta(1))]
        return [
            (day, begins, ends)
            for day, (begins, ends) in zip(self.days, pairwise(moments), strict=True)
        ]

    def day_of(self, moment: datetime) -> date:
        """Return the retailer's day of a moment."""
        return moment.astimezone(self.zone).date()

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone)


@dataclass(frozen=True, slots=True)
class HandoffFact:
    """One request for a human, in times and codes."""

    handoff_id: int
    reason: HandoffReason
    state: HandoffState
    channel: str
    store_id: str | None
    agent_id: int | None
    requested_at: datetime
    taken_at: datetime | None
    answered_at: datetime | None
    """The agent's first words after the request."""
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class TalkCount:
    """One day of one channel: conversations in which a customer wrote."""

    day: date
    channel: str
    conversations: int
    with_handoff: int
    """Those of them in which a human was asked for on that day."""


@dataclass(frozen=True, slots=True)
class Score:
    """What one customer said about the service, 1 to 5."""

    day: date
    value: int
    channel: str


@dataclass(frozen=True, slots=True)
class UnknownQuestion:
    """Words that nobody taught the assistant, and how often they came."""

    text: str
    count: int
    last_at: datetime
