"""Intake: arrivals become inbound messages, with the help of the store.

A press is looked up among the buttons of its own conversation; a shared contact is looked up among
the attested phones. Everything here can be done again after a crash without a trace of the first
time.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.channels.telegram import NAME
from bot.channels.telegram.buttons import button_at, referred
from bot.channels.telegram.updates import Arrival, ContactShared, KeyPressed, Presence, Said, Sender
from bot.dialogue.state import DialogueState
from bot.turn.inbox import Inbox
from crm_store.errors import ConflictError, StoreError
from crm_store.ports import CrmStore, UnitOfWork
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import (
    JSON,
    Conversation,
    ConversationKey,
    Direction,
    InboundMessage,
    Received,
)
from crm_store.types.people import IdentityKind, IdentityStatus, NewIdentity

log = logging.getLogger(__name__)

_RECENT = 10
"""Messages among which a request for the contact still counts as the reason for sharing it."""


class Contact(StrEnum):
    """What came of a shared contact; the skill ``shared_contact`` words it."""

    ATTESTED = "attested"
    UNKNOWN = "unknown"
    """Nobody's phone."""
    FOREIGN = "foreign"
    """Not the sender's own."""
    TAKEN = "taken"
    """Conflicts with what is attested: a chat of another member's, a recycled number."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A message of a batch after its commit."""

    arrival: Arrival
    receipt: Received


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch."""

    stored: tuple[Stored, ...]
    expired: tuple[KeyPressed, ...]
    """Presses that lead to no button of their conversation."""


class Intake:
    """Stores batches of arrivals for one bot."""

    def __init__(self, store: CrmStore, inbox: Inbox, account: str) -> None:
        self._store = store
        self._inbox = inbox
        self._account = account

    async def accept(self, arrivals: Sequence[Arrival]) -> Outcome:
        """Commit a batch in its order; when this returns nothing of it can be lost."""
        messages: list[tuple[Arrival, InboundMessage]] = []
        expired: list[KeyPressed] = []
        for arrival in arrivals:
            if (message := await self._inbound(arrival)) is not None:
                messages.append((arrival, message))
            elif isinstance(arrival, KeyPressed):
                expired.append(arrival)
        receipts = await self._commit([message for _, message in messages])
        for arrival in arrivals:
            if isinstance(arrival, Presence):
                await self._note_presence(arrival)
        stored = (
            Stored(arrival, receipt)
            for (arrival, _), receipt in zip(messages, receipts, strict=True)
            if receipt is not None
        )
        return Outcome(tuple(stored), tuple(expired))

    def key(self, sender: Sender) -> ConversationKey:
        """Return where a sender's conversation lives."""
        return ConversationKey(NAME, self._account, str(sender.chat))

    async def _inbound(self, arrival: Arrival) -> InboundMessage | None:
        match arrival:
            case Said():
                return self._said(arrival)
            case KeyPressed():
                return await self._pressed(arrival)
            case ContactShared():
                return await self._contact(arrival)
            case Presence():
                return None

    def _said(self, said: Said) -> InboundMessage:
        extras = dict(said.extras)
        if "attachment" in extras and not said.text:
            extras["skill"] = "out_of_scope"
        return self._message(said.sender, said.external_id, said.text, extras)

    async def _pressed(self, press: KeyPressed) -> InboundMessage | None:
        """Return the button's payload as if it had been typed."""
        place = referred(press.data)
        if place is None:
            return None
        message_id, index = place
        async with self._store.reading(SYSTEM) as uow:
            conversation = await uow.conversations.find(self.key(press.sender))
            found = (
                await uow.conversations.messages(conversation.id, after=message_id - 1, limit=1)
                if conversation
                else []
            )
        if not found or found[0].id != message_id or found[0].direction is not Direction.OUT:
            return None
        button = button_at(found[0].payload, index)
        if button is None:
            return None
        extras: dict[str, JSON] = {"title": button.title}
        return self._message(press.sender, f"c{press.query}", button.payload, extras)

    async def _contact(self, shared: ContactShared) -> InboundMessage:
        async with self._store.writing(SYSTEM) as uow:
            conversation = await uow.conversations.find(self.key(shared.sender))
            contact, member_id = await _attest(uow, shared, conversation)
            asked = await _skill_that_asked(uow, conversation) if conversation else None
        extras: dict[str, JSON] = {"contact": contact.value}
        if contact is Contact.UNKNOWN:
            extras["phone"] = shared.phone
        going_on = asked if contact is Contact.ATTESTED else None
        if going_on is None:
            extras["skill"] = "shared_contact"
        text = f"/{going_on}" if going_on else ""
        message = self._message(shared.sender, shared.external_id, text, extras)
        return replace(message, member_id=member_id, attested_at=shared.at)

    async def _note_presence(self, presence: Presence) -> None:
        """Keep in the audit that the bot was blocked, or may write again."""
        action = "telegram.blocked" if presence.blocked else "telegram.unblocked"
        async with self._store.writing(SYSTEM) as uow:
            if conversation := await uow.conversations.find(self.key(presence.sender)):
                await uow.audit.record(action, f"conversation:{conversation.id}")

    def _message(
        self, sender: Sender, external_id: str, text: str, extras: dict[str, JSON]
    ) -> InboundMessage:
        hint: dict[str, JSON] = {"language": sender.language} if sender.language else {}
        return InboundMessage(self.key(sender), external_id, text, payload={**hint, **extras})

    async def _commit(self, messages: Sequence[InboundMessage]) -> list[Received | None]:
        """Commit the batch as one, or, when the store refuses one of it, each by itself."""
        if not messages:
            return []
        try:
            return list(await self._inbox.accept(messages))
        except StoreError as refused:
            log.warning("storing a batch of %d message by message: %s", len(messages), refused)
        return [await self._commit_one(message) for message in messages]

    async def _commit_one(self, message: InboundMessage) -> Received | None:
        """Commit a message; without its attestation when that is what the store refuses."""
        try:
            return (await self._inbox.accept([message]))[0]
        except StoreError as refused:
            if message.member_id is None:
                log.exception("message %s cannot be stored", message.external_id)
                return None
            log.warning("message %s attests nobody: %s", message.external_id, refused)
        extras: dict[str, JSON] = {"contact": Contact.TAKEN.value, "skill": "shared_contact"}
        payload = {**message.payload, **extras}
        return await self._commit_one(replace(message, text="", member_id=None, payload=payload))


async def _attest(
    uow: UnitOfWork, shared: ContactShared, conversation: Conversation | None
) -> tuple[Contact, int | None]:
    """Return what a contact proves, and of whom; attaches the sender's Telegram id to them."""
    if not shared.own:
        return Contact.FOREIGN, None
    member = await uow.members.by_identity(IdentityKind.PHONE, shared.phone)
    if member is None:
        return Contact.UNKNOWN, None
    if conversation is not None and conversation.member_id is not None:
        bound = await uow.members.get(conversation.member_id)
        if bound is None or bound.id != member.id:
            return Contact.TAKEN, None
    identity = NewIdentity(
        IdentityKind.TELEGRAM, str(shared.sender.user), IdentityStatus.ATTESTED, source=NAME
    )
    try:
        await uow.members.attach(member.id, identity)
    except ConflictError:
        return Contact.TAKEN, None
    return Contact.ATTESTED, member.id


async def _skill_that_asked(uow: UnitOfWork, conversation: Conversation) -> str | None:
    """Return the skill that asked for the contact in passing and now answers; else ``None``.

    Where a question waits for it, ``shared_contact`` goes on with that.
    """
    recent = await uow.conversations.tail(conversation.id, limit=_RECENT)
    if not any(message.payload.get("contact_request") for message in recent):
        return None
    state = DialogueState.from_json(await uow.conversations.dialogue(conversation.id))
    return state.last_skill if state.question is None else None
