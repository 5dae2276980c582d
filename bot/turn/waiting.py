"""While a human is waited for: how long it takes, what must not wait, and leaving the queue."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.dialogue.effects import RequestHandoff
from bot.dialogue.mood import load_lexicon, mood_of
from bot.dialogue.reply import Button, Pressed, Reply, payload
from bot.dialogue.skill import Outcome, Services, Turn
from bot.handoff.routing import estimated_minutes
from crm_store.ports import UnitOfWork
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import Conversation, Lease, Message, NewReply, Owner
from crm_store.types.handoffs import Priority
from nlu.language import to_simplified

LEAVE: Final = "stop"
"""What the button says: where nobody is waited for it leaves the current flow, and does no harm."""
_ENDINGS: Final = " 。.!！~～吧了啊"


async def telling_how_long(turn: Turn, outcome: Outcome) -> Outcome:
    """Return the answer that calls a human, with how long it takes and the way back."""
    if turn.actor.is_staff or not outcome.replies:
        return outcome
    if not any(isinstance(effect, RequestHandoff) for effect in outcome.effects):
        return outcome
    *others, last = outcome.replies
    told = await _prospect(turn)
    text = f"{last.text}\n{told}" if told else last.text
    button = Button(turn.words("handoff.leave"), payload(LEAVE))
    buttons = (*last.buttons, button)
    return replace(outcome, replies=(*others, replace(last, text=text, buttons=buttons)))


async def _prospect(turn: Turn) -> str:
    rules, now = turn.services.service, turn.now
    store_id = await _store_of(turn)
    if not rules.hours.is_open(store_id, now):
        return _closed(turn, rules.hours.next_opening(store_id, now))
    async with turn.reading() as uow:
        outlook = await uow.handoffs.outlook(rules.routing.idle, rules.routing.handling)
    minutes = estimated_minutes(outlook)
    if minutes is None:
        return turn.words("handoff.ahead", ahead=outlook.waiting) if outlook.waiting else ""
    return turn.words("handoff.wait", ahead=outlook.waiting, minutes=minutes)


async def _store_of(turn: Turn) -> str | None:
    """Return the shop of the order spoken of, whose people answer."""
    number = turn.slots.get("order_number") or turn.state.order_number
    if not isinstance(number, str):
        return None
    async with turn.services.store.reading(SYSTEM) as uow:
        order = await uow.orders.by_number(number)
    return order.store_id if order else None


def _closed(turn: Turn, opening: datetime | None) -> str:
    if opening is None:
        return turn.words("handoff.closed_for_long")
    return turn.words("handoff.closed", opening=opening)


def wants_to_leave(services: Services, message: Message) -> bool:
    """Whether a message of somebody who waits means that they do not want to."""
    pressed = Pressed.from_text(message.text)
    if pressed is not None:
        return pressed.intent == LEAVE
    said = to_simplified(message.text).strip().casefold()
    leave = services.service.leave
    return said in leave or said.rstrip(_ENDINGS) in {one.rstrip(_ENDINGS) for one in leave}


async def hear_while_waiting(
    services: Services, uow: UnitOfWork, message: Message, conversation: Conversation
) -> None:
    """Move somebody ahead who tells of harm while they wait."""
    signs = {sign.value for sign in mood_of((message.text,), load_lexicon()).now}
    graver = next((one for one in services.service.urgent if one.value in signs), None)
    if graver is None or (waiting := await uow.handoffs.current(conversation.id)) is None:
        return
    minutes = services.service.promises.of(Priority.URGENT).answer_minutes
    due = message.created_at + timedelta(minutes=minutes)
    await uow.handoffs.urge(waiting.id, graver, due)


async def leave_queue(
    services: Services, lease: Lease, message: Message, conversation: Conversation
) -> None:
    """Let the bot go on with somebody who waited; an agent who came first keeps the message."""
    language = conversation.language or "zh"
    reply = Reply(services.phrasebook.speaker(language).words("handoff.left"))
    async with services.store.writing(SYSTEM) as uow:
        await uow.conversations.handled(lease, message.id, parse=None, language=None)
        if await uow.handoffs.withdraw(conversation.id) is None:
            return
        now = await uow.conversations.get(conversation.id)
        if now is None or now.owner is not Owner.BOT:
            return
        answer = NewReply(reply.text, reply.to_payload())
        await uow.conversations.reply(now.id, [answer], epoch=now.epoch, in_reply_to=message.id)
