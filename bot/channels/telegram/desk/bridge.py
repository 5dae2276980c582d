"""The bridge: makes topics, passes on what customers say, and keeps topics as the handoffs are.

It looks at what the store says and does what is missing, so that it can die at any point. What has
to be said goes through the outbox in the same commit that notes it as said. Pinning, buttons,
closing and opening may be repeated without harm. Making a topic may not: it is noted before it is
asked for, and whoever finds such a note without an answer waits for Telegram's own trace of the
topic in the group (`TopicAppeared`) before asking once more.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramRetryAfter,
)
from aiogram.methods import (
    CloseForumTopic,
    CreateForumTopic,
    EditMessageReplyMarkup,
    PinChatMessage,
    ReopenForumTopic,
    TelegramMethod,
)

from bot.channels.telegram.desk import Desk, Line
from bot.channels.telegram.desk.arrivals import TopicAppeared
from bot.channels.telegram.desk.intake import number_of
from bot.channels.telegram.desk.wording import DeskWording
from bot.channels.telegram.pacing import Pacer
from bot.channels.telegram.sending import meaning
from bot.replies import Phrasebook
from bot.turn.bell import Bell
from bot.turn.outbox import RetryLaterError
from crm_store.errors import ConflictError
from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import (
    JSON,
    Author,
    Direction,
    Message,
    MessageState,
    NewReply,
)
from crm_store.types.handoffs import HandoffState
from crm_store.types.topics import Topic, TopicState, TopicWork

log = logging.getLogger(__name__)

CALL_SECONDS: Final = 15
GRACE: Final = timedelta(seconds=60)
"""How long a trace of a topic is waited for when the answer did not come."""
PAUSE_SECONDS: Final = 10.0
"""After trouble that waiting may cure."""
PAGE: Final = 50
_CLOSED: Final = (HandoffState.RESOLVED, HandoffState.HANDED_BACK, HandoffState.WITHDRAWN)
_ALREADY: Final = ("TOPIC_NOT_MODIFIED", "message is not modified", "CHAT_NOT_MODIFIED")

Clock = Callable[[], datetime]
Sleep = Callable[[float], Awaitable[None]]


class Bridge:
    """Keeps the group's topics in step with the handoffs."""

    def __init__(
        self,
        bot: Bot,
        desk: Desk,
        store: CrmStore,
        bell: Bell,
        phrasebook: Phrasebook,
        pacer: Pacer,
        *,
        clock: Clock = lambda: datetime.now(UTC),
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._desk = desk
        self._store = store
        self._bell = bell
        self._words = DeskWording(phrasebook.speaker(desk.language))
        self._pacer = pacer
        self._clock = clock
        self._sleep = sleep

    async def run(self, poll_seconds: float) -> None:
        """Work until cancelled."""
        while True:
            try:
                await self.step()
            except RetryLaterError as later:
                log.warning("the agents' group has to wait %.0f s: %s", later.seconds, later)
                await self._sleep(later.seconds)
            except AiogramError as trouble:
                log.error("the agents' group cannot be kept up to date: %s", trouble)  # noqa: TRY400
                await self._sleep(PAUSE_SECONDS)
            except Exception:
                log.exception("the agents' group cannot be kept up to date; trying again")
                await self._sleep(PAUSE_SECONDS)
            await self._bell.wait("desk", poll_seconds)

    async def step(self) -> None:
        """Do once what there is to do for every topic."""
        async with self._store.writing(SYSTEM) as uow:
            await uow.topics.plan(self._desk.chat)
            found = await uow.topics.working(self._desk.chat)
        # New topics last: one that is refused must not hold up those that are open.
        for work in sorted(found, key=lambda work: work.topic.state is TopicState.WANTED):
            try:
                await self._advance(work)
            except ConflictError:
                log.debug("topic of handoff %d changed meanwhile", work.topic.handoff_id)

    async def appeared(self, appeared: TopicAppeared) -> None:
        """Recognise a topic by the trace that making it left in the group."""
        number = number_of(appeared)
        async with self._store.reading(SYSTEM) as uow:
            topic = await uow.topics.of(number) if number is not None else None
        if topic is None or topic.chat != self._desk.chat or topic.thread == appeared.thread:
            return
        if topic.thread is None:
            await self._opened(topic, appeared.thread)
            return
        log.warning("handoff %d has a second topic; closing it", topic.handoff_id)
        await self._ask(CloseForumTopic(chat_id=self._desk.chat, message_thread_id=appeared.thread))

    async def _advance(self, work: TopicWork) -> None:
        match work.topic.state:
            case TopicState.WANTED:
                await self._create(work)
            case TopicState.CREATING:
                if work.topic.changed_at <= self._clock() - GRACE:
                    await self._set(work.topic, TopicState.WANTED)
            case TopicState.OPEN:
                await self._keep(work)
            case TopicState.CLOSED:
                await self._reopen(work.topic)

    async def _create(self, work: TopicWork) -> None:
        if work.handoff in _CLOSED:
            await self._set(work.topic, TopicState.CLOSED)
            return
        async with self._store.reading(SYSTEM) as uow:
            handoff = await uow.handoffs.get(work.topic.handoff_id)
            talk = await uow.conversations.get(work.topic.conversation_id)
            member = await uow.members.get(talk.member_id) if talk and talk.member_id else None
        if handoff is None:
            return
        await self._pacer.turn(self._desk.chat)
        topic = await self._set(work.topic, TopicState.CREATING)
        request = CreateForumTopic(
            chat_id=self._desk.chat, name=self._words.topic_name(handoff, member)
        )
        try:
            made = await self._bot(request, request_timeout=CALL_SECONDS)
        except AiogramError as trouble:
            if _not_done(trouble):
                await self._set(topic, TopicState.WANTED)
            raise _problem(trouble) from trouble
        await self._opened(topic, made.message_thread_id)

    async def _opened(self, topic: Topic, thread: int) -> None:
        """Note the topic and queue its packet, in one commit."""
        line = Line(self._desk.chat, thread)
        async with self._store.writing(SYSTEM) as uow:
            known = await uow.topics.of(topic.handoff_id)
            if known is None or known.thread == thread:
                return  # the answer and the trace both tell of it
            packet: dict[str, JSON] = {"packet": topic.handoff_id}
            queued = await uow.topics.post(line.key, _reply(packet))
            handoff = await uow.handoffs.get(topic.handoff_id)
            await uow.topics.change(
                replace(
                    known,
                    state=TopicState.OPEN,
                    thread=thread,
                    changed_at=self._clock(),
                    line_id=queued.conversation_id,
                    packet_id=queued.id,
                    shown=handoff.state if handoff else None,
                )
            )
        self._bell.ring("outbox")

    async def _keep(self, work: TopicWork) -> None:
        topic = work.topic
        if work.newest > topic.relayed and not work.busy:
            topic = await self._relay(topic)
        if not topic.pinned or topic.shown is not work.handoff:
            topic = await self._dress(topic, work.handoff)
        idle = not work.busy and work.newest <= work.topic.relayed
        if work.handoff in _CLOSED and idle:
            await self._ask(
                CloseForumTopic(chat_id=topic.chat, message_thread_id=topic.thread or 0)
            )
            await self._set(topic, TopicState.CLOSED)

    async def _relay(self, topic: Topic) -> Topic:
        """Queue what is new in the customer's conversation as one message for the topic."""
        async with self._store.writing(SYSTEM) as uow:
            fresh = await uow.conversations.messages(
                topic.conversation_id, after=topic.relayed, limit=PAGE
            )
            if not fresh:
                return topic
            changed = await uow.topics.change(replace(topic, relayed=fresh[-1].id))
            ids: list[JSON] = [message.id for message in fresh if _is_passed_on(message)]
            if ids:
                payload: dict[str, JSON] = {"relay": ids, "conversation": topic.conversation_id}
                line = Line(topic.chat, topic.thread)
                await uow.topics.post(line.key, _reply(payload))
        self._bell.ring("outbox")
        return changed

    async def _dress(self, topic: Topic, handoff: HandoffState) -> Topic:
        """Pin the packet and let it offer what can be done now, once it is there."""
        packet = await self._packet_message(topic)
        if packet is None:
            return topic
        if isinstance(packet, int):
            if not topic.pinned:
                await self._ask(
                    PinChatMessage(chat_id=topic.chat, message_id=packet, disable_notification=True)
                )
            if topic.shown is not handoff:
                keyboard = self._words.keyboard(topic.handoff_id, handoff)
                await self._ask(
                    EditMessageReplyMarkup(
                        chat_id=topic.chat, message_id=packet, reply_markup=keyboard
                    )
                )
        async with self._store.writing(SYSTEM) as uow:
            return await uow.topics.change(replace(topic, pinned=True, shown=handoff))

    async def _packet_message(self, topic: Topic) -> int | str | None:
        """Return Telegram's id of the packet; ``None`` while on its way, a word when lost."""
        async with self._store.reading(SYSTEM) as uow:
            sent = await uow.conversations.messages(
                topic.line_id or 0, after=(topic.packet_id or 0) - 1, limit=1
            )
        if not sent or sent[0].state in (MessageState.QUEUED, MessageState.SENDING):
            return None
        number = (sent[0].external_id or "").removeprefix("m")
        return int(number) if number.isdecimal() else "lost"

    async def _reopen(self, topic: Topic) -> None:
        if topic.thread is None:
            await self._set(topic, TopicState.WANTED)
            return
        await self._ask(ReopenForumTopic(chat_id=topic.chat, message_thread_id=topic.thread))
        await self._set(topic, TopicState.OPEN)

    async def _set(self, topic: Topic, state: TopicState) -> Topic:
        async with self._store.writing(SYSTEM) as uow:
            return await uow.topics.change(replace(topic, state=state, changed_at=self._clock()))

    async def _ask(self, request: TelegramMethod[Any]) -> None:
        """Ask for what may be repeated; that it is so already is as good."""
        await self._pacer.turn(self._desk.chat)
        try:
            await self._bot(request, request_timeout=CALL_SECONDS)
        except TelegramBadRequest as refused:
            if not any(word in refused.message for word in _ALREADY):
                log.error("the agents' group refuses %s: %s", type(request).__name__, refused)  # noqa: TRY400
        except AiogramError as trouble:
            raise _problem(trouble) from trouble


def _not_done(trouble: AiogramError) -> bool:
    """Whether Telegram certainly did nothing."""
    if isinstance(trouble, TelegramRetryAfter | TelegramBadRequest | TelegramForbiddenError):
        return True
    return isinstance(meaning(trouble, 1), RetryLaterError)


def _problem(trouble: AiogramError) -> Exception:
    later = meaning(trouble, 1)
    return later if isinstance(later, RetryLaterError) else trouble


def _is_passed_on(message: Message) -> bool:
    """Whether the topic has not shown it: not the bot's words, nor what was written there."""
    if message.direction is Direction.IN:
        return message.author is Author.CUSTOMER and "login" not in message.payload
    return message.author is not Author.BOT and "telegram" not in message.payload


def _reply(payload: dict[str, JSON]) -> NewReply:
    return NewReply("", payload, author=Author.SYSTEM)
