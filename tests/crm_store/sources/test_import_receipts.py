"""Till receipts: rows become orders and returns, and belong to whom they name for sure."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from source_files import HOLDER, RECEIPT_ROW, Exports, Row, as_csv

from crm_store.models import CaseRow, MemberRow, OrderLineRow, OrderRow, PaymentRow
from crm_store.types.cases import CaseKind
from crm_store.types.orders import OrderState
from crm_store.types.records import ImportReport

SECOND: Row = RECEIPT_ROW | {
    "行号": "2",
    "SKU": "GONE-1",
    "商品名称": "停产面霜",
    "数量": "2",
    "单价": "100.00",
    "优惠": "20.00",
    "实收": "180.00",
}


async def load(exports: Exports, *rows: Row) -> ImportReport:
    """Import rows as the till writes them."""
    return await exports.load("pos", as_csv(rows).encode("gb18030"))


async def test_the_rows_of_a_receipt_are_one_order_of_the_card_holder(exports: Exports) -> None:
    await exports.catalogue()
    await exports.holders()

    report = await load(exports, RECEIPT_ROW, SECOND)

    assert (report.read, report.accepted, report.quarantined) == (2, 2, ())
    (order,) = await exports.rows(OrderRow)
    (member,) = await exports.rows(MemberRow)
    assert (order.number, order.channel, order.store_id) == ("HK2610150032", "pos", "SH01")
    assert (order.member_id, order.state) == (member.id, OrderState.COMPLETED)
    assert (order.total, order.discount) == (Decimal("309.00"), Decimal("20.00"))
    assert order.placed_at == datetime(2026, 10, 15, 12, 31, 5, tzinfo=UTC)
    lines = await exports.rows(OrderLineRow)
    assert [(line.sku, line.product_id, line.quantity) for line in lines] == [
        ("COS-0012-30ML", "COS-0012", 1),
        ("GONE-1", None, 2),
    ]
    assert lines[1].name_zh == "停产面霜"
    (paid,) = await exports.rows(PaymentRow)
    assert (paid.method, paid.amount) == ("wechat_pay", Decimal("309.00"))


@pytest.mark.parametrize(("name", "is_theirs"), [("林若溪", True), ("周敏", False), ("", False)])
async def test_a_typed_phone_counts_only_with_the_members_name(
    exports: Exports, name: str, is_theirs: bool
) -> None:
    await exports.holders()

    await load(
        exports,
        RECEIPT_ROW | {"会员卡号": "", "手机号": "１３８-1234-5678", "会员姓名": name},
    )

    (order,) = await exports.rows(OrderRow)
    assert (order.member_id is not None) is is_theirs


async def test_a_corrected_row_changes_its_order_and_no_other(exports: Exports) -> None:
    await load(exports, RECEIPT_ROW, SECOND)
    before = [line.id for line in await exports.rows(OrderLineRow)]

    report = await load(exports, RECEIPT_ROW, SECOND | {"数量": "1", "实收": "80.00"})

    assert (report.accepted, report.unchanged) == (1, 1)
    (order,) = await exports.rows(OrderRow)
    lines = await exports.rows(OrderLineRow)
    assert order.total == Decimal("209.00")
    assert [(line.id, line.quantity) for line in lines] == [(before[0], 1), (before[1], 1)]
    assert [paid.amount for paid in await exports.rows(PaymentRow)] == [Decimal("209.00")]


async def test_a_correction_may_come_without_the_rest_of_its_receipt(exports: Exports) -> None:
    await load(exports, RECEIPT_ROW, SECOND)

    await load(exports, SECOND | {"实收": "170.00"})

    (order,) = await exports.rows(OrderRow)
    assert order.total == Decimal("299.00")
    assert len(await exports.rows(OrderLineRow)) == 2


async def test_a_malformed_row_leaves_the_rest_of_its_receipt(exports: Exports) -> None:
    report = await load(exports, RECEIPT_ROW, SECOND | {"单价": "一百"})

    assert [(one.line, one.reason) for one in report.quarantined] == [
        (3, "price (单价): expected an amount such as 1299.00")
    ]
    assert [line.sku for line in await exports.rows(OrderLineRow)] == ["COS-0012-30ML"]

    await load(exports, RECEIPT_ROW, SECOND)
    assert len(await exports.rows(OrderLineRow)) == 2


async def test_a_return_is_a_case_of_the_original_receipt(exports: Exports) -> None:
    await exports.holders()
    back = RECEIPT_ROW | {
        "小票号": "HK2610200001",
        "交易时间": "2026/10/20 11:00:00",
        "会员卡号": "",
        "会员姓名": "",
        "数量": "-1",
        "实收": "-129.00",
        "类型": "退货",
        "原小票号": "HK2610150032",
    }

    await load(exports, RECEIPT_ROW, SECOND, back)
    await load(exports, RECEIPT_ROW | {"收银员": "07"}, SECOND, back)

    (order,) = await exports.rows(OrderRow)
    (case,) = await exports.rows(CaseRow)
    (member,) = await exports.rows(MemberRow)
    first = (await exports.rows(OrderLineRow))[0]
    assert (case.number, case.kind, case.state) == ("HK2610200001", CaseKind.RETURN, "settled")
    assert (case.order_id, case.line_id, case.member_id) == (order.id, first.id, member.id)
    amounts = sorted(paid.amount for paid in await exports.rows(PaymentRow))
    assert amounts == [Decimal("-129.00"), Decimal("309.00")]


async def test_a_sale_of_less_than_nothing_is_refused(exports: Exports) -> None:
    report = await load(exports, RECEIPT_ROW | {"数量": "-1"}, RECEIPT_ROW | {"小票号": "HK2"})

    assert [(one.line, one.reason) for one in report.quarantined] == [
        (2, "quantity: expected more than 0 for a sale, less for a return")
    ]
    assert [order.number for order in await exports.rows(OrderRow)] == ["HK2"]


async def test_a_batch_ends_with_a_receipt(exports: Exports) -> None:
    """Rows of one receipt come into one transaction, however long the receipt is."""
    rows = [RECEIPT_ROW | {"行号": str(number)} for number in range(1, 521)]

    await load(exports, *rows, RECEIPT_ROW | {"小票号": "HK2"})

    assert [order.total for order in await exports.rows(OrderRow)] == [
        Decimal("129.00") * 520,
        Decimal("129.00"),
    ]
    assert HOLDER["card_no"] == rows[0]["会员卡号"]
