"""Looking after the queue of the desk: every few seconds, one process of all.

Suggests what waits to who is there, takes it back from who has gone, wakes what was put aside,
tells managers what is overdue, and calls a human for a promise that is about to be missed.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from bot.dialogue.effects import RequestHandoff, call_back_ticket
from bot.handoff.gathering import Said
from bot.handoff.looking_after import Chore, Todo, todos
from bot.handoff.summary import named
from bot.policies import Service
from bot.replies import Phrasebook
from bot.turn.bell import Bell
from bot.turn.worker import worker_name
from crm_store.errors import ConflictError, NotFoundError
from crm_store.ports import CrmStore, UnitOfWork
from crm_store.types.actors import SYSTEM
from crm_store.types.cases import Case, CaseKind
from crm_store.types.conversations import Conversation, JSONObject, NewReply, Owner
from crm_store.types.handoffs import Handoff, HandoffReason

log = logging.getLogger(__name__)

CALLED: Final = "human_called"
"""Detail of a case: a human was called because its promise was about to be missed."""
_INTENTS: Final[Mapping[CaseKind, str]] = {
    CaseKind.COMPLAINT: "complaint",
    CaseKind.PAYMENT_CHECK: "payment_issue",
    CaseKind.REPAIR: "warranty_repair",
    CaseKind.RETURN: "return_item",
    CaseKind.EXCHANGE: "exchange_item",
    CaseKind.REFUND: "refund_status",
    CaseKind.INVOICE: "invoice_request",
}


class Dispatcher:
    """Looks after the queue."""

    def __init__(
        self,
        store: CrmStore,
        phrasebook: Phrasebook,
        rules: Service,
        clock: Callable[[], datetime],
        bell: Bell,
    ) -> None:
        self._store = store
        self._phrasebook = phrasebook
        self._rules = rules
        self._clock = clock
        self._bell = bell
        self._name = worker_name()

    async def run(self) -> None:
        """Look after the queue until cancelled."""
        every = self._rules.routing.every
        while True:
            try:
                await self.step()
            except Exception:
                log.exception("the queue could not be looked after; trying again")
            await asyncio.sleep(every.total_seconds())

    async def step(self) -> bool:
        """Look after the queue if nobody else just has; returns whether it was our turn."""
        async with self._store.writing(SYSTEM) as uow:
            mine = await uow.handoffs.take_turn(self._name, self._rules.routing.every / 2)
        if mine:
            done = await self.look_after() + await self.keep_promises()
            await self.close_call_backs()
            if done:
                self._bell.ring("desk")
        return mine

    async def look_after(self) -> int:
        """Do what the queue needs now; returns how much that was."""
        now = self._clock()
        async with self._store.reading(SYSTEM) as uow:
            handoffs = await uow.handoffs.open()
            agents = await uow.handoffs.on_duty(self._rules.routing.idle)
        found = todos(handoffs, agents, now, self._rules)
        return sum([await self._do(one, now) for one in found])

    async def keep_promises(self) -> int:
        """Call a human for every case that is due soon; returns for how many."""
        now, rules = self._clock(), self._rules
        if not rules.hours.is_open(None, now):
            return 0
        async with self._store.reading(SYSTEM) as uow:
            due = await uow.cases.due(now + timedelta(hours=rules.case_due_hours))
        wanted = [
            one
            for one in due
            if one.kind in rules.case_kinds and one.conversation_id and CALLED not in one.detail
        ]
        return sum([await self._call_for(one, now) for one in wanted])

    async def close_call_backs(self) -> None:
        """Settle the call-backs of customers whose handoff was closed by an agent."""
        now = self._clock()
        async with self._store.writing(SYSTEM) as uow:
            for handoff in await uow.handoffs.closed(now - timedelta(days=1)):
                await _settle_call_back(uow, handoff, now)

    async def _do(self, todo: Todo, now: datetime) -> int:
        """Do one thing in a transaction of its own; somebody may have been quicker."""
        try:
            async with self._store.writing(SYSTEM) as uow:
                match todo.chore:
                    case Chore.WAKE:
                        await uow.handoffs.wake(todo.handoff_id)
                    case Chore.REQUEUE:
                        await uow.handoffs.requeue(todo.handoff_id)
                    case Chore.ESCALATE:
                        await uow.handoffs.escalate(todo.handoff_id)
                    case Chore.OFFER if todo.agent is not None:
                        until = now + self._rules.routing.offer
                        await uow.handoffs.offer(todo.handoff_id, todo.agent, until)
        except (ConflictError, NotFoundError):
            return 0
        return 1

    async def _call_for(self, case: Case, now: datetime) -> int:
        async with self._store.writing(SYSTEM) as uow:
            mark: JSONObject = {CALLED: now.isoformat()}
            await uow.cases.change(case.number, state=case.state, detail=mark)
            conversation = await uow.conversations.get(case.conversation_id or 0)
            if conversation is None or conversation.owner is not Owner.BOT:
                return 0
            await RequestHandoff(_said(case, conversation, now), self._rules).apply(
                uow, conversation
            )
            await self._tell(uow, case, conversation.id)
        return 1

    async def _tell(self, uow: UnitOfWork, case: Case, conversation_id: int) -> None:
        """Tell the customer, under the epoch that the request began."""
        after = await uow.conversations.get(conversation_id)
        if after is None or after.owner is not Owner.WAITING:
            return
        speaker = self._phrasebook.speaker(after.language or "zh")
        kind = named("topics", _INTENTS.get(case.kind, ""), speaker)
        words = speaker.words("handoff.promise_due", {"kind": kind, "number": case.number})
        await uow.conversations.reply(after.id, [NewReply(words)], epoch=after.epoch)


def _said(case: Case, conversation: Conversation, now: datetime) -> Said:
    number = case.order_number
    return Said(
        reason=HandoffReason.PROMISE,
        detail=case.number,
        language=conversation.language or "zh",
        intent=_INTENTS.get(case.kind, ""),
        confidence=1.0,
        fingerprint="",
        asked=case.reason,
        at=now,
        slots={"order_number": number} if number else {},
        orders=(number,) if number else (),
    )


async def _settle_call_back(uow: UnitOfWork, handoff: Handoff, now: datetime) -> None:
    case = await uow.cases.by_ticket(call_back_ticket(handoff))
    if case is not None and case.closed_at is None and handoff.taken_by is not None:
        await uow.cases.change(case.number, state="done", closed_at=now)
