"""Slot for words about something that is coming back already: how far it is, or not after all."""

from dataclasses import dataclass, field
from typing import Final

from bot.dialogue.errand import Errand
from bot.dialogue.hints import Hints, hinted
from bot.dialogue.human import offer_human
from bot.dialogue.reply import Button, payload
from bot.dialogue.skill import Outcome, Turn
from crm_store.ports import UnitOfWork
from crm_store.types.cases import Case, CaseKind
from crm_store.types.handoffs import HandoffReason

_UNDO: Final = "undo"


@dataclass(frozen=True, slots=True)
class UnderWaySlot:
    """Not a question: who speaks of the return that there is does not want another one."""

    kind: CaseKind
    hints: Hints = field(repr=False)
    """Words for taking it back (``undo``), and for asking how far it is (``progress``)."""
    name: str = "under_way"
    kinds: tuple[str, ...] = ()

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand, or what there is to say about the one under way."""
        meant = hinted(self.hints, errand.said)
        if meant is None:
            return errand
        async with turn.reading() as uow:
            case = await self._newest(uow, errand)
        if case is None:
            return errand
        if meant == _UNDO:
            reply = turn.say("flow.undo_under_way", number=case.number)
            return offer_human(turn, reply, HandoffReason.ASKED)
        slots = {"order_number": case.order_number}
        button = Button(turn.words("topics.refund_status"), payload("refund_status", slots))
        asking = turn.say("flow.under_way", number=case.number, due=case.due_at, buttons=(button,))
        return turn.done(asking)

    async def _newest(self, uow: UnitOfWork, errand: Errand) -> Case | None:
        """Return the last one that is not over, of the member or of this conversation."""
        cases = await uow.cases.for_conversation(errand.conversation_id)
        if errand.actor.member_id is not None:
            cases = [*cases, *await uow.cases.for_member(errand.actor.member_id)]
        own = [case for case in cases if case.kind is self.kind and case.closed_at is None]
        return max(own, key=lambda case: case.opened_at, default=None)
