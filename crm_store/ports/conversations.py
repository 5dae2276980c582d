"""Port of conversations, the inbox, the outbox and dialogue state."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from crm_store.types.conversations import (
    Conversation,
    ConversationKey,
    Delivery,
    InboundMessage,
    JSONObject,
    Lease,
    Message,
    NewReply,
    ParseRecord,
    Received,
)


class Conversations(Protocol):
    """Conversations, the inbox, the outbox and dialogue state."""

    async def receive(self, messages: Sequence[InboundMessage]) -> list[Received]:
        """Store inbound messages, making conversations as needed; replays are recognised.

        When a message attests a member or staff, the conversation is bound to them. A
        conversation that was bound to somebody else gets `NotPermittedError`.
        """

    async def find(self, key: ConversationKey) -> Conversation | None:
        """Return the conversation with that key."""

    async def get(self, conversation_id: int) -> Conversation | None:
        """Return a conversation; customers and guests only their own."""

    async def messages(
        self, conversation_id: int, *, after: int = 0, limit: int = 200
    ) -> list[Message]:
        """Return messages with an id above ``after``, oldest first."""

    async def tail(self, conversation_id: int, *, limit: int = 50) -> list[Message]:
        """Return the last messages, oldest first."""

    async def understood(
        self, since: datetime, until: datetime, *, after: int = 0, limit: int = 1000
    ) -> list[Message]:
        """Return inbound messages of all conversations that were parsed, by id above ``after``.

        Only what was received from ``since`` on and before ``until``; for the system and managers,
        whose look is audited.
        """

    async def claim(self, worker: str, lease: timedelta) -> Lease | None:
        """Claim the conversation whose unhandled message has waited longest; system only."""

    async def renew(self, held: Lease, lease: timedelta) -> Lease:
        """Extend a lease; raises `ConflictError` when it was lost."""

    async def release(self, held: Lease) -> None:
        """Give a lease back; a lost lease is ignored."""

    async def unhandled(self, held: Lease, *, limit: int = 50) -> list[Message]:
        """Return the claimed conversation's unhandled messages in order."""

    async def handled(
        self, held: Lease, message_id: int, *, parse: ParseRecord | None, language: str | None
    ) -> None:
        """Mark a message handled and store its parse; raises `ConflictError` on a lost lease."""

    async def reply(
        self,
        conversation_id: int,
        replies: Sequence[NewReply],
        *,
        epoch: int,
        in_reply_to: int | None = None,
    ) -> list[Message]:
        """Queue replies made under an epoch; raises `ConflictError` when it has passed.

        Where clients fetch what is stored (`PULLED_CHANNELS`), they are sent with the commit.
        """

    async def dialogue(self, conversation_id: int) -> JSONObject:
        """Return the dialogue state; an empty object at first."""

    async def save_dialogue(self, held: Lease, state: JSONObject) -> None:
        """Replace the dialogue state; raises `ConflictError` on a lost lease."""

    async def take_dialogue(self, conversation_id: int, lately: timedelta) -> JSONObject:
        """Return the dialogue state if it changed that lately, and leave none behind; system only.

        Another conversation goes on with it: whoever takes it second finds nothing.
        """

    async def bind_member(self, conversation_id: int, member_id: int) -> None:
        """Attest that the conversation's customer is this member; system only."""

    async def add_opened_order(self, conversation_id: int, number: str) -> None:
        """Remember that an order was opened here, raising verification to ``order``."""

    async def next_deliveries(
        self, channels: Collection[str], lease: timedelta, *, limit: int = 20
    ) -> list[Delivery]:
        """Move due queued messages to ``sending``, one in flight per conversation.

        Messages whose epoch has passed become ``dropped``. Messages left in ``sending`` by a
        process that died (their lease ran out) become ``uncertain`` first.
        """

    async def delivered(self, message_id: int, external_id: str | None) -> None:
        """Mark a message sent."""

    async def retry_delivery(self, message_id: int, at: datetime, error: str) -> None:
        """Put a message back into the queue for later (the channel asked to wait)."""

    async def failed(self, message_id: int, error: str, *, uncertain: bool = False) -> None:
        """Give up on a message."""
