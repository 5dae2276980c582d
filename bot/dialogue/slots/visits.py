"""Slots for a repair appointment that there is already, and that shall be moved or cancelled."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.dialogue.errand import Errand
from bot.dialogue.hints import Hints, hinted
from bot.dialogue.refusing import refused
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots.appointments import DAY, HOUR
from bot.dialogue.slots.day_words import days_later
from bot.dialogue.slots.shops import SHOP, SHOP_NAME
from bot.dialogue.telling import is_clear
from bot.policies import refuse
from crm_store.ports import UnitOfWork
from crm_store.types.cases import Case, CaseKind
from crm_store.types.conversations import JSON
from nlu.language import to_simplified

VISIT: Final = "visit"
"""What shall be done with the appointment; empty for a new repair."""
MOVE, CANCEL = "move", "cancel"
APPOINTMENT: Final = "appointment"
"""The detail of a repair's case with the time that was agreed."""
_KNOWN: Final = {"how": "how", SHOP: "store_id", SHOP_NAME: "store_name", "home_city": "city"}
"""Slots, and where a repair's case keeps them."""
_OF_A_NEW_ONE: Final = ("fault", "how")
"""Slots that are filled when a new repair is being arranged."""
_OF_A_TIME: Final = frozenset({DAY, "duration", "quantity"})
"""Kinds of entities that a message may have that is about another time."""
_PUTS_OFF: Final = re.compile(
    r"改|换|挪|推|延|提前|另约|重约|没空|没时间|[来去]不了|不方便|有事|"
    r"\b(?:move|reschedule|rebook|change|switch|postpone|push|delay|bring|make (?:it|that)|"
    r"instead|actually|rather|(?:can['’]?t|cannot) (?:make|do|come))\b",
    re.IGNORECASE,
)
_MAINLY: Final = 0.2
"""Share of a message that its days must be at least."""
_SHORT: Final = 24
"""Characters up to which "a day later" is about nothing else."""


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


async def _booked(uow: UnitOfWork, conversation_id: int, member_id: int | None) -> list[Case]:
    """Return the repairs with an appointment of a conversation and of its member."""
    cases = await uow.cases.for_conversation(conversation_id)
    if member_id is not None:
        cases += await uow.cases.for_member(member_id)
    return list({case.number: case for case in cases if has_appointment(case)}.values())


async def visit_spoken_of(hints: Hints, turn: Turn) -> Mapping[str, JSON] | None:
    """Return the slots of a message about the appointment there is, though it may not name it.

    "改到周五下午" sounds like a change of an order, which no day is a part of.
    """
    long = len(turn.said) > _SHORT
    meant = None if long and is_clear(turn.parse) else hinted(hints, turn.said)
    if meant is None and _puts_off(turn):
        meant = MOVE
    if meant is None:
        return None
    async with turn.reading() as uow:
        booked = await _booked(uow, turn.conversation.id, turn.actor.member_id)
    return {VISIT: meant} if booked else None


def _puts_off(turn: Turn) -> bool:
    """Whether a message is mainly about another day for something."""
    said = to_simplified(turn.said)
    if {one.entity for one in turn.parse.entities} - _OF_A_TIME:
        return False
    days = sum(len(one.text) for one in turn.entities(DAY))
    moves = days >= _MAINLY * len(said) and _PUTS_OFF.search(said) is not None
    return bool(days and moves) or (days_later(said) is not None and len(said) <= _SHORT)


@dataclass(frozen=True, slots=True)
class VisitSlot:
    """Not a question: whether the words want to move or cancel an appointment, and which."""

    hints: Hints
    name: str = VISIT
    kinds: tuple[str, ...] = ()

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand, with the only appointment there is where one is meant."""
        known = errand.text(VISIT)
        meant = hinted(self.hints, errand.said) or known
        making_one = not known and any(turn.state.slots.get(slot) for slot in _OF_A_NEW_ONE)
        if not meant or making_one:
            return errand  # "move the appointment" before the yes is about the one being made
        errand = errand.with_slot(VISIT, meant)
        async with turn.reading() as uow:
            member_id = errand.actor.member_id
            booked = await _booked(uow, errand.conversation_id, member_id)
        if len(booked) != 1 or errand.text("order_number"):
            return errand
        [case] = booked
        known_order = errand.with_slot("order_number", case.order_number)
        return known_order.with_slot("line", str(case.line_id))


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
        return _put_off(errand, case)


def _put_off(errand: Errand, case: Case) -> Errand:
    """Return the errand with the day that is counted from the appointment ("推迟一天")."""
    days = days_later(errand.said)
    if days is None or case.due_at is None:
        return errand
    moved = case.due_at.astimezone(errand.time_zone) + timedelta(days=days)
    return errand.with_slot(DAY, moved.date().isoformat()).with_slot(HOUR, f"{moved:%H:%M}")
