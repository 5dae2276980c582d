"""Goods of an order as the rules look at them, and what was paid for them."""

from decimal import Decimal
from typing import Final

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


def arrived(order: Order) -> bool:
    """Whether the customer has the goods."""
    return order.state in _ARRIVED


def not_arrived(order: Order) -> Decision | None:
    """Return the no to sending something back that has not come yet."""
    if order.state is OrderState.CANCELLED:
        return refuse("order_cancelled", "refund_status")
    return None if arrived(order) else refuse("not_delivered_yet", "cancel_order", "order_status")


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
    return sum((line.unit_price * units_of(errand, line) for line in errand.lines), Decimal(0))


def units_of(errand: Errand, line: OrderLine) -> int:
    """Return how many units of a position are meant: all, unless one was told to be split."""
    told = errand.number("quantity") if len(errand.lines) == 1 else None
    return line.quantity if told is None else min(told, line.quantity)
