"""Looking after the queue on the real store: who left, what is due, what was promised."""

from datetime import timedelta

import pytest
from clocks import HandClock
from store_rows import SmallShop

from bot.dispatching import CALLED, Dispatcher
from bot.policies import load_service
from bot.replies import Phrasebook
from bot.turn.bell import Bell
from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.cases import CaseKind, NewCase
from crm_store.types.conversations import Author, ConversationKey, InboundMessage, Owner
from crm_store.types.handoffs import Handoff, HandoffReason, HandoffState, Needs, Presence, Priority

RULES = load_service()


@pytest.fixture
def dispatcher(store: CrmStore, clock: HandClock) -> Dispatcher:
    return Dispatcher(store, Phrasebook(), RULES, clock, Bell())


async def talk(store: CrmStore, peer: str = "1") -> int:
    key = ConversationKey("telegram", "shop", peer)
    async with store.writing(SYSTEM) as work:
        [receipt] = await work.conversations.receive([InboundMessage(key, "1", "转人工")])
    return receipt.conversation_id


async def asked(store: CrmStore, needs: Needs | None = None) -> Handoff:
    here = await talk(store)
    async with store.writing(SYSTEM) as work:
        return await work.handoffs.request(
            here, HandoffReason.ASKED, {}, epoch=0, needs=needs or Needs()
        )


async def be(store: CrmStore, actor: Actor, presence: Presence) -> None:
    async with store.writing(actor) as work:
        await work.handoffs.heartbeat(presence)


async def now_of(store: CrmStore, handoff: Handoff) -> Handoff:
    async with store.reading(SYSTEM) as work:
        found = await work.handoffs.get(handoff.id)
    assert found is not None
    return found


async def test_what_waits_is_suggested_to_who_is_there_and_then_to_the_next(
    store: CrmStore, shop: SmallShop, clock: HandClock, dispatcher: Dispatcher
) -> None:
    lin, wu = shop.actor(Role.AGENT), Actor(Role.AGENT, staff_id=shop.agent2, surface=Surface.DESK)
    handoff = await asked(store)
    assert await dispatcher.look_after() == 0
    for one in (lin, wu):
        await be(store, one, Presence.ONLINE)
    assert await dispatcher.look_after() == 1
    first = (await now_of(store, handoff)).offered_to
    assert await dispatcher.look_after() == 0
    clock.advance(seconds=RULES.routing.offer_seconds)
    await dispatcher.look_after()
    assert {first, (await now_of(store, handoff)).offered_to} == {shop.agent, shop.agent2}


async def test_what_an_agent_leaves_behind_waits_again_and_nobody_elses_does(
    store: CrmStore, shop: SmallShop, clock: HandClock, dispatcher: Dispatcher
) -> None:
    lin = shop.actor(Role.AGENT)
    handoff = await asked(store)
    async with store.writing(lin) as work:
        await work.handoffs.take(handoff.id)
    clock.advance(hours=1)
    assert await dispatcher.look_after() == 0  # no desk of theirs was ever heard of
    await be(store, lin, Presence.ONLINE)
    clock.advance(minutes=RULES.routing.idle_minutes, seconds=1)
    assert await dispatcher.look_after() == 1
    assert (await now_of(store, handoff)).state is HandoffState.WAITING


async def test_an_overdue_answer_is_urgent_and_a_snooze_ends(
    store: CrmStore, shop: SmallShop, clock: HandClock, dispatcher: Dispatcher
) -> None:
    handoff = await asked(store, Needs(answer_by=clock() + timedelta(minutes=5)))
    clock.advance(minutes=6)
    await dispatcher.look_after()
    late = await now_of(store, handoff)
    assert (late.needs.priority, late.escalated_at) == (Priority.URGENT, clock())
    async with store.writing(shop.actor(Role.AGENT)) as work:
        await work.handoffs.take(handoff.id)
        await work.handoffs.snooze(handoff.id, clock() + timedelta(minutes=5))
    clock.advance(minutes=5)
    await dispatcher.look_after()
    assert (await now_of(store, handoff)).state is HandoffState.TAKEN


async def test_a_promise_about_to_be_missed_calls_a_human_once_and_says_so(
    store: CrmStore, clock: HandClock, dispatcher: Dispatcher
) -> None:
    here = await talk(store)
    due = clock() + timedelta(hours=RULES.case_due_hours)
    async with store.writing(SYSTEM) as work:
        case = await work.cases.open(
            NewCase(CaseKind.COMPLAINT, "1", conversation_id=here, due_at=due, reason="送晚了")
        )
    assert (await dispatcher.keep_promises(), await dispatcher.keep_promises()) == (1, 0)
    async with store.reading(SYSTEM) as work:
        handoff = await work.handoffs.current(here)
        conversation = await work.conversations.get(here)
        timeline = await work.conversations.messages(here)
        marked = await work.cases.by_number(case.number)
    assert handoff is not None
    assert (handoff.reason, handoff.detail) == (HandoffReason.PROMISE, case.number)
    assert handoff.packet["asked"] == "送晚了"
    assert conversation is not None
    assert conversation.owner is Owner.WAITING
    told = [one for one in timeline if one.author is Author.BOT]
    assert [(case.number in one.text, one.epoch) for one in told] == [(True, conversation.epoch)]
    assert marked is not None
    assert CALLED in marked.detail


async def test_one_process_of_all_looks_after_the_queue(
    store: CrmStore, clock: HandClock, dispatcher: Dispatcher
) -> None:
    other = Dispatcher(store, Phrasebook(), RULES, clock, Bell())
    assert (await dispatcher.step(), await other.step()) == (True, False)
    clock.advance(seconds=RULES.routing.every_seconds)
    assert await other.step()
