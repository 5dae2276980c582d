"""What every store promises the desk: notes no customer sees, search, and figures."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from clocks import HandClock
from store_rows import SmallShop

from crm_store.errors import InvalidRecordError, NotFoundError
from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.conversations import (
    ConversationKey,
    InboundMessage,
    MessageState,
    NewReply,
    ParseRecord,
)
from crm_store.types.handoffs import HandoffReason
from crm_store.types.reports import LONGEST_SPAN, Span, TalkCount
from crm_store.types.surveys import NewSurvey

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 3, 2)
"""What the clock says in Shanghai: five in the afternoon."""
SPAN = Span(TODAY - timedelta(1), TODAY, ZONE)


@dataclass
class Desk:
    """A member's conversation, and the people of the desk."""

    store: CrmStore
    here: int
    shop: SmallShop
    lin: Actor
    wu: Actor
    manager: Actor

    async def said(self, text: str, *, key: str = "guest", understood: str = "greet") -> int:
        """A guest writes on Telegram and is understood as something; returns the conversation."""
        async with self.store.writing(SYSTEM) as work:
            where = ConversationKey("telegram", "shop", key)
            [receipt] = await work.conversations.receive([InboundMessage(where, text, text)])
            lease = await work.conversations.claim("w", timedelta(seconds=30))
            assert lease is not None
            for message in await work.conversations.unhandled(lease):
                parse = ParseRecord(understood, 0.9, "f", {})
                await work.conversations.handled(lease, message.id, parse=parse, language="zh")
            await work.conversations.release(lease)
        return receipt.conversation_id


@pytest.fixture
async def desk(store: CrmStore, shop: SmallShop) -> Desk:
    key = ConversationKey("web", "shop", "of-the-member")
    said = InboundMessage(key, "1", "我的快递丢了", member_id=shop.member)
    async with store.writing(SYSTEM) as work:
        wu = await work.staff.add("wu-x", "吴", "secret", Role.AGENT, "SH01")
        [receipt] = await work.conversations.receive([said])
        lease = await work.conversations.claim("w", timedelta(seconds=30))
        assert lease is not None
        await work.conversations.handled(lease, receipt.message_id, parse=None, language="zh")
        await work.conversations.release(lease)
    return Desk(
        store,
        receipt.conversation_id,
        shop,
        shop.actor(Role.AGENT),
        Actor(Role.AGENT, staff_id=wu.id, store_id="SH01", surface=Surface.DESK),
        shop.actor(Role.MANAGER),
    )


async def test_a_note_is_in_the_timeline_and_on_its_way_to_nobody(desk: Desk) -> None:
    assert desk.wu.staff_id is not None
    async with desk.store.writing(desk.lin) as work:
        note = await work.desk.note(desk.here, "@吴 仓库怎么说？", [desk.wu.staff_id])
    assert note.state is MessageState.HANDLED
    assert note.payload == {"event": "note", "mentions": [desk.wu.staff_id]}
    async with desk.store.reading(desk.wu) as work:
        assert (await work.conversations.tail(desk.here))[-1] == note
        glance = (await work.desk.glances([desk.here, desk.here + 99]))[desk.here]
    assert (glance.words, glance.mentioned) == ("我的快递丢了", {desk.wu.staff_id})
    async with desk.store.writing(desk.wu) as work:
        await work.desk.note(desk.here, "明天到", [])
        assert (await work.desk.glances([desk.here]))[desk.here].mentioned == frozenset()
    for text, where, error in (
        (" ", desk.here, InvalidRecordError),
        ("有人吗", desk.here + 99, NotFoundError),
    ):
        with pytest.raises(error):
            async with desk.store.writing(desk.lin) as work:
                await work.desk.note(where, text, [])


async def test_conversations_are_found_by_words_and_by_member(desk: Desk) -> None:
    guests = await desk.said("Where is my PARCEL?")
    async with desk.store.reading(desk.lin) as work:
        [by_words] = await work.desk.talks_with("parcel")
        [by_member] = await work.desk.talks_of(desk.shop.member)
        assert await work.desk.talks_with("p") == []
        assert await work.desk.talks_with("%") == []
    assert (by_words.conversation_id, by_words.member) == (guests, None)
    assert by_words.words == "Where is my PARCEL?"
    assert (by_member.conversation_id, by_member.words) == (desk.here, "我的快递丢了")
    assert by_member.member is not None
    async with desk.store.reading(SYSTEM) as work:
        looks = await work.audit.about(f"conversation:{guests}")
    assert ("conversation.view", desk.lin.staff_id) in {(one.action, one.actor_id) for one in looks}


async def test_a_handoff_is_measured_from_the_call_to_the_end(desk: Desk, clock: HandClock) -> None:
    began = clock.now
    async with desk.store.writing(SYSTEM) as work:
        handoff = await work.handoffs.request(desk.here, HandoffReason.ASKED, {}, epoch=0)
    clock.advance(minutes=2)
    async with desk.store.writing(desk.wu) as work:
        await work.handoffs.take(handoff.id)
        await work.desk.note(desk.here, "我来", [])
    clock.advance(minutes=1)
    async with desk.store.writing(desk.wu) as work:
        await work.handoffs.answer(handoff.id, "您好")
        await work.handoffs.answer(handoff.id, "在吗")
    async with desk.store.reading(desk.manager) as work:
        [fact] = await work.reports.handoffs(SPAN)
        [of_store] = await work.reports.handoffs(
            Span(TODAY, TODAY, ZONE, channel="web", store_id="SH01")
        )
        elsewhere = await work.reports.handoffs(Span(TODAY, TODAY, ZONE, channel="telegram"))
        before = await work.reports.handoffs(Span(SPAN.first, SPAN.first, ZONE))
    assert fact == of_store
    assert (fact.reason, fact.channel, fact.agent_id) == (
        HandoffReason.ASKED,
        "web",
        desk.wu.staff_id,
    )
    assert (fact.requested_at, fact.answered_at) == (began, began + timedelta(minutes=3))
    assert (elsewhere, before) == ([], [])


async def test_talks_are_counted_by_the_retailers_day(desk: Desk, clock: HandClock) -> None:
    await desk.said("你好", key="a")
    await desk.said("还在吗", key="a")
    async with desk.store.writing(SYSTEM) as work:
        await work.conversations.reply(desk.here, [NewReply("在")], epoch=0)
        await work.handoffs.request(desk.here, HandoffReason.ASKED, {}, epoch=0)
    clock.advance(hours=7, minutes=1)  # past midnight in Shanghai, not yet in UTC
    await desk.said("早", key="a")
    async with desk.store.reading(desk.manager) as work:
        counts = await work.reports.talks(Span(TODAY, TODAY + timedelta(1), ZONE))
    assert counts == [
        TalkCount(TODAY, "telegram", 1, 0),
        TalkCount(TODAY, "web", 1, 1),
        TalkCount(TODAY + timedelta(1), "telegram", 1, 0),
    ]


async def test_scores_and_what_nobody_understood(desk: Desk) -> None:
    await desk.said("你们收 比特币 吗？", key="a", understood="out_of_scope")
    await desk.said("你们收 比特币 吗", key="b", understood="out_of_scope")
    await desk.said("天气如何", key="a", understood="out_of_scope")
    await desk.said("你好", key="a")
    async with desk.store.writing(SYSTEM) as work:
        await work.surveys.ask(NewSurvey(desk.here, "return_item", TODAY))
        await work.surveys.rate(desk.here, TODAY, 4)
    async with desk.store.reading(desk.manager) as work:
        scores = await work.reports.scores(SPAN)
        questions = await work.reports.unknown(SPAN)
    assert [(one.day, one.value, one.channel) for one in scores] == [(TODAY, 4, "web")]
    assert [(one.text, one.count) for one in questions] == [
        ("你们收 比特币 吗", 2),
        ("天气如何", 1),
    ]


@pytest.mark.parametrize("days", [-1, LONGEST_SPAN])
def test_a_span_has_a_sensible_length(days: int) -> None:
    with pytest.raises(ValueError, match="a report spans"):
        Span(TODAY, TODAY + timedelta(days), ZONE)


async def test_who_goes_on_watching_waits_for_nobody_who_writes(desk: Desk) -> None:
    async with desk.store.watching(desk.lin) as work:
        await work.conversations.get(desk.here)  # the first look is audited
    async with desk.store.writing(SYSTEM), desk.store.watching(desk.lin) as work:
        assert await work.conversations.get(desk.here) is not None


async def test_what_is_seen_while_watching_is_audited_all_the_same(desk: Desk) -> None:
    member = desk.shop.member
    async with desk.store.watching(desk.lin) as work:
        assert await work.members.card(member) is not None
    async with desk.store.reading(SYSTEM) as work:
        looks = await work.audit.about(f"member:{member}")
    assert desk.lin.staff_id in {one.actor_id for one in looks}
