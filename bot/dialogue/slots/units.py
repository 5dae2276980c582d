"""Slot for how many units of a position are meant."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.dialogue.errand import Errand
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots.asking import ask

UNITS: Final = "quantity"
_ALL: Final = re.compile(r"^(?:全部|全都|都|所有|all|both|all of (?:them|it)|everything)\W*$", re.I)
_BARE: Final = re.compile(r"^\D{0,8}?(?P<n>-?\d{1,9})\s*\D{0,3}$")
_MEASURED: Final = re.compile(
    r"(?<![A-Za-z0-9_.-])(?P<n>-?\d{1,9})\s*(?:[件个双瓶盒支条套包台罐]|(?:units?|pieces?|pcs|items?)\b)"
    r"|(?:数量|quantity)\D{0,8}(?P<m>-?\d{1,9})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class UnitsSlot:
    """How many, from 1 to the most there can be; an only one is taken unasked."""

    most: Callable[[Errand], int]
    read: Callable[[Turn, Errand], int | None] = lambda turn, _: number_told(turn)
    """How a message's number is found."""

    @property
    def name(self) -> str:
        """The number of units."""
        return UNITS

    @property
    def kinds(self) -> tuple[str, ...]:
        """The slot itself."""
        return (UNITS,)

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with a number that can be, or ask for it."""
        most = self.most(errand)
        if _ALL.match(turn.said) and turn.state.question and turn.state.question.slot == UNITS:
            return errand.with_slot(UNITS, most)
        told = self.read(turn, errand)
        number = errand.number(UNITS) if told is None else told
        if number is None:
            return errand.with_slot(UNITS, 1) if most == 1 else ask(turn, UNITS)
        if 1 <= number <= most:
            return errand.with_slot(UNITS, number)
        return ask(turn, UNITS, problem=turn.say("flow.units_problem", most=most))


def number_told(turn: Turn) -> int | None:
    """Return the number of units that a message speaks of.

    The understanding leaves numbers out that no shop would sell; they have to be answered too.
    """
    for entity in turn.entities(UNITS):
        if isinstance(entity.value, int):
            return entity.value
    asked = turn.state.question is not None and turn.state.question.slot == UNITS
    found = (_BARE.match(turn.said) if asked else None) or _MEASURED.search(turn.said)
    if found is None:
        return None
    return int(next(digits for digits in found.groups() if digits is not None))
