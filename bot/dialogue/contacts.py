"""A phone number that the channel vouches for, told apart from one that was only typed."""

from crm_store.ports import UnitOfWork
from crm_store.types.conversations import Direction

_VOUCHING = frozenset({"telegram"})
"""Channels that hand over a contact of the sender's own."""
_LOOKED_AT = 30
"""Messages back: a contact shared earlier was for something else."""


async def attested_phone(uow: UnitOfWork, conversation_id: int) -> str | None:
    """Return the phone last shared here as the sender's own and not yet any member's."""
    conversation = await uow.conversations.get(conversation_id)
    if conversation is None or conversation.key.channel not in _VOUCHING:
        return None
    for message in reversed(await uow.conversations.tail(conversation_id, limit=_LOOKED_AT)):
        shared = message.payload.get("phone")
        if message.direction is Direction.IN and "contact" in message.payload and shared:
            return str(shared)
    return None
