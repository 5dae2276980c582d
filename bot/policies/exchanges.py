"""Whether something may be exchanged for another size or colour, and what that costs."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from pydantic import Field

from bot.policies.decision import Decision
from bot.policies.goods import Goods, GoodsRule, Refusals, first_fitting
from bot.policies.section import Section

_NO: Final = Refusals(
    never=("return_item", "complaint"),
    too_late="exchange_window_over",
    then=("warranty_repair", "complaint"),
    unruled="not_exchangeable",
)


class Exchanges(Section):
    """Exchanges for the same product."""

    reasons: tuple[str, ...]
    """What the customer may choose among."""
    heard: dict[str, str]
    """Reasons as the understanding tells them apart, and which of ours each is."""
    shop_is_to_blame: tuple[str, ...]
    """Reasons for which the ordered variant is sent again and nobody asks for the condition."""
    rules: tuple[GoodsRule, ...]
    """The first that fits decides."""
    hold_days: Annotated[int, Field(ge=1)]
    """Days for which the new one is held for the old one to come back."""
    send_days: Annotated[int, Field(ge=1)]
    """Working days after the old one came back until the new one is sent."""


def may_exchange(exchanges: Exchanges, goods: Goods, *, delivered: date, today: date) -> Decision:
    """Decide about one position of a delivered order."""
    return first_fitting(exchanges.rules, goods, delivered=delivered, today=today, no=_NO)


def price_after(paid: Decimal, old: Decimal | None, new: Decimal) -> Decimal:
    """Return a unit's price after the change of a variant: a discount that was given stays.

    ``paid`` is what a unit cost in the order, ``old`` and ``new`` are the shelf prices today;
    ``old`` is ``None`` where the variant is not sold any more.
    """
    return max(Decimal(0), paid + new - (paid if old is None else old))
