"""Where money is that goes back, and when it should be there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from bot.policies.section import Section

_SATURDAY = 5


class Refunds(Section):
    """Paying back."""

    bank_days: dict[str, Annotated[int, Field(ge=0)]]
    """Working days from the shop to the customer's account, by how it was paid."""
    otherwise: Annotated[int, Field(ge=0)]
    """... and by any other way."""
    arrived: tuple[str, ...]
    """States of a payment in which the money is there."""
    failed: tuple[str, ...]
    """States in which it never will be."""


@dataclass(frozen=True, slots=True)
class RefundStage:
    """How far one refund is."""

    stage: str
    """``sent``, ``arrived`` or ``failed``."""
    expected: date
    late: bool = False


def working_days(start: date, days: int) -> date:
    """Return the day so many working days after another; weekends do not count."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < _SATURDAY
    return day


def stage_of(
    refunds: Refunds, *, method: str, state: str, started: date, today: date
) -> RefundStage:
    """Return how far a refund is that the shop has started."""
    days = refunds.bank_days.get(method, refunds.otherwise)
    expected = working_days(started, days)
    if state in refunds.arrived:
        return RefundStage("arrived", expected)
    if state in refunds.failed:
        return RefundStage("failed", expected, late=True)
    return RefundStage("sent", expected, late=today > expected)


def goods_late(detail: Mapping[str, object], due: date | None, today: date) -> bool:
    """Whether goods that should have been handed in by a day were not."""
    return due is not None and today > due and "received_on" not in detail
