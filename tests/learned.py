"""Something to learn: a message that was not understood, in a handoff that an agent resolved."""

from datetime import timedelta
from typing import Protocol

from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM, Actor, Role
from crm_store.types.conversations import ConversationKey, InboundMessage, ParseRecord
from crm_store.types.examples import Evidence, Example, ExampleState, Failure, Label, NewExample
from crm_store.types.handoffs import HandoffReason

LEASE = timedelta(seconds=30)
RETURNED = Label("return_item", Evidence.RESOLUTION, "returned")


class Staffed(Protocol):
    """Wherever there is an agent."""

    def actor(self, role: Role) -> Actor:
        """Return somebody of that role."""


async def propose(
    store: CrmStore, staffed: Staffed, text: str, *, member: int | None = None, peer: str = "guest"
) -> Example:
    """Let a message fail, an agent settle it as a return, and the message be proposed."""
    key = ConversationKey("web", "shop", peer)
    agent = staffed.actor(Role.AGENT)
    async with store.writing(SYSTEM) as work:
        said = InboundMessage(key, f"{peer}-said", text, member_id=member)
        [receipt] = await work.conversations.receive([said])
        held = await work.conversations.claim("test", LEASE)
        assert held is not None
        refused = ParseRecord("out_of_scope", 0.42, "0123456789abcdef", {})
        await work.conversations.handled(held, receipt.message_id, parse=refused, language="zh")
        await work.conversations.release(held)
        asked = await work.handoffs.request(
            held.conversation_id, HandoffReason.NOT_UNDERSTOOD, {}, epoch=0
        )
    async with store.writing(agent) as work:
        await work.handoffs.take(asked.id)
        await work.handoffs.resolve(asked.id, "退了", code="returned")
    new = NewExample(receipt.message_id, text, "zh", Failure.NOT_UNDERSTOOD, RETURNED)
    async with store.writing(SYSTEM) as work:
        await work.examples.propose(asked.id, [new])
        found = await work.examples.listed([ExampleState.WAITING])
    return next(one for one in found if one.message_id == receipt.message_id)
