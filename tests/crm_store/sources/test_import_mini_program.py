"""The mini-program: registrations make members, orders are orders, the rest is interactions."""

from decimal import Decimal
from typing import Any

from source_files import HOLDER, REGISTER, VISIT_ORDER, Exports, Row, as_json_lines

from crm_store.models import CaseRow, InteractionRow, MemberRow, OrderRow, PaymentRow
from crm_store.types.cases import CaseKind
from crm_store.types.orders import OrderState
from crm_store.types.records import ImportReport


def visit(number: int, event: str, **more: Any) -> Row:
    """Return an event of the same visitor."""
    base = {"event_id": f"mp-{number}", "openid": "oHG-abc", "at": "2026-02-01T09:00:00+08:00"}
    return base | {"event": event} | more


async def load(exports: Exports, *events: Row) -> ImportReport:
    """Import events."""
    return await exports.load("mini_program", as_json_lines(events))


async def test_a_visitor_registers_looks_around_and_buys(exports: Exports) -> None:
    await exports.catalogue()

    report = await load(
        exports,
        REGISTER,
        visit(1, "browse", product_id="COS-0012"),
        visit(2, "search", query="保湿"),
        visit(3, "cart", sku="COS-0012-30ML", quantity=2),
        visit(4, "coupon", code="HG8801", action="received"),
        VISIT_ORDER,
    )

    assert (report.read, report.accepted) == (6, 6)
    (member,) = await exports.rows(MemberRow)
    assert member.name == "小溪"
    events = await exports.rows(InteractionRow)
    assert {event.member_id for event in events} == {member.id}
    assert [(event.kind, event.detail) for event in events] == [
        ("register", {}),
        ("browse", {"product_id": "COS-0012"}),
        ("search", {"query": "保湿"}),
        ("cart", {"sku": "COS-0012-30ML", "quantity": 2}),
        ("coupon", {"code": "HG8801", "action": "received"}),
    ]
    (order,) = await exports.rows(OrderRow)
    assert (order.number, order.channel, order.store_id) == (
        "HK2602010001",
        "mini_program",
        "SH01",
    )
    assert (order.member_id, order.state) == (member.id, OrderState.COMPLETED)
    amounts = [paid.amount for paid in await exports.rows(PaymentRow)]
    assert amounts == [Decimal("238.00"), Decimal("-119.00")]
    (case,) = await exports.rows(CaseRow)
    assert (case.kind, case.reason, case.member_id) == (CaseKind.RETURN, "多买了", member.id)


async def test_a_bound_card_makes_the_visitor_its_holder(exports: Exports) -> None:
    await exports.holders()

    user = REGISTER["user"] | {"phone": None, "card": HOLDER["card_no"]}
    await load(exports, REGISTER | {"user": user})

    assert [member.name for member in await exports.rows(MemberRow)] == ["林若溪"]


async def test_a_corrected_event_replaces_itself(exports: Exports) -> None:
    await load(exports, REGISTER, visit(1, "search", query="保失"))

    report = await load(exports, REGISTER, visit(1, "search", query="保湿"))

    assert (report.accepted, report.unchanged) == (1, 1)
    searches = [one for one in await exports.rows(InteractionRow) if one.kind == "search"]
    assert [one.detail for one in searches] == [{"query": "保湿"}]


async def test_events_that_lack_what_they_must_tell_are_held_back(exports: Exports) -> None:
    report = await load(
        exports,
        visit(1, "search"),
        visit(2, "dance"),
        visit(3, "order", order=None),
        visit(4, "browse", product_id="COS-0012"),
    )

    assert [one.line for one in report.quarantined] == [1, 2, 3]
    assert report.quarantined[0].reason == "query: expected a value"
    (stranger,) = await exports.rows(InteractionRow)
    assert stranger.member_id is None
