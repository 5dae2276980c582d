"""Turns on the real store: what happens when something breaks, or changes hands."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from heguang import Assistant

from bot.dialogue.reply import Reply
from bot.dialogue.skill import Audience, Outcome, Skill, Turn
from bot.turn.bell import Bell
from bot.turn.worker import Worker
from crm_store.ports import UnitOfWork
from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.conversations import (
    Author,
    Conversation,
    ConversationKey,
    Direction,
    InboundMessage,
    Lease,
    Message,
    MessageState,
    Owner,
)
from crm_store.types.handoffs import HandoffReason
from nlu.errors import NluUnavailableError
from nlu.types import Parse

pytestmark = pytest.mark.timeout(1200)
"""The first test of all on a fresh machine trains the NLU and builds the index."""

BROKEN = "非常抱歉"


def message(text: str, peer: str = "peer", number: int = 1) -> InboundMessage:
    return InboundMessage(ConversationKey("console", "test", peer), str(number), text)


def instead(
    assistant: Assistant, name: str, handler: Callable[[Turn], Awaitable[Outcome]]
) -> Worker:
    """A worker whose skill of that name is another one."""
    skills: Mapping[str, Skill] = {
        **assistant.runner.skills,
        name: Skill(name, handler, Audience.EVERYBODY, ()),
    }
    return Worker(assistant.store, replace(assistant.runner, skills=skills), Bell())


async def all_of(assistant: Assistant, conversation_id: int) -> tuple[Conversation, list[Message]]:
    async with assistant.store.reading(SYSTEM) as uow:
        conversation = await uow.conversations.get(conversation_id)
        messages = await uow.conversations.messages(conversation_id)
    assert conversation is not None
    return conversation, messages


def replies(messages: list[Message]) -> list[str]:
    """What the bot said; that a human was called is told by the desk itself."""
    return [one.text for one in messages if one.author is Author.BOT]


async def test_messages_are_answered_in_order(assistant: Assistant) -> None:
    said = [message(text, number=n) for n, text in enumerate(["你好", "谢谢", "再见"])]
    receipts = await assistant.inbox.accept(said)
    assert await assistant.worker.step()
    assert not await assistant.worker.step()
    _, messages = await all_of(assistant, receipts[0].conversation_id)
    answered = [one.in_reply_to for one in messages if one.direction is Direction.OUT]
    assert answered == [receipt.message_id for receipt in receipts]


async def test_a_broken_skill_apologises_and_calls_a_human(assistant: Assistant) -> None:
    async def broken(turn: Turn) -> Outcome:
        raise RuntimeError("boom")

    [receipt] = await assistant.inbox.accept([message("你好")])
    await instead(assistant, "greet", broken).step()
    conversation, messages = await all_of(assistant, receipt.conversation_id)
    assert conversation.owner is Owner.WAITING
    assert BROKEN in replies(messages)[0]
    async with assistant.store.reading(SYSTEM) as uow:
        handoff = await uow.handoffs.current(conversation.id)
    assert handoff is not None
    assert handoff.reason is HandoffReason.SKILL_FAILED


@dataclass(frozen=True)
class Exploding:
    """An effect that cannot be applied."""

    async def apply(self, uow: UnitOfWork, conversation: Conversation) -> None:
        await uow.conversations.add_opened_order(conversation.id, "HK2602270001")
        raise RuntimeError("boom")


async def test_of_a_broken_effect_nothing_is_kept(assistant: Assistant) -> None:
    async def greedy(turn: Turn) -> Outcome:
        return turn.done(Reply("done!"), effects=(Exploding(),))

    [receipt] = await assistant.inbox.accept([message("你好")])
    worker = instead(assistant, "greet", greedy)
    assert await worker.step()
    assert not await worker.step()
    conversation, messages = await all_of(assistant, receipt.conversation_id)
    assert conversation.opened_orders == ()
    assert conversation.owner is Owner.WAITING
    assert "done!" not in replies(messages)
    assert BROKEN in replies(messages)[0]


async def test_a_state_that_cannot_be_read_begins_anew(assistant: Assistant) -> None:
    [receipt] = await assistant.inbox.accept([message("你好")])
    async with assistant.store.writing(SYSTEM) as uow:
        lease = await uow.conversations.claim("test", timedelta(seconds=30))
        assert lease is not None
        await uow.conversations.save_dialogue(lease, {"question": "nonsense"})
        await uow.conversations.release(lease)
    await assistant.worker.step()
    _, messages = await all_of(assistant, receipt.conversation_id)
    assert "您好" in replies(messages)[0]


class Unreachable:
    """An engine whose server is down."""

    fingerprint = "none"
    intents = frozenset({"greet", "out_of_scope"})

    async def parse(
        self,
        text: str,
        *,
        allowed_intents: frozenset[str] | None = None,
        now: datetime | None = None,
        expecting: frozenset[str] | None = None,
    ) -> Parse:
        raise NluUnavailableError("connection refused")


async def test_without_understanding_there_is_still_an_answer(assistant: Assistant) -> None:
    runner = replace(assistant.runner, nlu=Unreachable())
    said = [message("我的快递到哪了", number=n) for n in range(3)]
    [receipt, *_] = await assistant.inbox.accept(said)
    await Worker(assistant.store, runner, Bell()).step()
    conversation, messages = await all_of(assistant, receipt.conversation_id)
    assert len(replies(messages)) == 3
    assert conversation.owner is Owner.WAITING


async def test_when_a_human_takes_over_meanwhile_the_bot_keeps_silent(
    assistant: Assistant,
) -> None:
    async def slow(turn: Turn) -> Outcome:
        async with assistant.store.writing(SYSTEM) as uow:
            handoff = await uow.handoffs.request(
                turn.conversation.id, HandoffReason.ASKED, {}, epoch=turn.conversation.epoch
            )
        agent = Actor(Role.AGENT, staff_id=assistant.people.agent, surface=Surface.DESK)
        async with assistant.store.writing(agent) as uow:
            await uow.handoffs.take(handoff.id)
        return turn.done(Reply("too late"))

    [receipt] = await assistant.inbox.accept([message("你好")])
    await instead(assistant, "greet", slow).step()
    conversation, messages = await all_of(assistant, receipt.conversation_id)
    assert conversation.owner is Owner.HUMAN
    assert "too late" not in replies(messages)
    assert messages[0].state is MessageState.HANDLED


async def test_a_lost_lease_leaves_the_message_to_the_next_worker(assistant: Assistant) -> None:
    [receipt] = await assistant.inbox.accept([message("你好")])
    async with assistant.store.writing(SYSTEM) as uow:
        held = await uow.conversations.claim("first", timedelta(seconds=30))
        assert held is not None
        [said] = await uow.conversations.unhandled(held)
    lost = Lease(held.conversation_id, held.worker, held.token - 1, held.until)
    with pytest.raises(Exception, match=r"."):
        await assistant.runner.answer(lost, said)
    async with assistant.store.writing(SYSTEM) as uow:
        await uow.conversations.release(held)
    assert await assistant.worker.step()
    _, messages = await all_of(assistant, receipt.conversation_id)
    assert len(replies(messages)) == 1


async def test_conversations_do_not_wait_for_one_another(assistant: Assistant) -> None:
    async def broken(turn: Turn) -> Outcome:
        raise RuntimeError("boom")

    first, second = await assistant.inbox.accept(
        [message("你好", peer="one"), message("谢谢", peer="two")]
    )
    worker = instead(assistant, "greet", broken)
    while await worker.step():
        pass
    for receipt in (first, second):
        _, messages = await all_of(assistant, receipt.conversation_id)
        assert len(replies(messages)) == 1
