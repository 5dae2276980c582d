"""Lots of points: what was credited lapses lot by lot, and is used in the order of lapsing.

Whatever takes points (spending, lapsing, corrections) takes them from the lot that lapses first,
so that members lose the fewest. What is left of each lot therefore follows from the ledger alone.
"""

from collections.abc import Iterable
from datetime import date

from crm_store.types.loyalty import PointsEntry


def left_by_lapse(entries: Iterable[PointsEntry]) -> dict[date | None, int]:
    """Return what is left of the lots by their last day, soonest first, ``None`` (never) last.

    When more was taken than credited (points owed), nothing is left of any.
    """
    booked = list(entries)
    taken = -sum(entry.points for entry in booked if entry.points < 0)
    credited: dict[date | None, int] = {}
    for entry in booked:
        if entry.points > 0:
            credited[entry.expires_on] = credited.get(entry.expires_on, 0) + entry.points
    left: dict[date | None, int] = {}
    for lapses in sorted(credited, key=lambda day: day or date.max):
        used = min(taken, credited[lapses])
        taken -= used
        if credited[lapses] > used:
            left[lapses] = credited[lapses] - used
    return left


def lapsed(entries: Iterable[PointsEntry], today: date) -> dict[date, int]:
    """Return what lapsed before today and was not booked yet, by last day."""
    left = left_by_lapse(entries)
    return {day: points for day, points in left.items() if day is not None and day < today}
