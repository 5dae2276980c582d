"""Facts, preferences, the timeline and the analytics of members, on both databases."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from clocks import HandClock
from sqlalchemy import insert
from store_rows import PLACED, SmallShop

from crm_store.analytics.run import RunReport, recompute
from crm_store.errors import InvalidRecordError
from crm_store.models import InteractionRow, OrderRow
from crm_store.profile.places import place_of
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM, Role
from crm_store.types.orders import OrderState
from crm_store.types.people import Tier
from crm_store.types.profiles import NewFact, ProfileField
from crm_store.types.timeline import TimelineFilter, TimelineKind

ZONE = ZoneInfo("Asia/Shanghai")


async def field(store: SqlStore, member: int, name: str) -> ProfileField:
    async with store.reading(SYSTEM) as work:
        profile = await work.profiles.profile(member)
    assert profile is not None
    return next(one for one in profile.fields if one.field == name)


class TestFacts:
    async def test_sources_that_contradict_each_other_are_both_kept(
        self, store: SqlStore, shop: SmallShop
    ) -> None:
        async with store.writing(SYSTEM) as work:
            for source, day in (("social", "1990-01-01"), ("loyalty", "1991-05-17")):
                await work.profiles.state(shop.member, NewFact("birthday", day, source))
            member = await work.members.get(shop.member)
        found = await field(store, shop.member, "birthday")
        assert found.contradicted
        assert (found.fact.value, found.fact.source) == ("1991-05-17", "loyalty")
        assert [other.value for other in found.others] == ["1990-01-01"]
        assert found.why.zh == "会员系统已核实，其他来源未核实"
        assert member is not None
        assert str(member.birthday) == "1991-05-17"

    async def test_a_source_that_changes_its_mind_says_one_thing(
        self, store: SqlStore, shop: SmallShop, clock: HandClock
    ) -> None:
        for name in ("王小名", "王晓明", "王晓明"):
            clock.advance(hours=1)
            async with store.writing(SYSTEM) as work:
                fact = await work.profiles.state(shop.member, NewFact("name", name, "clerk"))
        found = await field(store, shop.member, "name")
        assert [one.value for one in (found.fact, *found.others)] == ["王晓明", "王小明"]
        assert fact.at == clock.now - timedelta(hours=1)

    async def test_members_cannot_speak_for_staff(self, store: SqlStore, shop: SmallShop) -> None:
        async with store.writing(shop.actor(Role.CUSTOMER)) as work:
            fact = await work.profiles.state(shop.member, NewFact("name", "假名", "clerk"))
        assert (fact.source, fact.attested) == ("chat", False)

    async def test_addresses_are_shown_in_part(self, store: SqlStore, shop: SmallShop) -> None:
        async with store.writing(SYSTEM) as work:
            fact = NewFact("address", "上海市徐汇区漕溪北路1号", "clerk")
            await work.profiles.state(shop.member, fact)
        assert (await field(store, shop.member, "address")).fact.value == "上海市徐汇区****"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("shoe", "42"),
            ("birthday", "yesterday"),
            ("gender", "?"),
            ("name", " "),
            ("region", "徐汇区"),
            ("region", "上海市徐汇区漕溪北路1号"),
        ],
    )
    async def test_what_is_refused(
        self, store: SqlStore, shop: SmallShop, name: str, value: str
    ) -> None:
        async with store.writing(SYSTEM) as work:
            with pytest.raises(InvalidRecordError):
                await work.profiles.state(shop.member, NewFact(name, value, "clerk"))


class TestPreferences:
    async def test_stated_ones_stay_apart_from_inferred_ones(
        self, store: SqlStore, shop: SmallShop
    ) -> None:
        await recompute(store, zone=ZONE)
        async with store.writing(SYSTEM) as work:
            for skin in ("干性", "敏感肌"):
                await work.profiles.prefer(shop.member, "skin_type", skin, "clerk")
            await work.profiles.prefer(shop.member, "allergy", "香精", "clerk")
            profile = await work.profiles.profile(shop.member)
        assert profile is not None
        stated = {(one.kind, one.value) for one in profile.stated}
        assert stated == {("allergy", "酒精"), ("allergy", "香精"), ("skin_type", "敏感肌")}
        assert profile.inferred
        assert {one.source for one in profile.inferred} == {"analytics"}


class TestTimeline:
    async def test_everything_newest_first(self, store: SqlStore, shop: SmallShop) -> None:
        async with store.reading(shop.actor(Role.CLERK)) as work:
            page = await work.timelines.page(shop.member)
        times = [entry.at for entry in page.entries]
        assert times == sorted(times, reverse=True)
        kinds = {entry.kind for entry in page.entries}
        assert kinds >= {
            TimelineKind.ORDER, TimelineKind.POINTS, TimelineKind.RETURN, TimelineKind.NOTE,
        }  # fmt: skip
        assert page.next is None

    async def test_pages_join_without_gap_or_repetition(
        self, store: SqlStore, shop: SmallShop
    ) -> None:
        """Many entries of one moment, in several tables, and more that come in meanwhile."""
        await browse(store, shop.member, 7, PLACED)
        whole = await refs(store, shop.member, limit=100)
        paged: list[str] = []
        cursor: str | None = None
        async with store.reading(SYSTEM) as work:
            while True:
                page = await work.timelines.page(shop.member, after=cursor, limit=3)
                paged += [entry.ref for entry in page.entries]
                cursor = page.next
                if cursor is None:
                    break
        assert paged == whole
        assert len(set(whole)) == len(whole)

    async def test_filters(self, store: SqlStore, shop: SmallShop) -> None:
        await browse(store, shop.member, 2, PLACED)
        async with store.reading(SYSTEM) as work:
            orders = await work.timelines.page(
                shop.member, TimelineFilter(frozenset({TimelineKind.ORDER}))
            )
            app = await work.timelines.page(
                shop.member, TimelineFilter(channels=frozenset({"mini_program"}))
            )
            later = await work.timelines.page(
                shop.member, TimelineFilter(since=PLACED + timedelta(days=1))
            )
        assert {entry.kind for entry in orders.entries} == {TimelineKind.ORDER}
        assert [entry.kind for entry in app.entries] == [TimelineKind.BROWSE] * 2
        assert all(entry.at >= PLACED + timedelta(days=1) for entry in later.entries)

    async def test_notes_are_for_staff(self, store: SqlStore, shop: SmallShop) -> None:
        async with store.reading(shop.actor(Role.CUSTOMER)) as work:
            page = await work.timelines.page(shop.member)
        assert TimelineKind.NOTE not in {entry.kind for entry in page.entries}

    @pytest.mark.parametrize("cursor", ["", "x", "bm9uc2Vuc2U", "WzEsMiwzXQ"])
    async def test_a_cursor_that_is_none(
        self, store: SqlStore, shop: SmallShop, cursor: str
    ) -> None:
        async with store.reading(SYSTEM) as work:
            with pytest.raises(InvalidRecordError, match="cursor"):
                await work.timelines.page(shop.member, after=cursor)


class TestAnalytics:
    async def test_the_first_run_is_full_then_only_changes_are_scored(
        self, store: SqlStore, shop: SmallShop, clock: HandClock
    ) -> None:
        first = await recompute(store, zone=ZONE)
        clock.advance(days=1)
        second = await recompute(store, zone=ZONE)
        await buy(store, shop.member, Decimal(100), clock.now)
        third = await recompute(store, zone=ZONE)
        assert first.run.full
        assert first.run.recomputed == first.run.buyers > 0
        assert (second.run.full, second.run.recomputed) == (False, 0)
        assert (third.run.full, third.run.recomputed) == (False, 1)
        async with store.reading(SYSTEM) as work:
            found = await work.analytics.of_member(shop.member)
            counted = await work.analytics.segments()
        assert found is not None
        assert (found.as_of, found.purchases) == (clock.now.date(), 2)
        assert found.spent == Decimal("399.90")
        assert sum(one.members for one in counted) == third.run.buyers

    async def test_segments_of_a_city_count_who_lives_there(
        self, store: SqlStore, shop: SmallShop
    ) -> None:
        async with store.writing(SYSTEM) as work:
            home = NewFact("region", "上海徐汇区", "clerk")
            await work.profiles.state(shop.member, home)
        await recompute(store, zone=ZONE)
        async with store.reading(SYSTEM) as work:
            counts = [
                sum(one.members for one in await work.analytics.segments(place_of(where)))
                for where in ("上海", "上海徐汇区", "浙江省", "杭州")
            ]
        assert counts == [1, 1, 0, 0]

    async def test_spending_enough_raises_the_tier(
        self, store: SqlStore, shop: SmallShop, clock: HandClock
    ) -> None:
        await buy(store, shop.member, Decimal(12_000), clock.now)
        report: RunReport = await recompute(store, zone=ZONE)
        async with store.reading(SYSTEM) as work:
            member = await work.members.get(shop.member)
        assert (report.tiers_changed, member and member.tier) == (1, Tier.DIAMOND)

    async def test_currencies_are_not_summed_alike(
        self, store: SqlStore, shop: SmallShop, clock: HandClock
    ) -> None:
        await buy(store, shop.member, Decimal(100), clock.now, currency="HKD")
        async with store.reading(SYSTEM) as work:
            card = await work.members.card(shop.member)
        assert card is not None
        assert [(one.currency, one.value) for one in card.spent] == [
            ("CNY", Decimal("299.90")), ("HKD", Decimal("100.00")),
        ]  # fmt: skip
        assert card.total_spent == Decimal("391.90")

    async def test_the_complete_card_has_it_all(self, store: SqlStore, shop: SmallShop) -> None:
        await recompute(store, zone=ZONE)
        async with store.reading(shop.actor(Role.CLERK)) as work:
            complete = await work.profiles.complete(shop.member)
        async with store.reading(SYSTEM) as work:
            audit = await work.audit.about(f"member:{shop.member}")
        assert complete is not None
        assert complete.card.points_balance == complete.loyalty.points == 120
        assert complete.analytics is not None
        assert complete.profile.fields[0].fact.value == "王小明"
        assert "member.card" in {row.action for row in audit}


async def browse(store: SqlStore, member: int, times: int, at: datetime) -> None:
    event = {"member_id": member, "source": "mini_program", "kind": "browse", "at": at}
    async with store.importing() as context:
        rows = [{**event, "detail": {"product_id": str(number)}} for number in range(times)]
        await context.session.execute(insert(InteractionRow), rows)


async def refs(store: SqlStore, member: int, *, limit: int) -> list[str]:
    async with store.reading(SYSTEM) as work:
        return [one.ref for one in (await work.timelines.page(member, limit=limit)).entries]


async def buy(
    store: SqlStore, member: int, total: Decimal, at: datetime, currency: str = "CNY"
) -> None:
    async with store.importing() as context:
        context.session.add(
            OrderRow(
                number=f"O-{at:%j%H%M}-{currency}",
                member_id=member,
                channel="pos",
                state=OrderState.COMPLETED,
                placed_at=at.astimezone(UTC),
                total=total,
                currency=currency,
            )
        )
