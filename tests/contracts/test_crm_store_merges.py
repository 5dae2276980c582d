"""Contract of merges: two members become one, and two again, exactly as they were."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from clocks import HandClock
from sqlalchemy import func, select, update
from store_rows import PHONE, SmallShop

from crm_store.errors import ConflictError, NotFoundError, NotPermittedError
from crm_store.models import Base, MemberRow
from crm_store.repositories.belongings import STAYS, belongings
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.conversations import ConversationKey, InboundMessage
from crm_store.types.merges import Evidence, MatchState, MemberMatch, MergeReason
from crm_store.types.people import (
    IdentityKind,
    IdentityStatus,
    MemberStatus,
    NewIdentity,
    NewMember,
    Tier,
)

NAME = Evidence("name", "same", 6.5)
EMAIL = Evidence("email", "same", 11.0)


def test_every_column_about_a_member_moves_or_is_declared_to_stay() -> None:
    columns = {
        str(column)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("member_id")
        or any(key.target_fullname == "members.id" for key in column.foreign_keys)
    }
    moved = {one.name for one in belongings()}
    assert columns - STAYS == moved
    assert columns >= STAYS


async def everything(store: SqlStore) -> Mapping[str, set[tuple[Any, ...]]]:
    """Who has what: every row with its owner, and every member."""
    found: dict[str, set[tuple[Any, ...]]] = {}
    async with store.importing() as context:
        for one in belongings():
            rows = await context.session.execute(select(*one.key, one.owner))
            found[one.name] = {tuple(row) for row in rows}
        rows = await context.session.execute(select(*MemberRow.__table__.columns))
        found["members"] = {tuple(row) for row in rows}
    return found


async def conversation_of(
    store: SqlStore, account: str, member_id: int | None, channel: str = "telegram"
) -> int:
    """Let somebody write from an account of theirs, attested to be a member."""
    key = ConversationKey(channel, "shop", account)
    async with store.writing(SYSTEM) as work:
        [received] = await work.conversations.receive([InboundMessage(key, "1", "在吗")])
        if member_id is not None:
            await work.conversations.bind_member(received.conversation_id, member_id)
    return received.conversation_id


async def status_of(store: SqlStore, member_id: int) -> MemberStatus:
    async with store.importing() as context:
        row = await context.session.get(MemberRow, member_id)
        assert row is not None
        return row.status


async def test_all_that_one_has_passes_to_the_other_and_back(
    store: SqlStore, shop: SmallShop
) -> None:
    before = await everything(store)
    async with store.writing(SYSTEM) as work:
        merge = await work.merges.merge(shop.other, shop.member, evidence=(NAME,))
    async with store.reading(SYSTEM) as work:
        card = await work.members.card(shop.member)
    assert card is not None
    assert card.member.id == shop.other
    assert (card.order_count, card.points_balance) == (1, 120), "the cancelled order is none"
    assert card.member.tier is Tier.GOLD
    assert {one.kind for one in card.identities} == {IdentityKind.PHONE, IdentityKind.LOYALTY_CARD}

    async with store.writing(SYSTEM) as work:
        undone = await work.merges.unmerge(merge.id)
    assert undone.undone_at is not None
    assert await everything(store) == before


async def counts(store: SqlStore) -> dict[str, int | None]:
    """How many rows every table has."""
    async with store.importing() as context:
        return {
            name: await context.session.scalar(select(func.count()).select_from(table))
            for name, table in Base.metadata.tables.items()
        }


async def test_a_merge_tells_nobody_and_deletes_nothing(store: SqlStore, shop: SmallShop) -> None:
    await conversation_of(store, "abc", shop.other)
    before = await counts(store)
    async with store.writing(SYSTEM) as work:
        merge = await work.merges.merge(shop.member, shop.other)
        await work.merges.unmerge(merge.id)
    after = await counts(store)
    assert {name for name in after if after[name] != before[name]} == {
        "merges",
        "match_candidates",
        "audit",
    }


async def test_who_merged_and_why_is_on_record(store: SqlStore, shop: SmallShop) -> None:
    manager = Actor(Role.MANAGER, staff_id=shop.manager, surface=Surface.DESK)
    async with store.writing(manager) as work:
        merge = await work.merges.merge(shop.member, shop.other)
        await work.merges.unmerge(merge.id)
    async with store.reading(SYSTEM) as work:
        entries = await work.audit.about(f"member:{shop.other}")
        [standing] = await work.merges.about(shop.other)
    told = [(one.action, one.actor_id, one.purpose) for one in entries if "merge" in one.action]
    assert told == [
        ("member.unmerge", shop.manager, "desk"),
        ("member.merge", shop.manager, "desk"),
    ]
    assert (standing.made_by, standing.reason) == (f"staff:{shop.manager}", MergeReason.MANUAL)


async def test_what_cannot_be_merged_is_refused_and_changes_nothing(
    store: SqlStore, shop: SmallShop
) -> None:
    async with store.writing(SYSTEM) as work:
        third = await work.members.add(NewMember("韩梅梅"))
        erased = await work.members.add(NewMember("某人"))
        await work.merges.merge(shop.other, third.id)
    async with store.importing() as context:
        await context.session.execute(
            update(MemberRow).where(MemberRow.id == erased.id).values(status=MemberStatus.ERASED)
        )
    before = await everything(store)
    refusals = [
        (shop.member, shop.member, ConflictError, "with itself"),
        (shop.member, third.id, ConflictError, "merged into member"),
        (third.id, shop.member, ConflictError, "merged into member"),
        (shop.member, erased.id, ConflictError, "has been erased"),
        (erased.id, shop.member, ConflictError, "has been erased"),
        (shop.member, 4711, NotFoundError, "no member 4711"),
    ]
    for kept, merged, error, why in refusals:
        with pytest.raises(error, match=why):
            async with store.writing(SYSTEM) as work:
                await work.merges.merge(kept, merged)
    assert await everything(store) == before


async def test_only_those_who_answer_customers_may_merge(store: SqlStore, shop: SmallShop) -> None:
    for role in (Role.GUEST, Role.CUSTOMER, Role.CLERK):
        with pytest.raises(NotPermittedError):
            async with store.writing(shop.actor(role)) as work:
                await work.merges.merge(shop.member, shop.other)
        async with store.reading(shop.actor(role)) as work:
            assert await work.merges.candidates() == []
            assert await work.merges.about(shop.member) == []


async def test_merges_of_merges_are_undone_from_the_last_one(
    store: SqlStore, shop: SmallShop
) -> None:
    async with store.writing(SYSTEM) as work:
        third = await work.members.add(NewMember("韩梅梅"))
    before = await everything(store)
    async with store.writing(SYSTEM) as work:
        first = await work.merges.merge(shop.other, shop.member)
        second = await work.merges.merge(third.id, shop.other)
        assert (await work.members.get(shop.member)) == (await work.members.get(third.id))
    with pytest.raises(ConflictError, match=f"undo {second.id} first"):
        async with store.writing(SYSTEM) as work:
            await work.merges.unmerge(first.id)
    async with store.writing(SYSTEM) as work:
        await work.merges.unmerge(second.id)
        await work.merges.unmerge(first.id)
    assert await everything(store) == before
    with pytest.raises(ConflictError, match="undone already"):
        async with store.writing(SYSTEM) as work:
            await work.merges.unmerge(first.id)


async def test_merges_into_one_member_are_undone_in_any_order(store: SqlStore) -> None:
    async with store.writing(SYSTEM) as work:
        people = [
            await work.members.add(NewMember("王", tier=Tier.REGULAR, joined_on=date(2026, 3, 3))),
            await work.members.add(
                NewMember("王", tier=Tier.GOLD, joined_on=date(2026, 2, 2), gender="female")
            ),
            await work.members.add(
                NewMember("王", tier=Tier.DIAMOND, joined_on=date(2026, 1, 1), gender="female")
            ),
        ]
        ids = [one.id for one in people]
        alone = [await work.members.get(one) for one in ids]
        first = await work.merges.merge(ids[0], ids[1])
        second = await work.merges.merge(ids[0], ids[2])
        await work.merges.unmerge(first.id)
        kept = await work.members.get(ids[0])
        assert kept is not None
        assert (kept.tier, kept.joined_on, kept.gender) == (
            Tier.DIAMOND,
            date(2026, 1, 1),
            "female",
        )
        await work.merges.unmerge(second.id)
        assert [await work.members.get(one) for one in ids] == alone


async def test_an_erased_member_is_not_put_together_again(store: SqlStore, shop: SmallShop) -> None:
    async with store.writing(SYSTEM) as work:
        merge = await work.merges.merge(shop.member, shop.other)
    async with store.importing() as context:
        await context.session.execute(
            update(MemberRow).where(MemberRow.id == shop.member).values(status=MemberStatus.ERASED)
        )
    with pytest.raises(ConflictError, match="has been erased"):
        async with store.writing(SYSTEM) as work:
            await work.merges.unmerge(merge.id)
    assert await status_of(store, shop.other) is MemberStatus.MERGED


async def test_an_open_conversation_goes_on_under_the_kept_member(
    store: SqlStore, shop: SmallShop
) -> None:
    talk = await conversation_of(store, "abc", shop.other, "web")
    async with store.writing(SYSTEM) as work:
        before = await work.conversations.get(talk)
        await work.merges.merge(shop.member, shop.other)
        after = await work.conversations.get(talk)
    assert before is not None
    assert after == replace(before, member_id=shop.member)


async def test_what_arrives_later_stays_unless_it_came_by_an_identifier_of_the_other(
    store: SqlStore, shop: SmallShop, clock: HandClock
) -> None:
    telegram = NewIdentity(IdentityKind.TELEGRAM, "778899", IdentityStatus.ATTESTED, "telegram")
    async with store.writing(SYSTEM) as work:
        await work.members.attach(shop.other, telegram)
        merge = await work.merges.merge(shop.member, shop.other)
    clock.advance(minutes=1)
    theirs = await conversation_of(store, "778899", shop.other)
    anyones = await conversation_of(store, "112233", shop.other)
    async with store.writing(SYSTEM) as work:
        await work.merges.unmerge(merge.id)
        owners = [await work.conversations.get(one) for one in (theirs, anyones)]
    assert [one.member_id for one in owners if one] == [shop.other, shop.member]


async def test_an_identifier_that_both_had_is_attested_once_more(
    store: SqlStore, shop: SmallShop
) -> None:
    claimed = NewIdentity(IdentityKind.PHONE, PHONE, IdentityStatus.CLAIMED, "social")
    attested = replace(claimed, status=IdentityStatus.ATTESTED, source="pos")
    async with store.writing(SYSTEM) as work:
        await work.members.attach(shop.other, claimed)
        await work.merges.merge(shop.other, shop.member)
        held = await work.members.attach(shop.other, attested)
    assert (held.member_id, held.status) == (shop.other, IdentityStatus.ATTESTED)


class TestProposals:
    async def propose(self, store: SqlStore, shop: SmallShop) -> int:
        match = MemberMatch(shop.other, shop.member, 9.0, 0.998, (NAME, EMAIL))
        async with store.writing(SYSTEM) as work:
            assert await work.merges.propose([match]) == 1
            assert await work.merges.propose([match]) == 0
            [found] = await work.merges.candidates()
        assert found.match.evidence == (NAME, EMAIL)
        return found.id

    async def test_one_that_is_accepted_becomes_a_merge(
        self, store: SqlStore, shop: SmallShop
    ) -> None:
        proposal = await self.propose(store, shop)
        async with store.writing(shop.actor(Role.AGENT)) as work:
            merge = await work.merges.accept(proposal, shop.member)
            assert await work.merges.candidates() == []
        assert (merge.kept_id, merge.reason) == (shop.member, MergeReason.REVIEWED)
        assert merge.evidence == (NAME, EMAIL)
        with pytest.raises(ConflictError, match="decided already"):
            async with store.writing(shop.actor(Role.AGENT)) as work:
                await work.merges.accept(proposal, shop.member)

    async def test_two_people_stay_two_people(self, store: SqlStore, shop: SmallShop) -> None:
        proposal = await self.propose(store, shop)
        async with store.writing(shop.actor(Role.AGENT)) as work:
            await work.merges.decline(proposal, MatchState.LATER)
            [waiting] = await work.merges.candidates()
            assert waiting.state is MatchState.LATER
            await work.merges.decline(proposal, MatchState.DISTINCT)
        async with store.writing(SYSTEM) as work:
            match = MemberMatch(shop.member, shop.other, 19.0, 1.0, (NAME,))
            assert await work.merges.propose([match]) == 0
            assert await work.merges.candidates() == []
            assert await work.merges.distinct() == {(shop.member, shop.other)}

    async def test_undoing_a_merge_says_that_they_are_two(
        self, store: SqlStore, shop: SmallShop
    ) -> None:
        async with store.writing(SYSTEM) as work:
            merge = await work.merges.merge(shop.other, shop.member)
            await work.merges.unmerge(merge.id)
            assert await work.merges.distinct() == {(shop.member, shop.other)}
