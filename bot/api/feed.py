"""The event stream of one web conversation.

Three kinds of event: ``message`` (its id is the message's, so `Last-Event-ID` resumes exactly
after it), ``owner`` (who answers) and ``typing`` (an answer is being prepared). The store is the
truth and is looked at after every ring of the bell and at least once a second, because other
processes answer too.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import TypeAlias

import anyio
from sse_starlette import ServerSentEvent

from bot.api import web_channel
from bot.api.parts import Api
from bot.api.tokens import ConversationClaims
from bot.api.web_channel import Standing
from crm_store.ports import UnitOfWork
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import Conversation, Message, MessageState, Owner

LOOK_SECONDS = 1.0
EventData: TypeAlias = dict[str, str | bool | None]


class Feed:
    """What one connection has been told, and what there is to tell it next."""

    def __init__(self, api: Api, claims: ConversationClaims, after: int) -> None:
        self._api = api
        self._claims = claims
        self._after = after
        self.closing = anyio.Event()
        """Set when the server stops."""
        self._standing: Standing | None = None
        self._typing = False

    async def events(self) -> AsyncIterator[ServerSentEvent]:
        """Yield events until the token runs out, staff are let go, or either side leaves."""
        with self._api.parts.metrics.streams.track_inprogress():
            conversation = await self._beginning()
            while conversation is not None and await self._goes_on():
                with self._api.parts.bell.listening(conversation.id) as rung:
                    for event in await self._news(conversation.id):
                        yield event
                    await _rung(rung)

    async def _beginning(self) -> Conversation | None:
        """Wait for the conversation's first message, which makes it."""
        topic = web_channel.key_of(self._claims)
        while await self._goes_on():
            with self._api.parts.bell.listening(topic) as rung:
                with anyio.CancelScope(shield=True):
                    found = await web_channel.find(self._api.store, self._claims)
                if found is not None:
                    return found
                await _rung(rung)
        return None

    async def _goes_on(self) -> bool:
        if self.closing.is_set() or datetime.now(UTC) >= self._claims.expires_at:
            return False
        allowed = False
        with anyio.CancelScope(shield=True):
            allowed |= await web_channel.may_speak(self._api.store, self._claims)
        return allowed

    async def _news(self, conversation_id: int) -> list[ServerSentEvent]:
        """Return what this connection has not been told.

        A reader who goes away does not break the look off: a cancelled query would cost the
        database connection.
        """
        news: list[ServerSentEvent] = []
        with anyio.CancelScope(shield=True):
            news += await self._look(conversation_id)
        return news

    async def _look(self, conversation_id: int) -> list[ServerSentEvent]:
        async with self._api.store.reading(SYSTEM) as uow:
            conversation = await uow.conversations.get(conversation_id)
            if conversation is None:
                return []
            standing = await web_channel.standing(uow, conversation)
            fresh = await uow.conversations.messages(conversation_id, after=self._after)
            shown = await web_channel.shown(uow, fresh)
            typing = await self._is_typing(uow, conversation, fresh)
        if fresh:
            self._after = fresh[-1].id
        return [
            *self._owner_event(standing),
            *(_event("message", message.model_dump_json(), message.id) for message in shown),
            *self._typing_event(typing),
        ]

    async def _is_typing(
        self, uow: UnitOfWork, conversation: Conversation, fresh: list[Message]
    ) -> bool:
        if conversation.owner is Owner.HUMAN:
            return self._api.parts.presence.is_typing(conversation.id, "agent")
        if conversation.owner is not Owner.BOT or not (fresh or self._typing):
            return False
        last = await uow.conversations.tail(conversation.id, limit=1)
        return any(message.state is MessageState.RECEIVED for message in last)

    def _owner_event(self, standing: Standing) -> list[ServerSentEvent]:
        if standing == self._standing:
            return []
        self._standing = standing
        data: EventData = {"owner": standing.owner.value, "agent": standing.agent}
        return [_event("owner", _dumped(data))]

    def _typing_event(self, typing: bool) -> list[ServerSentEvent]:
        if typing == self._typing:
            return []
        self._typing = typing
        return [_event("typing", _dumped({"typing": typing}))]


def _dumped(data: EventData) -> str:
    return json.dumps(data, ensure_ascii=False)


def _event(kind: str, data: str, message_id: int | None = None) -> ServerSentEvent:
    return ServerSentEvent(data, event=kind, id=None if message_id is None else str(message_id))


async def _rung(event: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), LOOK_SECONDS)
