"""Notes, follow-ups and lists of members: who may, what is refused, and what is found."""

from datetime import date, timedelta

import pytest
from clocks import HandClock
from store_rows import PLACED, SmallShop

from crm_store.errors import InvalidRecordError, NotFoundError
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM, Role
from crm_store.types.care import Days, MembersWanted
from crm_store.types.people import Tier


async def test_a_note_is_on_the_card_with_its_author(store: SqlStore, shop: SmallShop) -> None:
    async with store.writing(SYSTEM) as uow:
        note = await uow.care.note(shop.member, "  不吃辣 ", staff_id=shop.clerk)
    assert note.text == "不吃辣"
    async with store.reading(shop.actor(Role.CLERK)) as uow:
        card = await uow.members.card(shop.member)
    assert card is not None
    assert (note.text, note.author) in [(one.text, one.author) for one in card.notes]


async def test_empty_notes_and_unknown_members_are_refused(
    store: SqlStore, shop: SmallShop
) -> None:
    async with store.writing(SYSTEM) as uow:
        with pytest.raises(InvalidRecordError):
            await uow.care.note(shop.member, " \n", staff_id=shop.clerk)
        with pytest.raises(NotFoundError):
            await uow.care.note(999_999, "不吃辣", staff_id=shop.clerk)


async def test_a_promise_is_due_until_its_own_clerk_keeps_it(
    store: SqlStore, shop: SmallShop, clock: HandClock
) -> None:
    soon, later = clock.now + timedelta(hours=1), clock.now + timedelta(days=9)
    async with store.writing(SYSTEM) as uow:
        made = await uow.care.follow_up(shop.member, "回电", soon, staff_id=shop.clerk)
        await uow.care.follow_up(shop.other, "call", later, staff_id=shop.clerk)
        due = await uow.care.due(shop.clerk, clock.now + timedelta(days=1))
        assert [(one.id, one.member, one.text) for one in due] == [(made.id, "王小明", "回电")]
        assert await uow.care.due(shop.agent, later + timedelta(days=1)) == []
        assert await uow.care.settle(made.id, staff_id=shop.agent) is None
        assert await uow.care.settle(made.id, staff_id=shop.clerk) is not None
        assert await uow.care.settle(made.id, staff_id=shop.clerk) is None
        assert await uow.care.due(shop.clerk, clock.now + timedelta(days=1)) == []


async def test_members_are_found_by_tier_and_by_when_they_bought_last(
    store: SqlStore, shop: SmallShop
) -> None:
    bought = Days(PLACED.date() - timedelta(days=40), PLACED.date() + timedelta(days=40))
    async with store.reading(shop.actor(Role.CLERK)) as uow:
        gold = await uow.care.find(MembersWanted(tiers=frozenset({Tier.GOLD})))
        buyers = await uow.care.find(MembersWanted(bought=bought))
        long_ago = await uow.care.find(
            MembersWanted(bought=Days(date(2001, 1, 1), date(2001, 1, 2)))
        )
        rich = await uow.care.find(MembersWanted(spent_from=10_000_000))
    assert [one.name for one in gold.members] == ["王小明"]
    assert shop.member in [one.id for one in buyers.members]
    assert all(one.orders and one.spent.value > 0 for one in buyers.members)
    assert (long_ago.count, rich.count) == (0, 0)


async def test_who_is_listed_stands_in_the_audit(store: SqlStore, shop: SmallShop) -> None:
    async with store.reading(shop.actor(Role.CLERK)) as uow:
        found = await uow.care.find(MembersWanted(), limit=1)
    async with store.reading(SYSTEM) as uow:
        seen = await uow.audit.about(f"member:{found.members[0].id}")
    assert "member.search" in [entry.action for entry in seen]


@pytest.mark.parametrize(
    ("birthday", "kept"),
    [(date(1990, 12, 31), True), (date(1990, 1, 2), True), (date(1990, 6, 1), False)],
)
def test_a_birthday_is_kept_over_the_turn_of_the_year(birthday: date, kept: bool) -> None:
    assert Days(date(2026, 12, 30), date(2027, 1, 2)).holds_birthday(birthday) == kept


def test_leap_day_is_kept_on_the_28th() -> None:
    assert Days(date(2026, 2, 28), date(2026, 2, 28)).holds_birthday(date(2000, 2, 29))
