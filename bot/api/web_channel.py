"""Conversations of the web channel as the API reads them from the store.

The conversation token names exactly one conversation, so the store is read as the system: one unit
of work gives the messages and the display names of the agents who wrote them.
"""

from dataclasses import dataclass

from bot.api.tokens import ConversationClaims
from bot.api.views import ConversationView, MessageView, view, visible
from crm_store.ports import CrmStore, UnitOfWork
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import (
    Author,
    Conversation,
    ConversationKey,
    InboundMessage,
    JSONObject,
    Message,
    Owner,
)

CHANNEL = "web"
ACCOUNT = "shop"
PAGE = 200


def key_of(claims: ConversationClaims) -> ConversationKey:
    """Return where a web conversation lives."""
    return ConversationKey(CHANNEL, ACCOUNT, claims.conversation)


@dataclass(frozen=True, slots=True)
class Standing:
    """Who answers in a conversation."""

    owner: Owner = Owner.BOT
    agent: str | None = None


async def find(store: CrmStore, claims: ConversationClaims) -> Conversation | None:
    """Return the conversation that the claims open; it exists from its first message on."""
    async with store.reading(SYSTEM) as uow:
        return await uow.conversations.find(key_of(claims))


async def may_speak(store: CrmStore, claims: ConversationClaims) -> bool:
    """Whether the speaker is still let in.

    A staff account may be switched off at any time, and a member be erased while they talk.
    """
    if claims.staff_id is None and claims.member_id is None:
        return True
    async with store.reading(SYSTEM) as uow:
        if claims.staff_id is None:
            return await uow.members.get(claims.member_id or 0) is not None
        staff = await uow.staff.get(claims.staff_id)
    return staff is not None and staff.active


def inbound(
    claims: ConversationClaims, client_id: str, text: str, payload: JSONObject
) -> InboundMessage:
    """Return a message of whoever the claims name."""
    return InboundMessage(
        key_of(claims),
        client_id,
        text,
        author=Author.CUSTOMER if claims.staff_id is None else Author.CLERK,
        payload=payload,
        member_id=claims.member_id,
        staff_id=claims.staff_id,
        attested_at=claims.attested_at,
    )


async def standing(uow: UnitOfWork, conversation: Conversation) -> Standing:
    """Return who answers, by name when it is a person; needs a unit of work of the system."""
    if conversation.owner is not Owner.HUMAN:
        return Standing(conversation.owner)
    handoff = await uow.handoffs.current(conversation.id)
    return Standing(Owner.HUMAN, await agent_name(uow, handoff.taken_by if handoff else None))


async def agent_name(uow: UnitOfWork, staff_id: int | None) -> str | None:
    """Return an agent's display name."""
    staff = await uow.staff.get(staff_id) if staff_id is not None else None
    return staff.name if staff else None


async def shown(uow: UnitOfWork, messages: list[Message]) -> list[MessageView]:
    """Return what the customer may see of consecutive messages, with agents' names."""
    return [view(m, await agent_name(uow, m.staff_id)) for m in visible(messages)]


async def conversation_view(store: CrmStore, claims: ConversationClaims) -> ConversationView:
    """Return a conversation as its customer sees it; one without messages is the bot's."""
    async with store.reading(SYSTEM) as uow:
        found = await uow.conversations.find(key_of(claims))
        now = await standing(uow, found) if found else Standing()
    return ConversationView(
        id=claims.conversation,
        owner=now.owner.value,
        agent=now.agent,
        member=claims.member_id is not None,
    )
