"""What every store promises about handoffs: one owner at a time, and a trace of every change."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from clocks import HandClock
from store_rows import SmallShop

from crm_store.errors import ConflictError, NotFoundError, NotPermittedError
from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.conversations import (
    Author,
    ConversationKey,
    InboundMessage,
    MessageState,
    NewReply,
    Owner,
)
from crm_store.types.handoffs import Handoff, HandoffReason, HandoffState

KEY = ConversationKey("telegram", "shop", "session-1")


@dataclass
class Desk:
    """A conversation with a guest, and the people who may help."""

    store: CrmStore
    here: int
    guest: Actor
    lin: Actor
    wu: Actor
    manager: Actor

    async def request(self, epoch: int = 0) -> Handoff:
        async with self.store.writing(SYSTEM) as work:
            packet = {"summary": "要退货"}
            return await work.handoffs.request(self.here, HandoffReason.ASKED, packet, epoch=epoch)

    async def take(self, agent: Actor, handoff: Handoff) -> Handoff:
        async with self.store.writing(agent) as work:
            return await work.handoffs.take(handoff.id)

    async def owner(self) -> tuple[Owner, int]:
        async with self.store.reading(SYSTEM) as work:
            found = await work.conversations.get(self.here)
        assert found is not None
        return found.owner, found.epoch


@pytest.fixture
async def desk(store: CrmStore, shop: SmallShop) -> Desk:
    async with store.writing(SYSTEM) as work:
        [receipt] = await work.conversations.receive([InboundMessage(KEY, "1", "转人工")])
    here = receipt.conversation_id
    return Desk(
        store,
        here,
        Actor(Role.GUEST, conversation_id=here),
        shop.actor(Role.AGENT),
        Actor(Role.AGENT, staff_id=shop.agent2, surface=Surface.DESK),
        shop.actor(Role.MANAGER),
    )


async def test_asking_again_returns_the_open_handoff(desk: Desk) -> None:
    first = await desk.request()
    again = await desk.request()
    assert again == first
    assert await desk.owner() == (Owner.WAITING, 1)


async def test_asking_under_an_old_epoch_is_refused(desk: Desk) -> None:
    await desk.request()
    async with desk.store.writing(desk.guest) as work:
        await work.handoffs.withdraw(desk.here)
    with pytest.raises(ConflictError):
        await desk.request(epoch=0)


async def test_the_second_agent_comes_too_late(desk: Desk) -> None:
    handoff = await desk.request()
    taken = await desk.take(desk.lin, handoff)
    assert (taken.state, taken.taken_by) == (HandoffState.TAKEN, desk.lin.staff_id)
    with pytest.raises(ConflictError):
        await desk.take(desk.wu, handoff)
    assert await desk.take(desk.lin, handoff) == taken
    assert await desk.owner() == (Owner.HUMAN, 2)


async def test_only_the_agent_who_took_it_answers(desk: Desk) -> None:
    handoff = await desk.request()
    async with desk.store.writing(desk.lin) as work:
        with pytest.raises(NotPermittedError):
            await work.handoffs.answer(handoff.id, "您好")
    await desk.take(desk.lin, handoff)
    for stranger in (desk.wu, desk.manager, desk.guest, SYSTEM):
        async with desk.store.writing(stranger) as work:
            with pytest.raises(NotPermittedError):
                await work.handoffs.answer(handoff.id, "您好")
    async with desk.store.writing(desk.lin) as work:
        message = await work.handoffs.answer(handoff.id, "您好")
    assert (message.author, message.state) == (Author.AGENT, MessageState.QUEUED)
    assert message.staff_id == desk.lin.staff_id


async def test_what_the_bot_said_before_is_dropped_and_the_agents_words_are_not(
    desk: Desk,
) -> None:
    async with desk.store.writing(SYSTEM) as work:
        await work.conversations.reply(desk.here, [NewReply("机器人的话")], epoch=0)
    handoff = await desk.request()
    await desk.take(desk.lin, handoff)
    async with desk.store.writing(desk.lin) as work:
        await work.handoffs.answer(handoff.id, "已为您办好")
        await work.handoffs.resolve(handoff.id, "退货已登记")
    async with desk.store.writing(SYSTEM) as work:
        given = await work.conversations.next_deliveries(["telegram"], timedelta(seconds=9))
        timeline = await work.conversations.tail(desk.here)
    assert [delivery.message.text for delivery in given] == ["已为您办好"]
    assert MessageState.DROPPED in {message.state for message in timeline}


async def test_the_timeline_tells_who_spoke_for_the_shop(desk: Desk) -> None:
    handoff = await desk.request()
    await desk.take(desk.lin, handoff)
    async with desk.store.writing(desk.lin) as work:
        await work.handoffs.hand_back(handoff.id)
    async with desk.store.reading(desk.guest) as work:
        timeline = await work.conversations.tail(desk.here)
    events = [message for message in timeline if message.author is Author.SYSTEM]
    assert [event.payload["event"] for event in events] == [
        "handoff_waiting",
        "handoff_taken",
        "handoff_handed_back",
    ]
    assert [event.epoch for event in events] == [1, 2, 3]
    assert {event.state for event in events} == {MessageState.HANDLED}
    assert await desk.owner() == (Owner.BOT, 3)


async def test_resolving_closes_and_keeps_the_resolution(desk: Desk) -> None:
    handoff = await desk.request()
    await desk.take(desk.lin, handoff)
    async with desk.store.writing(desk.wu) as work:
        with pytest.raises(NotPermittedError):
            await work.handoffs.resolve(handoff.id, "不是我的")
    async with desk.store.writing(desk.manager) as work:
        closed = await work.handoffs.resolve(handoff.id, "退货已登记")
    assert (closed.state, closed.resolution) == (HandoffState.RESOLVED, "退货已登记")
    with pytest.raises(ConflictError):
        async with desk.store.writing(desk.lin) as work:
            await work.handoffs.answer(handoff.id, "还在吗")
    async with desk.store.reading(SYSTEM) as work:
        assert await work.handoffs.current(desk.here) is None


async def test_a_customer_who_leaves_the_queue_gets_the_bot_back(desk: Desk) -> None:
    handoff = await desk.request()
    async with desk.store.writing(desk.guest) as work:
        withdrawn = await work.handoffs.withdraw(desk.here)
    assert withdrawn is not None
    assert withdrawn.state is HandoffState.WITHDRAWN
    assert await desk.owner() == (Owner.BOT, 2)
    with pytest.raises(ConflictError):
        await desk.take(desk.lin, handoff)


async def test_a_taken_handoff_is_not_the_customers_to_withdraw(desk: Desk) -> None:
    await desk.take(desk.lin, await desk.request())
    async with desk.store.writing(desk.guest) as work:
        assert await work.handoffs.withdraw(desk.here) is None
    assert await desk.owner() == (Owner.HUMAN, 2)


async def test_the_queue_is_read_by_state_and_waiting_time(desk: Desk, clock: HandClock) -> None:
    first = await desk.request()
    clock.advance(minutes=1)
    async with desk.store.writing(SYSTEM) as work:
        other = ConversationKey("telegram", "shop", "session-2")
        [receipt] = await work.conversations.receive([InboundMessage(other, "1", "人呢")])
        second = await work.handoffs.request(
            receipt.conversation_id, HandoffReason.RULE, {}, epoch=0
        )
    await desk.take(desk.lin, second)
    async with desk.store.reading(desk.wu) as work:
        assert [found.id for found in await work.handoffs.open()] == [first.id, second.id]
        assert [found.id for found in await work.handoffs.open(states=["taken"])] == [second.id]
        assert await work.handoffs.get(first.id) == first
        assert await work.handoffs.get(99) is None


async def test_there_is_no_such_handoff(desk: Desk) -> None:
    async with desk.store.writing(desk.lin) as work:
        with pytest.raises(NotFoundError):
            await work.handoffs.take(99)


async def test_looking_at_a_conversation_every_second_is_one_audit_row(
    desk: Desk, clock: HandClock
) -> None:
    for _ in range(3):
        async with desk.store.reading(desk.lin) as work:
            await work.conversations.tail(desk.here)
        clock.advance(seconds=1)
    clock.advance(minutes=11)
    async with desk.store.reading(desk.lin) as work:
        await work.conversations.tail(desk.here)
    async with desk.store.reading(SYSTEM) as work:
        rows = await work.audit.about(f"conversation:{desk.here}")
    assert [row.action for row in rows] == ["conversation.view"] * 2
