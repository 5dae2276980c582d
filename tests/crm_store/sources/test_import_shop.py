"""Orders of the web shop: everything that hangs on one, and what a later export changes."""

from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from source_files import SHOP_ORDER, Exports, Row, as_json_list

from crm_store.models import (
    CaseRow,
    MemberRow,
    OrderLineRow,
    OrderRow,
    PaymentRow,
    ShipmentEventRow,
    ShipmentRow,
)
from crm_store.types.actors import Actor, Role
from crm_store.types.cases import CaseKind
from crm_store.types.orders import OrderState, ShipmentState
from crm_store.types.records import ImportReport


async def load(exports: Exports, *orders: Row) -> ImportReport:
    """Import orders as the shop writes them."""
    return await exports.load("shop", as_json_list("orders", orders))


def changed(**changes: Any) -> dict[str, Any]:
    """Return the order with other values."""
    return deepcopy(dict(SHOP_ORDER)) | changes


async def test_an_order_with_lines_parcel_payments_and_return(exports: Exports) -> None:
    await exports.catalogue()

    report = await load(exports, SHOP_ORDER)

    assert (report.read, report.accepted, report.quarantined) == (1, 1, ())
    (order,) = await exports.rows(OrderRow)
    (member,) = await exports.rows(MemberRow)
    assert (order.number, order.member_id, order.channel) == ("HK2610150040", member.id, "web")
    assert (order.state, order.total, order.remark) == (
        OrderState.DELIVERED,
        Decimal("308.00"),
        "请放前台",
    )
    assert (member.language, member.joined_on) == ("zh-Hant", date(2025, 3, 1))
    assert exports.opened(order.phone_enc) == "+8613812345678"
    assert exports.opened(order.address_enc) == "上海市 徐汇区 漕溪北路 1 号"
    lines = await exports.rows(OrderLineRow)
    assert [(line.product_id, line.name_zh, line.unit_price) for line in lines] == [
        ("COS-0012", "玫瑰保湿精华 30ml", Decimal("129.00")),
        (None, "停产礼盒", Decimal("199.00")),
    ]
    (parcel,) = await exports.rows(ShipmentRow)
    assert (parcel.tracking_number, parcel.state) == ("SF1234567890", ShipmentState.DELIVERED)
    assert parcel.delivered_at == datetime(2026, 10, 17, 7, tzinfo=UTC)
    assert [event.place_en for event in await exports.rows(ShipmentEventRow)] == [
        "Shanghai",
        "Xuhui",
    ]
    assert [(paid.method, paid.amount) for paid in await exports.rows(PaymentRow)] == [
        ("alipay", Decimal("308.00")),
        ("alipay", Decimal("-129.00")),
    ]
    (case,) = await exports.rows(CaseRow)
    assert (case.kind, case.state, case.reason) == (CaseKind.RETURN, "settled", "不适合肤质")
    assert (case.order_id, case.line_id, case.member_id) == (order.id, lines[0].id, member.id)


async def test_anybody_who_knows_number_and_phone_tail_can_open_it(exports: Exports) -> None:
    await load(exports, SHOP_ORDER)

    async with exports.store.reading(Actor(Role.GUEST)) as unit:
        assert await unit.orders.open("HK2610150040", "0000") is None
        opened = await unit.orders.open("HK2610150040", "5678")

    assert opened is not None
    assert opened.shipments[0].events[1].state is ShipmentState.DELIVERED


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"cancelled_at": "2026-10-16T00:00:00+08:00"}, OrderState.CANCELLED),
        ({"financial_status": "pending"}, OrderState.PENDING_PAYMENT),
        ({"fulfillment_status": None, "fulfillments": []}, OrderState.PAID),
        ({"fulfillment_status": "in_progress", "fulfillments": []}, OrderState.PACKED),
        ({"fulfillments": []}, OrderState.SHIPPED),
        ({"closed_at": "2026-10-30T00:00:00+08:00"}, OrderState.COMPLETED),
    ],
)
async def test_the_state_follows_from_payment_and_parcels(
    exports: Exports, changes: dict[str, Any], state: OrderState
) -> None:
    await load(exports, changed(**changes))

    assert [order.state for order in await exports.rows(OrderRow)] == [state]


async def test_a_later_export_replaces_what_the_earlier_said(exports: Exports) -> None:
    early = changed(
        financial_status="paid",
        fulfillments=[],
        transactions=SHOP_ORDER["transactions"][:1],
        refunds=[],
    )
    await load(exports, early)
    lines = [line.id for line in await exports.rows(OrderLineRow)]

    report = await load(exports, SHOP_ORDER)
    again = await load(exports, SHOP_ORDER)

    assert (report.accepted, again.unchanged) == (1, 1)
    assert [order.state for order in await exports.rows(OrderRow)] == [OrderState.DELIVERED]
    assert [line.id for line in await exports.rows(OrderLineRow)] == lines
    assert len(await exports.rows(ShipmentRow)) == 1
    assert len(await exports.rows(PaymentRow)) == 2
    assert len(await exports.rows(CaseRow)) == 1


async def test_a_refund_taken_back_and_a_line_removed_are_gone(exports: Exports) -> None:
    await load(exports, SHOP_ORDER)

    await load(exports, changed(refunds=[], line_items=SHOP_ORDER["line_items"][1:]))

    assert await exports.rows(CaseRow) == []
    assert [line.sku for line in await exports.rows(OrderLineRow)] == ["OLD-0001-X"]


async def test_money_on_its_way_back_is_a_refund_in_process(exports: Exports) -> None:
    pending = SHOP_ORDER["transactions"][1] | {"status": "pending"}
    refund = SHOP_ORDER["refunds"][0] | {"refund_line_items": []}
    sale = SHOP_ORDER["transactions"][0]

    await load(exports, changed(transactions=[sale, pending], refunds=[refund]))

    (case,) = await exports.rows(CaseRow)
    assert (case.kind, case.state, case.closed_at) == (CaseKind.REFUND, "processing", None)


async def test_a_guest_may_buy(exports: Exports) -> None:
    await load(exports, changed(customer=None))

    assert [order.member_id for order in await exports.rows(OrderRow)] == [None]
    assert await exports.rows(MemberRow) == []


async def test_malformed_orders_are_held_back_alone(exports: Exports) -> None:
    line = SHOP_ORDER["line_items"][0]
    report = await load(
        exports,
        changed(name="HK1", total_price="many"),
        changed(name="HK2", line_items=[]),
        changed(name="HK3", line_items=[line | {"quantity": 0}]),
        changed(name=None),
        changed(name="HK5", refunds=[SHOP_ORDER["refunds"][0] | {"amount": None}]),
        SHOP_ORDER,
    )

    assert [order.number for order in await exports.rows(OrderRow)] == ["HK2610150040"]
    assert [(one.line, one.reason) for one in report.quarantined] == [
        (2, "total (total_price): expected an amount such as 1299.00"),
        (3, "lines: expected at least one entry"),
        (4, "lines.quantity: expected a whole number of one or more"),
        (5, "name: expected a value, it is part of the key"),
        (6, "refunds.amount: expected a value"),
    ]
