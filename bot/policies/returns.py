"""Whether something may be sent back for money, until when, and who pays for the way."""

from datetime import date
from typing import Annotated, Final

from pydantic import Field

from bot.policies.decision import Decision
from bot.policies.goods import Goods, GoodsRule, Refusals, first_fitting
from bot.policies.section import Section

_NO: Final = Refusals(
    never=("exchange_item", "complaint"),
    too_late="return_window_over",
    then=("warranty_repair", "complaint"),
    unruled="not_returnable",
)


class Returns(Section):
    """Returns for money."""

    reasons: tuple[str, ...]
    """What the customer may choose among."""
    heard: dict[str, str]
    """Reasons as the understanding tells them apart, and which of ours each is."""
    conditions: tuple[str, ...]
    shop_is_to_blame: tuple[str, ...]
    """Reasons for which the condition of the goods does not matter and is not asked."""
    rules: tuple[GoodsRule, ...]
    """The first that fits decides."""
    pick_up_days: Annotated[int, Field(ge=1)]
    """Days within which the courier comes or the goods have to be handed in."""
    refund_days: Annotated[int, Field(ge=1)]
    """Working days after the goods arrived until the money is on its way."""


def may_return(returns: Returns, goods: Goods, *, delivered: date, today: date) -> Decision:
    """Decide about one position of a delivered order."""
    return first_fitting(returns.rules, goods, delivered=delivered, today=today, no=_NO)
