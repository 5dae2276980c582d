"""What goes back of an order's money: no more than was paid, however it was discounted."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.dialogue import goods
from bot.dialogue.errand import Errand
from bot.policies import load_policies
from crm_store.types.actors import SYSTEM
from crm_store.types.orders import Order, OrderLine, OrderState
from crm_store.types.text import LocalText

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def order(*prices: str, total: str, shipping: str = "0") -> Order:
    """Return a delivered order of two units at each price."""
    lines = tuple(
        OrderLine(place, f"SKU-{place}", None, LocalText("货", "goods"), 2, Decimal(price))
        for place, price in enumerate(prices)
    )
    return Order(
        1, "HK1", 1, "web", None, OrderState.DELIVERED, NOW, Decimal(total), "CNY", lines,
        shipping_fee=Decimal(shipping),
    )  # fmt: skip


def errand(of: Order, *places: int, units: int | None = None) -> Errand:
    """Return an errand about some positions, or some units of the only one."""
    return Errand(
        "return_item", "1-1-return_item", 1, SYSTEM, "zh", NOW, ZoneInfo("Asia/Shanghai"),
        load_policies(), "", {} if units is None else {"quantity": units}, of,
        tuple(of.lines[place] for place in places),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("bought", "places", "back"),
    [
        (order("100", "50", total="300"), (0,), "200.00"),
        (order("100", "50", total="270"), (0,), "180.00"),
        (order("100", "50", total="270"), (0, 1), "270.00"),
        (order("100", "50", total="280", shipping="10"), (1,), "90.00"),
        (order("100", total="215", shipping="15"), (0,), "200.00"),
    ],
    ids=["list price", "a share", "all of it", "shipping is no goods", "nothing taken off"],
)
def test_a_discount_is_shared_by_all_goods_of_the_order(
    bought: Order, places: tuple[int, ...], back: str
) -> None:
    assert goods.worth(errand(bought, *places)) == Decimal(back)


def test_one_of_two_units() -> None:
    assert goods.worth(errand(order("100", total="150"), 0, units=1)) == Decimal("75.00")
