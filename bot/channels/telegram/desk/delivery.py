"""Sending to topics and to agents' private chats: references become words at the last moment."""

from collections.abc import Sequence
from typing import Final

from bot.channels.telegram.desk import Desk, actor_of, line_of
from bot.channels.telegram.desk.wording import DeskWording, Names
from bot.channels.telegram.rendering import Copied, Part
from bot.channels.telegram.sending import TelegramSender
from bot.channels.telegram.splitting import pieces
from bot.replies import Phrasebook
from bot.turn.outbox import DeliveryError
from crm_store.ports import CrmStore, UnitOfWork
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import (
    JSON,
    Conversation,
    ConversationKey,
    Delivery,
    Direction,
    JSONObject,
    Message,
)
from crm_store.types.handoffs import Handoff

SO_FAR: Final = 6
"""Messages of the conversation that a packet repeats."""
WORDS_SHOWN: Final = 20
"""Messages among which a card looks for the customer's words."""


class DeskSender:
    """Words and sends what the store holds for agents."""

    def __init__(
        self, desk: Desk, store: CrmStore, phrasebook: Phrasebook, sender: TelegramSender
    ) -> None:
        self._desk = desk
        self._store = store
        self._phrasebook = phrasebook
        self._sender = sender

    async def send(self, delivery: Delivery) -> str:
        """Send one message of a line; raises `RetryLaterError` or `DeliveryError`."""
        line = line_of(delivery.key)
        payload = delivery.message.payload
        parts = await self._parts(payload)
        return await self._sender.send(
            delivery.message.id, line.chat, parts, delivery.attempt, thread=line.thread
        )

    async def _parts(self, payload: JSONObject) -> list[Part]:
        if isinstance(handoff := payload.get("packet"), int):
            return await self._packet(handoff)
        if isinstance(handoff := payload.get("card"), int):
            return await self._card(handoff, payload)
        if isinstance(ids := payload.get("relay"), list):
            return await self._relay(payload.get("conversation"), ids)
        language = str(payload.get("language") or self._desk.language)
        values = payload.get("values")
        given: dict[str, JSON] = values if isinstance(values, dict) else {}
        text = self._wording(language).say(str(payload.get("notice")), **given)
        return [Part(piece) for piece in pieces(text)]

    async def _packet(self, handoff_id: int) -> list[Part]:
        words = self._wording(self._desk.language)
        async with self._store.reading(SYSTEM) as uow:
            handoff, conversation = await _both(uow, handoff_id)
            topic = await uow.topics.of(handoff_id)
            member_id = conversation.member_id
            member = None if member_id is None else await uow.members.get(member_id)
            until = topic.relayed if topic else 0
            recent = await uow.conversations.tail(conversation.id, limit=SO_FAR * 2)
            talk = [one for one in recent if one.id <= until][-SO_FAR:]
            names = await staff_names(uow, talk)
        texts = pieces(words.packet(handoff, member, talk, names))
        # Keys stand under the last piece: that is the one that is pinned.
        last = Part(texts[-1], words.keyboard(handoff.id, handoff.state))
        return [*(Part(text) for text in texts[:-1]), last]

    async def _card(self, handoff_id: int, payload: JSONObject) -> list[Part]:
        """Word a card under the rights of the agent who asked; their look is audited."""
        staff_id = payload.get("staff")
        async with self._store.reading(SYSTEM) as uow:
            staff = await uow.staff.get(staff_id) if isinstance(staff_id, int) else None
        if staff is None or not staff.active:
            raise DeliveryError("the account that asked is not active")
        words = self._wording(str(payload.get("language") or self._desk.language))
        async with self._store.reading(actor_of(staff)) as uow:
            handoff, conversation = await _both(uow, handoff_id)
            member_id = conversation.member_id
            card = None if member_id is None else await uow.members.card(member_id)
            talk = await uow.conversations.tail(conversation.id, limit=WORDS_SHOWN)
        return [Part(text) for text in pieces(words.card(handoff, card, talk))]

    async def _relay(self, conversation_id: JSON, ids: Sequence[JSON]) -> list[Part]:
        """Word messages of a customer's conversation; what was said in one go is one message."""
        wanted = [one for one in ids if isinstance(one, int)]
        if not wanted or not isinstance(conversation_id, int):
            raise DeliveryError("the message refers to nothing")
        async with self._store.reading(SYSTEM) as uow:
            conversation = await uow.conversations.get(conversation_id)
            found = await uow.conversations.messages(
                conversation_id, after=wanted[0] - 1, limit=wanted[-1] - wanted[0] + 1
            )
            talk = [one for one in found if one.id in wanted]
            names = await staff_names(uow, talk)
        if conversation is None or not talk:
            raise DeliveryError("what it refers to is gone")
        return _in_order(talk, conversation.key, self._wording(self._desk.language), names)

    def _wording(self, language: str) -> DeskWording:
        return DeskWording(self._phrasebook.speaker(language))


async def staff_names(uow: UnitOfWork, talk: Sequence[Message]) -> Names:
    """Return the names of the staff who wrote or did something."""
    found = [await uow.staff.get(one) for one in {m.staff_id for m in talk if m.staff_id}]
    return {staff.id: staff.name for staff in found if staff is not None}


async def _both(uow: UnitOfWork, handoff_id: int) -> tuple[Handoff, Conversation]:
    handoff = await uow.handoffs.get(handoff_id)
    found = await uow.conversations.get(handoff.conversation_id) if handoff else None
    if handoff is None or found is None:
        raise DeliveryError("the handoff is gone")
    return handoff, found


def _in_order(
    talk: Sequence[Message], key: ConversationKey, words: DeskWording, names: Names
) -> list[Part]:
    parts: list[Part] = []
    lines: list[str] = []
    for message in talk:
        if (copied := _attachment(message, key)) is None:
            lines.append(words.passed_on(message, names))
            continue
        parts += _texts(lines)
        lines.clear()
        parts.append(Part(words.media_caption(message), copied=copied))
    return [*parts, *_texts(lines)]


def _texts(lines: Sequence[str]) -> list[Part]:
    return [Part(piece) for piece in pieces("\n\n".join(line for line in lines if line))]


def _attachment(message: Message, key: ConversationKey) -> Copied | None:
    """Return where a customer's picture or voice lies: in their own chat with the bot."""
    number = (message.external_id or "").removeprefix("m")
    if message.direction is not Direction.IN or not message.payload.get("attachment"):
        return None
    return Copied(int(key.external_id), int(number)) if number.isdecimal() else None
