"""Effects: what a turn changes in the store, applied in the turn's one transaction."""

from dataclasses import dataclass
from typing import Protocol

from bot.policies.decision import Decision
from crm_store.ports import UnitOfWork
from crm_store.types.conversations import Conversation, JSONObject
from crm_store.types.handoffs import HandoffReason


class EffectRefusedError(Exception):
    """The house's rules no longer allow what was asked: nothing of the turn is kept but the no."""

    def __init__(self, intent: str, decision: Decision) -> None:
        super().__init__(f"{intent}: {decision.rule}")
        self.intent = intent
        self.decision = decision


class Effect(Protocol):
    """A change that a skill decided on. `apply` does no I/O but the unit of work's."""

    async def apply(self, uow: UnitOfWork, conversation: Conversation) -> None:
        """Make the change; an exception rolls the whole turn back."""
        ...


@dataclass(frozen=True, slots=True)
class RequestHandoff:
    """Call a human. The packet tells them what they need to know."""

    reason: HandoffReason
    packet: JSONObject

    async def apply(self, uow: UnitOfWork, conversation: Conversation) -> None:
        """Make the conversation wait for a human."""
        await uow.handoffs.request(
            conversation.id, self.reason, self.packet, epoch=conversation.epoch
        )


@dataclass(frozen=True, slots=True)
class RememberOpenedOrder:
    """The customer proved to know an order's number and phone tail."""

    number: str

    async def apply(self, uow: UnitOfWork, conversation: Conversation) -> None:
        """Let this conversation see the order from now on."""
        await uow.conversations.add_opened_order(conversation.id, self.number)
