"""Effects: what a turn changes in the store, applied in the turn's one transaction."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.handoff.gathering import Said, gather
from bot.handoff.routing import needs_of
from bot.policies.decision import Decision
from bot.policies.service import Service
from crm_store.ports import UnitOfWork
from crm_store.types.cases import CaseKind, NewCase
from crm_store.types.conversations import Conversation
from crm_store.types.handoffs import Handoff


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
    """Call a human. The packet, gathered in the same transaction, tells what they need to know."""

    said: Said
    rules: Service

    async def apply(self, uow: UnitOfWork, conversation: Conversation) -> None:
        """Make the conversation wait for a human, who calls back where nobody is there now."""
        said = self.said
        packet = await gather(uow, conversation, said)
        needs = needs_of(packet, self.rules, said.at)
        handoff = await uow.handoffs.request(
            conversation.id,
            said.reason,
            packet.to_json(),
            epoch=conversation.epoch,
            detail=said.detail,
            needs=needs,
            reopening=self.rules.routing.reopen,
        )
        if not self.rules.hours.is_open(needs.store_id, said.at):
            await self._promise_call_back(uow, conversation, handoff)

    async def _promise_call_back(
        self, uow: UnitOfWork, conversation: Conversation, handoff: Handoff
    ) -> None:
        """Open the task; it is closed with the handoff."""
        hours, said = self.rules.hours, self.said
        opening = hours.next_opening(handoff.needs.store_id, said.at)
        await uow.cases.open(
            NewCase(
                CaseKind.CALL_BACK,
                call_back_ticket(handoff),
                member_id=conversation.member_id,
                conversation_id=conversation.id,
                reason=said.asked,
                rule="outside_hours",
                opened_at=said.at,
                due_at=opening + timedelta(hours=hours.call_back_hours) if opening else None,
            )
        )


def call_back_ticket(handoff: Handoff) -> str:
    """Return the ticket of the call-back that goes with a request for a human."""
    return f"call-back-{handoff.id}-{handoff.reopened}"


@dataclass(frozen=True, slots=True)
class RememberOpenedOrder:
    """The customer proved to know an order's number and phone tail."""

    number: str

    async def apply(self, uow: UnitOfWork, conversation: Conversation) -> None:
        """Let this conversation see the order from now on."""
        await uow.conversations.add_opened_order(conversation.id, self.number)
