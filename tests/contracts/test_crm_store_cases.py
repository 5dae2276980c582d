"""What every store promises about after-sales cases, cancellations and refunds."""

from decimal import Decimal

import pytest
from store_rows import PLACED, SmallShop

from crm_store.errors import ConflictError, InvalidRecordError, NotFoundError
from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM, Actor, Role
from crm_store.types.cases import CaseKind, NewCase
from crm_store.types.orders import OrderState


def a_return(shop: SmallShop, ticket: str = "5-9") -> NewCase:
    return NewCase(
        CaseKind.RETURN,
        ticket,
        member_id=shop.member,
        order_number=shop.order,
        reason="尺码不合适",
        detail={"handover": "courier"},
        rule="return_window",
    )


async def test_cases_are_the_open_ones_unless_asked(store: CrmStore, shop: SmallShop) -> None:
    async with store.reading(SYSTEM) as work:
        opened = await work.cases.for_member(shop.member)
        everything = await work.cases.for_member(shop.member, open_only=False)
    assert [case.number for case in opened] == ["C-1"]
    assert {case.number for case in everything} == {"C-1", "C-2"}


async def test_one_ticket_opens_one_case(store: CrmStore, shop: SmallShop) -> None:
    async with store.writing(SYSTEM) as work:
        first = await work.cases.open(a_return(shop))
    async with store.writing(SYSTEM) as work:
        second = await work.cases.open(a_return(shop))
        other = await work.cases.open(a_return(shop, "5-10"))
    assert second == first
    assert other.number != first.number
    assert (first.order_number, first.detail, first.rule) == (
        shop.order,
        {"handover": "courier"},
        "return_window",
    )
    assert first.number.startswith("RT")


async def test_a_case_of_an_unknown_order_is_refused(store: CrmStore) -> None:
    with pytest.raises(InvalidRecordError, match="O-none"):
        async with store.writing(SYSTEM) as work:
            await work.cases.open(NewCase(CaseKind.RETURN, "5-9", order_number="O-none"))


async def test_a_case_moves_on_and_keeps_what_was_known(store: CrmStore, shop: SmallShop) -> None:
    async with store.writing(SYSTEM) as work:
        opened = await work.cases.open(a_return(shop))
        settled = await work.cases.change(
            opened.number, state="settled", detail={"label": "SF1"}, closed_at=PLACED
        )
        with pytest.raises(NotFoundError):
            await work.cases.change("RT-none", state="settled")
    assert (settled.state, settled.closed_at) == ("settled", PLACED)
    assert settled.detail == {"handover": "courier", "label": "SF1"}


async def test_another_member_sees_no_case(store: CrmStore, shop: SmallShop) -> None:
    other = Actor(Role.CUSTOMER, member_id=shop.other)
    async with store.reading(other) as work:
        assert await work.cases.by_number(shop.case) is None
        assert await work.cases.by_ticket(shop.ticket) is None
        assert await work.cases.for_order(shop.order) == []


async def test_only_an_order_that_was_not_sent_is_cancelled(
    store: CrmStore, shop: SmallShop
) -> None:
    async with store.writing(SYSTEM) as work:
        cancelled = await work.orders.cancel(shop.waiting_order)
        assert cancelled.state is OrderState.CANCELLED
        for number in (shop.waiting_order, shop.order, "O-none"):
            with pytest.raises(ConflictError):
                await work.orders.cancel(number)


async def test_money_goes_back_once_and_never_more_than_came(
    store: CrmStore, shop: SmallShop
) -> None:
    async with store.writing(SYSTEM) as work:
        first = await work.orders.refund(shop.order, Decimal(200), reference="5-9")
        again = await work.orders.refund(shop.order, Decimal(200), reference="5-9")
        assert again == first
        assert (first.amount, first.method, first.state) == (Decimal(-200), "wechat", "processing")
        with pytest.raises(ConflictError, match=r"99\.90 left"):
            await work.orders.refund(shop.order, Decimal(100), reference="5-10")
        await work.orders.refund(shop.order, Decimal("99.90"), reference="5-11")
