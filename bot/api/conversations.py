"""Web conversations: open one, say something, read what was said, follow it live."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query
from sse_starlette import EventSourceResponse

from bot.api import web_channel
from bot.api.callers import ConversationCaller, ConversationOwner, MemberCaller, limited_address
from bot.api.feed import Feed
from bot.api.logins import go_on_as_member
from bot.api.parts import ApiDep
from bot.api.problems import ProblemError, slow_down
from bot.api.texts import cleaned
from bot.api.tokens import ConversationClaims
from bot.api.views import (
    Accepted,
    ConversationsView,
    ConversationView,
    MessagesView,
    MessageView,
    NewMessage,
    OpenedView,
    Opening,
)
from crm_store.errors import NotFoundError, NotPermittedError
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import Owner

HEARTBEAT_SECONDS: Final = 15
GOODBYE_SECONDS: Final = 2
"""How long a stream may take to end by itself when the server stops."""

router = APIRouter(
    prefix="/api/v1/conversations",
    tags=["conversations"],
    dependencies=[Depends(limited_address)],
)


@router.post("", status_code=201)
async def open_conversation(
    api: ApiDep, member: MemberCaller, opening: Opening | None = None
) -> OpenedView:
    """Open a conversation and get the token for it.

    Without a token it is a guest's, new and known to nobody else. With a member token it is the
    member's own web conversation, the same one on all their devices. What the guest of the same
    browser had begun goes on there, once, when `guest` brings the token of that conversation.
    Otherwise nothing is stored before the first message.
    """
    if member is None:
        claims = api.tokens.guest_conversation()
    else:
        claims = api.tokens.member_conversation(member)
        await go_on_as_member(api, claims, opening.guest if opening else None)
    now = await web_channel.conversation_view(api.store, claims)
    return OpenedView(
        **now.model_dump(),
        token=api.tokens.conversation(claims),
        expires_at=claims.expires_at,
        max_characters=api.parts.settings.assistant.conversation.max_characters,
    )


@router.get("")
async def list_conversations(api: ApiDep, caller: ConversationCaller) -> ConversationsView:
    """Return the conversations that the token opens: today always one."""
    found = await web_channel.conversation_view(api.store, caller)
    return ConversationsView(conversations=[found])


@router.get("/{conversation_id}")
async def show_conversation(api: ApiDep, caller: ConversationOwner) -> ConversationView:
    """Return who answers in a conversation."""
    return await web_channel.conversation_view(api.store, caller)


@router.post("/{conversation_id}/messages", status_code=202)
async def say(api: ApiDep, caller: ConversationOwner, message: NewMessage) -> Accepted:
    """Say something. The answer 202 means that the message is committed and cannot be lost.

    Sending the same `client_id` again stores nothing and answers as the first time, so a client
    may repeat a request whose answer it did not see.
    """
    text = cleaned(message.text)
    title = cleaned(message.title) if message.title else None
    if wait := api.messages_limit.take(caller.conversation):
        raise slow_down(wait)
    inbound = web_channel.inbound(
        caller, message.client_id, text, {"title": title} if title else {}
    )
    try:
        [receipt] = await api.parts.inbox.accept([inbound])
    except (NotFoundError, NotPermittedError) as error:
        raise ProblemError(403, "not_yours", "this conversation is somebody else's") from error
    api.parts.bell.ring(inbound.key)
    return Accepted(id=receipt.message_id, client_id=message.client_id, duplicate=receipt.duplicate)


@router.post("/{conversation_id}/typing", status_code=204)
async def type_on(api: ApiDep, caller: ConversationOwner) -> None:
    """Tell that the customer is writing; whoever answers sees it for a few seconds."""
    found = await web_channel.find(api.store, caller)
    if found is not None and found.owner is Owner.HUMAN:
        api.parts.presence.typed(found.id, "customer")
        api.parts.bell.ring(found.id)


@router.get("/{conversation_id}/messages")
async def read(
    api: ApiDep,
    caller: ConversationOwner,
    after: Annotated[int | None, Query(ge=0, description="Only messages with a higher id")] = None,
    limit: Annotated[int, Query(ge=1, le=web_channel.PAGE)] = 50,
) -> MessagesView:
    """Return messages, oldest first: those after an id, or the latest ones."""
    return MessagesView(messages=await _read(api, caller, after, limit))


async def _read(
    api: ApiDep, caller: ConversationClaims, after: int | None, limit: int
) -> list[MessageView]:
    async with api.store.reading(SYSTEM) as uow:
        found = await uow.conversations.find(web_channel.key_of(caller))
        if found is None:
            return []
        stored = (
            await uow.conversations.tail(found.id, limit=limit)
            if after is None
            else await uow.conversations.messages(found.id, after=after, limit=limit)
        )
        return await web_channel.shown(uow, stored)


@router.get(
    "/{conversation_id}/events",
    response_class=EventSourceResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "The event stream"}},
)
async def follow(
    api: ApiDep,
    caller: ConversationOwner,
    after: Annotated[int, Query(ge=0, description="As `Last-Event-ID`, which wins")] = 0,
    last_event_id: Annotated[int | None, Header(ge=0)] = None,
) -> EventSourceResponse:
    """Follow a conversation as server-sent events.

    - `message`: a message as in the list above. The event's id is the message's id; send the last
      one as `Last-Event-ID` to go on without loss or repetition.
    - `owner`: `{"owner": "bot" | "waiting" | "human", "agent": name or null}`; who answers.
    - `typing`: `{"typing": true | false}`; whether the bot or a person prepares an answer.

    A comment is sent every 15 seconds. The stream ends when the token runs out.
    """
    feed = Feed(api, caller, after if last_event_id is None else last_event_id)
    return EventSourceResponse(
        feed.events(),
        ping=HEARTBEAT_SECONDS,
        sep="\n",
        shutdown_event=feed.closing,
        shutdown_grace_period=GOODBYE_SECONDS,
    )
