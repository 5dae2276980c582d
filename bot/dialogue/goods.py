"""Goods of an order as the rules look at them, and what was paid for them."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from bot.dialogue.delivery import delivered_on
from bot.dialogue.errand import Errand
from bot.policies import Decision, refuse
from bot.policies.goods import Goods
from bot.policies.payments import balance
from crm_store.ports import UnitOfWork
from crm_store.types.cases import Case, CaseKind
from crm_store.types.catalog import ONLINE_STORE_ID
from crm_store.types.orders import Order, OrderLine, OrderState

_ARRIVED: Final = frozenset({OrderState.DELIVERED, OrderState.COMPLETED})
COMING_BACK: Final = frozenset({CaseKind.RETURN, CaseKind.EXCHANGE})
_CENT: Final = Decimal("0.01")
COURIER: Final = "courier"
STORE: Final = "store"
"""How goods come back, in the slot ``handover``."""


def arrived(order: Order) -> bool:
    """Whether the customer has the goods."""
    return order.state in _ARRIVED


def not_arrived(order: Order, *instead: str) -> Decision | None:
    """Return the no to sending something back that has not come yet, and what helps instead."""
    if order.state is OrderState.CANCELLED:
        return refuse("order_cancelled", "refund_status")
    if arrived(order):
        return None
    return refuse("not_delivered_yet", *instead, "cancel_order", "order_status")


def days_here(errand: Errand, order: Order) -> int:
    """Return for how many days the customer has had the goods."""
    return (errand.today - delivered_on(order, errand.time_zone)).days


def by_courier(errand: Errand) -> bool:
    """Whether a courier collects what comes back."""
    return errand.text("handover") == COURIER


def to_a_shop(errand: Errand) -> bool:
    """Whether the customer brings it to a shop."""
    return errand.text("handover") == STORE


async def goods_of(uow: UnitOfWork, errand: Errand) -> list[Goods]:
    """Return the errand's positions as the rules look at them."""
    ids = [line.product_id for line in errand.lines if line.product_id]
    products = {product.id: product for product in await uow.catalog.products(ids)}
    found = []
    for line in errand.lines:
        product = products.get(line.product_id or "")
        found.append(
            Goods(
                line=product.line if product else "",
                category=product.category if product else "",
                reason=errand.text("reason"),
                condition=errand.text("condition"),
            )
        )
    return found


async def under_way(uow: UnitOfWork, errand: Errand) -> Case | None:
    """Return the open case in which one of the positions is coming back already."""
    ids = {line.id for line in errand.lines}
    cases = await uow.cases.for_order(errand.whole_order.number, kinds=COMING_BACK)
    open_ones = (case for case in cases if case.closed_at is None and case.line_id in ids)
    return next(open_ones, None)


def warehouse(order: Order) -> str:
    """Return the store that an order is sent from."""
    return order.store_id or ONLINE_STORE_ID


def money_in(errand: Errand) -> Decimal:
    """Return what was paid for the order and is not on its way back."""
    return max(Decimal(0), balance(errand.policies.payments, errand.whole_order))


def worth(errand: Errand) -> Decimal:
    """Return what the customer paid for the units that the errand is about."""
    return sum((paid_for(errand, line) for line in errand.lines), Decimal(0))


def paid_for(errand: Errand, line: OrderLine) -> Decimal:
    """Return what was paid for the units meant of a position.

    A discount on the whole order is shared by all positions: nobody gets more back than they paid.
    """
    order = errand.whole_order
    listed = sum((one.unit_price * one.quantity for one in order.lines), Decimal(0))
    paid = max(order.total - order.shipping_fee, Decimal(0))
    share = min(paid / listed, Decimal(1)) if listed else Decimal(0)
    return (line.unit_price * units_of(errand, line) * share).quantize(_CENT, ROUND_HALF_UP)


def units_of(errand: Errand, line: OrderLine) -> int:
    """Return how many units of a position are meant: all, unless one was told to be split."""
    told = errand.number("quantity") if len(errand.lines) == 1 else None
    return line.quantity if told is None else min(told, line.quantity)
