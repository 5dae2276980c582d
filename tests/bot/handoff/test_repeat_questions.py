"""What the packet holds is not asked again: scripted handoffs, handed back by a suggested step.

A customer begins an errand, tells some of it, and calls a human. The agent takes it and taps the
first suggestion. Whatever the assistant asks then, it is nothing that the packet held.
"""

import itertools

import pytest
from heguang import CAST, NOW, Assistant

from bot.dialogue.state import DialogueState
from bot.handoff.packet import HandoffPacket
from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.conversations import Author, ConversationKey, InboundMessage, Message, Owner

pytestmark = pytest.mark.timeout(1200)

SCRIPTS = {
    "a return, its reason told": (
        "delivered",
        ["我要退货", "买错了不想要了", "转人工"],
        "return_item",
    ),
    "an English return": (
        "delivered",
        ["I want to return the foundation", "I changed my mind", "talk to a human"],
        "return_item",
    ),
    "an exchange": ("wearer", ["我要换货", "太小了", "转人工"], "exchange_item"),
    "a parcel": ("waiting", ["我的快递到哪了", "转人工"], "order_status"),
    "an invoice": ("owner", ["开发票", "转人工"], "invoice_request"),
}


class Customer:
    """Somebody in a conversation of their own."""

    def __init__(self, assistant: Assistant, who: str) -> None:
        self.assistant, self.who = assistant, who
        self.numbers = itertools.count(1)
        self.here = 0

    async def say(self, text: str) -> None:
        key = ConversationKey("console", "test", f"repeat-{self.who}")
        member = self.assistant.people.members[self.who]
        message = InboundMessage(
            key, str(next(self.numbers)), text, member_id=member, attested_at=NOW
        )
        [receipt] = await self.assistant.inbox.accept([message])
        self.here = receipt.conversation_id
        await self.answered()

    async def answered(self) -> None:
        while await self.assistant.worker.step():
            pass

    async def packet(self) -> tuple[int, HandoffPacket]:
        async with self.assistant.store.reading(SYSTEM) as uow:
            handoff = await uow.handoffs.current(self.here)
        assert handoff is not None
        return handoff.id, HandoffPacket.from_json(handoff.packet)

    async def now(self) -> tuple[Owner, DialogueState, list[Message]]:
        async with self.assistant.store.reading(SYSTEM) as uow:
            conversation = await uow.conversations.get(self.here)
            state = DialogueState.from_json(await uow.conversations.dialogue(self.here))
            messages = await uow.conversations.messages(self.here)
        assert conversation is not None
        return conversation.owner, state, messages


@pytest.mark.parametrize("script", SCRIPTS)
async def test_nothing_held_is_asked_again(assistant: Assistant, script: str) -> None:
    who, lines, errand = SCRIPTS[script]
    assert who in CAST
    customer = Customer(assistant, who)
    for line in lines:
        await customer.say(line)
    handoff_id, packet = await customer.packet()
    assert packet.intent == errand
    step = packet.steps[0]
    assert step.skill == errand
    async with assistant.store.writing(SYSTEM) as uow:
        agent = await uow.staff.add(f"agent-{who}", "林", "secret-1", Role.AGENT)
    async with assistant.store.writing(
        Actor(Role.AGENT, staff_id=agent.id, surface=Surface.DESK)
    ) as uow:
        await uow.handoffs.take(handoff_id)
        await uow.handoffs.hand_back(handoff_id, step.payload)
    *_, before = (await customer.now())[2]
    await customer.answered()
    owner, state, messages = await customer.now()
    assert owner is Owner.BOT
    assert [one.author for one in messages if one.id > before.id][:1] == [Author.BOT]
    held = {name for name, value in packet.slots.items() if value not in (None, "")}
    asked_again = held & ({state.question.slot} if state.question else set())
    assert asked_again == set()
