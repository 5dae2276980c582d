"""Until when an order may be cancelled, and how soon its money comes back."""

from typing import Annotated

from pydantic import Field

from bot.policies.changes import too_late
from bot.policies.decision import Decision, allow, refuse
from bot.policies.section import Section
from crm_store.types.orders import OrderState


class CancelRule(Section):
    """Cancelling in one state of the order."""

    id: str
    """Its name; the wording is in ``replies/*/rules.yml``."""
    state: OrderState
    refund_days: Annotated[int, Field(ge=0)]
    """Working days until the money is on its way."""


class Cancelling(Section):
    """Cancelling orders."""

    rules: tuple[CancelRule, ...]
    """One for each state in which it is allowed."""


def may_cancel(cancelling: Cancelling, state: OrderState) -> Decision:
    """Decide about an order in this state."""
    for rule in cancelling.rules:
        if rule.state is state:
            return allow(rule.id, days=rule.refund_days)
    if state is OrderState.SHIPPED:
        return refuse("cancel_sent", "return_item", "order_status")
    return too_late(state) or refuse("cannot_be_cancelled", "return_item")
