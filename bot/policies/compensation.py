"""What the assistant may grant by itself for a parcel that is late."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from bot.policies.decision import Decision, allow, refuse
from bot.policies.section import Section


class Grant(Section):
    """One grant; worded in ``replies/*/rules.yml`` under its name."""

    id: str
    days_late: Annotated[int, Field(ge=1)]
    points: Annotated[int, Field(ge=1)]


class Compensation(Section):
    """Compensation in points."""

    grants: tuple[Grant, ...]
    """The first that fits, so the longest delay first."""
    most: Annotated[Decimal, Field(ge=0)]
    """The worth of points, in the programme's currency, up to which no human is needed."""
    times: Annotated[int, Field(ge=1)]
    within_days: Annotated[int, Field(ge=1)]
    """So many grants to one member within so long; then a human decides."""
    asked_by: tuple[str, ...]
    """Words by which a customer asks for compensation."""

    def is_asked_for(self, story: str) -> bool:
        """Whether a folded text asks for it."""
        return any(word in story for word in self.asked_by)


def days_late(parcels: Iterable[tuple[date | None, date | None]], today: date) -> int:
    """Return by how many days the latest parcel is behind; each is expected and delivered on."""
    return max(
        (((arrived or today) - expected).days for expected, arrived in parcels if expected),
        default=0,
    )


def may_compensate(
    compensation: Compensation,
    *,
    late: int,
    for_this_order: bool,
    recently: int,
    point_value: Decimal,
    wanted: Decimal | None = None,
) -> Decision:
    """Decide on a late order.

    ``recently`` counts grants to the member within `Compensation.within_days`; ``wanted`` is the
    sum that the customer asks for.
    """
    grant = next((one for one in compensation.grants if late >= one.days_late), None)
    if wanted is not None and wanted > compensation.most:
        return refuse("compensation_above_limit", wanted=wanted, most=compensation.most)
    if grant is None:
        return refuse("not_late_enough", late=late)
    if for_this_order:
        return refuse("compensated_already")
    if recently >= compensation.times:
        return refuse("compensated_often", times=recently)
    worth = grant.points * point_value
    if worth > compensation.most:
        return refuse("compensation_above_limit", wanted=worth, most=compensation.most)
    return allow(grant.id, late=late, points=grant.points, worth=worth)
