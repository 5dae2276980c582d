"""Rasa's own endpoints, so that widgets and clients made for Rasa work unchanged."""

import asyncio
import uuid
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field, JsonValue

from bot.api.callers import MemberCaller, limited_address
from bot.api.parts import Api, ApiDep
from bot.api.problems import ProblemError, slow_down
from bot.api.texts import cleaned, require_text
from bot.api.tokens import MemberClaims
from bot.api.views import SHOWN, ButtonView, CardView, View, view
from crm_store.errors import InvalidRecordError, NotFoundError, NotPermittedError
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import (
    ConversationKey,
    Direction,
    InboundMessage,
    Message,
    MessageState,
    Received,
)
from nlu.errors import NluUnavailableError

CHANNEL = "rest"
LOOK_SECONDS = 0.5

router = APIRouter(tags=["Rasa"], dependencies=[Depends(limited_address)])


class RestMessage(View):
    """A message as Rasa's REST channel takes it."""

    sender: Annotated[str, Field(min_length=1, max_length=200)] = "default"
    """The client's own id of the person; choose one that nobody can guess."""
    message: str
    message_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")] | None = None
    """Sent again, the same id gets the same answer and does nothing more."""


class Custom(View):
    """What Rasa's shape has no place for."""

    cards: list[CardView]


class RestReply(View):
    """A reply as Rasa's REST channel gives it; absent parts are left out."""

    recipient_id: str
    text: str
    buttons: list[ButtonView] | None = None
    custom: Custom | None = None


class ParseRequest(View):
    """A text to understand."""

    text: str


class IntentView(View):
    """An intent and the calibrated probability that it is the right one."""

    name: str
    confidence: float


class ParseView(View):
    """A text, understood, in Rasa's shape."""

    text: str
    intent: IntentView
    """`out_of_scope` when no intent reaches the threshold."""
    intent_ranking: list[IntentView]
    entities: list[dict[str, JsonValue]]


@router.post("/webhooks/rest/webhook", response_model_exclude_none=True)
async def rest_webhook(api: ApiDep, member: MemberCaller, message: RestMessage) -> list[RestReply]:
    """Say something and wait for the bot's replies.

    The sender is a guest unless the request carries a signed member token; a member's
    conversations are kept apart from a guest's of the same sender id. The list is empty when a
    human answers in this conversation, or when no reply came in time.
    """
    text = cleaned(message.message)
    sender = cleaned(message.sender)
    if wait := api.messages_limit.take((CHANNEL, sender)):
        raise slow_down(wait)
    receipt = await _accept(api, _inbound(sender, text, message.message_id, member))
    replies = await _replies(api, receipt)
    return [_rest_reply(message.sender, reply) for reply in replies]


def _inbound(
    sender: str, text: str, message_id: str | None, member: MemberClaims | None
) -> InboundMessage:
    """A guest who borrows a member's sender id must not land in the member's conversation."""
    account = "guest" if member is None else f"member:{member.member_id}"
    return InboundMessage(
        ConversationKey(CHANNEL, account, sender),
        message_id or uuid.uuid4().hex,
        text,
        member_id=member.member_id if member else None,
    )


async def _accept(api: Api, inbound: InboundMessage) -> Received:
    try:
        [receipt] = await api.parts.inbox.accept([inbound])
    except (NotFoundError, NotPermittedError) as error:
        raise ProblemError(403, "not_yours", "this conversation is somebody else's") from error
    except InvalidRecordError as error:
        raise ProblemError(422, "invalid_request", str(error)) from error
    return receipt


async def _replies(api: Api, receipt: Received) -> list[Message]:
    """Return the replies to a message once they are complete, or those that came in time."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + api.parts.settings.assistant.web.reply_seconds
    while True:
        with api.parts.bell.listening(receipt.conversation_id) as rung:
            message, replies = await _look(api, receipt)
            left = deadline - clock()
            if left <= 0 or message is None or message.state is MessageState.HANDLED:
                return [reply for reply in replies if reply.state in SHOWN]
            with suppress(TimeoutError):
                await asyncio.wait_for(rung.wait(), min(LOOK_SECONDS, left))


async def _look(api: Api, receipt: Received) -> tuple[Message | None, list[Message]]:
    async with api.store.reading(SYSTEM) as uow:
        found = await uow.conversations.messages(
            receipt.conversation_id, after=receipt.message_id - 1
        )
    message = next((m for m in found if m.id == receipt.message_id), None)
    replies = [
        m for m in found if m.direction is Direction.OUT and m.in_reply_to == receipt.message_id
    ]
    return message, replies


def _rest_reply(sender: str, message: Message) -> RestReply:
    seen = view(message)
    return RestReply(
        recipient_id=sender,
        text=seen.text,
        buttons=seen.buttons or None,
        custom=Custom(cards=seen.cards) if seen.cards else None,
    )


@router.post("/model/parse")
async def parse(api: ApiDep, request: ParseRequest) -> ParseView:
    """Understand a text as Rasa's `/model/parse` does; nothing is stored or answered."""
    require_text(request.text)
    try:
        understood = await api.parts.nlu.parse(request.text)
    except NluUnavailableError as error:
        raise ProblemError(503, "nlu_unavailable", "understanding is not available now") from error
    return ParseView.model_validate(understood.to_rasa())
