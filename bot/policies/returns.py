"""Whether something may be sent back, until when, and who pays for the way."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from bot.policies.decision import Decision, allow, refuse
from bot.policies.section import Section


class ReturnRule(Section):
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

    def fits(self, line: str, category: str, reason: str, condition: str) -> bool:
        """Whether the rule is about goods like these."""
        return (
            (not self.lines or line in self.lines)
            and (not self.categories or category in self.categories)
            and (not self.reasons or reason in self.reasons)
            and (not self.conditions or condition in self.conditions)
        )


class Returns(Section):
    """Returns for money."""

    reasons: tuple[str, ...]
    """What the customer may choose among."""
    conditions: tuple[str, ...]
    shop_is_to_blame: tuple[str, ...]
    """Reasons for which the condition of the goods does not matter and is not asked."""
    rules: tuple[ReturnRule, ...]
    """The first that fits decides."""
    pick_up_days: Annotated[int, Field(ge=1)]
    """Days within which the courier comes or the goods have to be handed in."""
    refund_days: Annotated[int, Field(ge=1)]
    """Working days after the goods arrived until the money is on its way."""


def may_return(
    returns: Returns,
    *,
    line: str,
    category: str,
    reason: str,
    condition: str,
    delivered: date,
    today: date,
) -> Decision:
    """Decide about one position of a delivered order.

    ``line`` and ``category`` are the product's, ``reason`` and ``condition`` the customer's.
    """
    rule = next((one for one in returns.rules if one.fits(line, category, reason, condition)), None)
    day = (today - delivered).days
    if rule is None or rule.days == 0:
        name = "not_returnable" if rule is None else rule.id
        return refuse(name, "exchange_item", "complaint", day=day)
    facts = {"day": day, "days": rule.days, "shipping": rule.shipping}
    if day > rule.days:
        return refuse("return_window_over", "warranty_repair", "complaint", **facts)
    return allow(rule.id, **facts)


def strictest(decisions: Sequence[Decision]) -> Decision:
    """Return the decision about several positions: the first no, else the shortest window."""
    for decision in decisions:
        if not decision.allowed:
            return decision
    return min(decisions, key=lambda one: int(str(one.facts.get("days", 0))))
