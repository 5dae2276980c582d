"""Rules about goods that reached the customer: how long they may come back, and at whose cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from bot.policies.decision import Decision, allow, refuse
from bot.policies.section import Section


@dataclass(frozen=True, slots=True)
class Goods:
    """One position of an order, as the rules look at it."""

    line: str
    """Business line of the product."""
    category: str
    reason: str
    """Why the customer does not want to keep it."""
    condition: str
    """``sealed``, ``unused`` or ``used``; empty where it does not matter."""


class GoodsRule(Section):
    """One rule; it applies where every condition that it states is met."""

    id: str
    """Its name; the wording is in ``replies/*/rules.yml``."""
    lines: tuple[str, ...] = ()
    """Business lines of the product; none: all of them."""
    categories: tuple[str, ...] = ()
    """Categories of the product; none: all of them."""
    reasons: tuple[str, ...] = ()
    """Reasons the customer gives; none: any."""
    conditions: tuple[str, ...] = ()
    """Conditions of the goods (``sealed``, ``unused``, ``used``); none: any."""
    days: Annotated[int, Field(ge=0)]
    """Days after delivery, that day not counted; 0: never."""
    shipping: Literal["shop", "customer"] = "customer"
    """Who pays for the way back."""

    def fits(self, goods: Goods) -> bool:
        """Whether the rule is about goods like these."""
        return (
            (not self.lines or goods.line in self.lines)
            and (not self.categories or goods.category in self.categories)
            and (not self.reasons or goods.reason in self.reasons)
            and (not self.conditions or goods.condition in self.conditions)
        )


@dataclass(frozen=True, slots=True)
class Refusals:
    """What is said, and offered instead, where the rules forbid it."""

    never: tuple[str, ...]
    too_late: str
    """The rule that names the window."""
    then: tuple[str, ...]
    """What may help after it."""
    unruled: str
    """The rule to name where none of the file fits."""


def first_fitting(
    rules: Sequence[GoodsRule], goods: Goods, *, delivered: date, today: date, no: Refusals
) -> Decision:
    """Decide by the first rule that fits."""
    rule = next((one for one in rules if one.fits(goods)), None)
    day = (today - delivered).days
    if rule is None or rule.days == 0:
        return refuse(no.unruled if rule is None else rule.id, *no.never, day=day)
    if day > rule.days:
        return refuse(no.too_late, *no.then, day=day, days=rule.days)
    return allow(rule.id, day=day, days=rule.days, shipping=rule.shipping)


def longest_window(rules: Sequence[GoodsRule]) -> int:
    """Return the days after which no rule allows anything any more."""
    return max((rule.days for rule in rules), default=0)


def strictest(decisions: Sequence[Decision]) -> Decision:
    """Return the decision about several positions: the first no, else the shortest window."""
    for decision in decisions:
        if not decision.allowed:
            return decision
    return min(decisions, key=lambda one: int(str(one.facts.get("days", 0))))
