"""Slots for a repair appointment that there is already, and that shall be moved or cancelled."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.dialogue.errand import Errand
from bot.dialogue.hints import Hints, hinted
from bot.dialogue.refusing import refused
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots.shops import SHOP, SHOP_NAME
from bot.policies import refuse
from crm_store.ports import UnitOfWork
from crm_store.types.cases import Case, CaseKind

VISIT: Final = "visit"
"""What shall be done with the appointment; empty for a new repair."""
MOVE, CANCEL = "move", "cancel"
APPOINTMENT: Final = "appointment"
"""The detail of a repair's case with the time that was agreed."""
_KNOWN: Final = {"how": "how", SHOP: "store_id", SHOP_NAME: "store_name", "home_city": "city"}
"""Slots, and where a repair's case keeps them."""


def is_new(errand: Errand) -> bool:
    """Whether no appointment is to be changed: it is a new repair."""
    return not errand.text(VISIT)


def for_new(needed: Callable[[Errand], bool]) -> Callable[[Errand], bool]:
    """Return a need that there is for new repairs alone."""
    return lambda errand: is_new(errand) and needed(errand)


def has_appointment(case: Case) -> bool:
    """Whether a case is an open repair with a time that was agreed."""
    return case.kind is CaseKind.REPAIR and case.closed_at is None and APPOINTMENT in case.detail


async def visit_of(uow: UnitOfWork, errand: Errand) -> Case | None:
    """Return the repair with an appointment of the errand's position."""
    cases = await uow.cases.for_order(errand.whole_order.number, kinds={CaseKind.REPAIR})
    mine = (case for case in cases if case.line_id == errand.line.id and has_appointment(case))
    return next(mine, None)


@dataclass(frozen=True, slots=True)
class VisitSlot:
    """Not a question: whether the words want to move or cancel an appointment, and which."""

    hints: Hints
    name: str = VISIT
    kinds: tuple[str, ...] = ()

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand, with the only appointment there is where one is meant."""
        meant = hinted(self.hints, errand.said)
        if meant is None:
            return errand
        errand = errand.with_slot(VISIT, meant)
        async with turn.reading() as uow:
            cases = await uow.cases.for_conversation(errand.conversation_id)
            if errand.actor.member_id is not None:
                cases += await uow.cases.for_member(errand.actor.member_id)
        booked = {case.number: case for case in cases if has_appointment(case)}
        if len(booked) != 1 or errand.text("order_number"):
            return errand
        [case] = booked.values()
        known = errand.with_slot("order_number", case.order_number)
        return known.with_slot("line", str(case.line_id))


@dataclass(frozen=True, slots=True)
class BookedSlot:
    """Not a question: what was agreed for the appointment, whose times are then offered."""

    name: str = "booked"
    kinds: tuple[str, ...] = ()

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with where the appointment is, or say that there is none."""
        if is_new(errand):
            return errand
        async with turn.reading() as uow:
            case = await visit_of(uow, errand)
        if case is None:
            return refused(turn, refuse("no_visit", "talk_to_human"), errand)
        for slot, kept in _KNOWN.items():
            if value := case.detail.get(kept):
                errand = errand.with_slot(slot, value)
        return errand
