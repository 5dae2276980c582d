"""The supervisors' figures, counted from the facts of a span of days."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Final

from crm_store.ports import CrmStore
from crm_store.types.actors import Actor
from crm_store.types.handoffs import HandoffState
from crm_store.types.reports import HandoffFact, Score, Span, TalkCount, UnknownQuestion

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class DayFigures:
    """One day; ``None`` where there was nothing to measure."""

    day: date
    conversations: int
    handoffs: int
    resolved: int
    first_answer_seconds: float | None
    """Median from the call to the agent's first words."""
    resolution_seconds: float | None
    """Median from the call to the end."""
    containment: float | None
    """Share of the conversations that needed no human."""
    satisfaction: float | None
    """Mean score, 1 to 5."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A span of days, day by day and as a whole."""

    days: Sequence[DayFigures]
    reasons: Mapping[str, int]
    """Handoffs by reason, the most frequent first."""
    unknown: Sequence[UnknownQuestion]


async def gather(store: CrmStore, actor: Actor, span: Span) -> Figures:
    """Read a span's facts under somebody's rights and count them."""
    async with store.reading(actor) as uow:
        handoffs = await uow.reports.handoffs(span)
        talks = await uow.reports.talks(span)
        scores = await uow.reports.scores(span)
        unknown = await uow.reports.unknown(span)
    return count(span, handoffs, talks, scores, unknown)


def count(
    span: Span,
    handoffs: Sequence[HandoffFact],
    talks: Sequence[TalkCount],
    scores: Sequence[Score],
    unknown: Sequence[UnknownQuestion] = (),
) -> Figures:
    """Count facts day by day; a handoff belongs to the day on which it was asked for."""
    days = [
        _day(
            day,
            [one for one in handoffs if span.day_of(one.requested_at) == day],
            [one for one in talks if one.day == day],
            [one.value for one in scores if one.day == day],
        )
        for day in span.days
    ]
    reasons = Counter(one.reason.value for one in handoffs)
    return Figures(days, dict(reasons.most_common()), unknown)


def _day(
    day: date, handoffs: Sequence[HandoffFact], talks: Sequence[TalkCount], scores: Sequence[int]
) -> DayFigures:
    conversations = sum(one.conversations for one in talks)
    asked = sum(one.with_handoff for one in talks)
    return DayFigures(
        day=day,
        conversations=conversations,
        handoffs=len(handoffs),
        resolved=sum(one.state is HandoffState.RESOLVED for one in handoffs),
        first_answer_seconds=_median(
            (one.answered_at - one.requested_at).total_seconds()
            for one in handoffs
            if one.answered_at is not None
        ),
        resolution_seconds=_median(
            (one.closed_at - one.requested_at).total_seconds()
            for one in handoffs
            if one.closed_at is not None and one.state is HandoffState.RESOLVED
        ),
        containment=1 - asked / conversations if conversations else None,
        satisfaction=sum(scores) / len(scores) if scores else None,
    )


def _median(values: Iterable[float]) -> float | None:
    found = list(values)
    return median(found) if found else None


def to_csv(figures: Figures, name: Callable[[str], str]) -> str:
    """Return the days as CSV for a spreadsheet; ``name`` words a column's key."""
    keys = (
        "day",
        "conversations",
        "handoffs",
        "resolved",
        "first_answer",
        "resolution_time",
        "containment",
        "satisfaction",
    )
    rows: list[Sequence[object]] = [[name(key) for key in keys]]
    rows += [
        [
            one.day.isoformat(),
            one.conversations,
            one.handoffs,
            one.resolved,
            _number(one.first_answer_seconds, 0),
            _number(one.resolution_seconds, 0),
            _number(one.containment, 3),
            _number(one.satisfaction, 2),
        ]
        for one in figures.days
    ]
    rows += [[], [name("reasons")], *([key, value] for key, value in figures.reasons.items())]
    rows += [[], [name("unknown")], *([one.text, one.count] for one in figures.unknown)]
    written = io.StringIO()
    csv.writer(written).writerows([[_harmless(cell) for cell in row] for row in rows])
    return "\ufeff" + written.getvalue()


def _number(value: float | None, places: int) -> object:
    return "" if value is None else round(value, places)


def _harmless(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula, whoever wrote it."""
    if not isinstance(cell, str):
        return cell
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA) or cell.startswith(_FORMULA) else cell
