"""Slots for an address that a courier has to find."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from bot.dialogue.errand import Errand
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots.asking import ask
from bot.policies.changes import address_problem, begins_address
from crm_store.types.conversations import JSON

NEW_ADDRESS: Final = "address_new"
"""Where an order shall go."""
PICK_UP: Final = "address_from"
"""Where a courier collects something; empty: where the order went."""
_BEGUN: Final = "address_begun"
"""The town or district alone, of an address that is told in pieces."""
_TOLD: Final = ("address_new", "address")


@dataclass(frozen=True, slots=True)
class AddressSlot:
    """Where something shall go: a place and a door, not longer than an address can be."""

    name: str = NEW_ADDRESS

    @property
    def kinds(self) -> tuple[str, ...]:
        """Addresses in their roles; the old one is not taken for the new."""
        return (self.name, *_TOLD, "address_old")

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with an address that a parcel can find, or ask for it."""
        told = _joined(errand.text(_BEGUN), _told(turn, errand, self.name))
        gone = (*self.kinds, _BEGUN)
        slots = {name: one for name, one in errand.slots.items() if name not in gone}
        if not told:
            return ask(replace(turn, slots=slots), self.name, free=True)
        rules = errand.policies.changes
        # Of a text that is no address at all only a piece may have been recognised.
        whole = turn.said if len(turn.said) > rules.longest_address + len(told) else told
        problem = address_problem(rules, whole)
        if problem is None:
            return replace(errand, slots={**slots, self.name: told})
        if begins_address(told) or told.endswith(tuple(one.text for one in turn.entities("city"))):
            return _ask_for_more(turn, told, self.name, slots)
        wrong = turn.say(f"flow.address_{problem}", longest=rules.longest_address)
        return ask(replace(turn, slots=slots), self.name, problem=wrong, free=True)


@dataclass(frozen=True, slots=True)
class PickUpSlot:
    """Where a courier collects something: where the order went, unless people say otherwise."""

    name: str = PICK_UP
    kinds: tuple[str, ...] = (PICK_UP, *_TOLD)

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with another address, or with none where that of the order will do."""
        usual = errand.whole_order.delivery.address and errand.again != self.name
        if usual and not (_is_asked(turn, self.name) or _told(turn, errand, self.name)):
            return errand.with_slot(self.name, "")
        return await AddressSlot(self.name).fill(turn, errand)


def _ask_for_more(turn: Turn, begun: str, slot: str, slots: Mapping[str, JSON]) -> Outcome:
    """Ask for the rest of an address that people tell piece by piece: "上海", "徐汇区"."""
    asking = turn.say("flow.address_more", begun=begun)
    return turn.ask(slot, asking, slots={**slots, _BEGUN: begun}, free=True)


def _joined(begun: str, told: str) -> str:
    """Return an address whose second piece may say the end of the first again."""
    if not begun or begun in told:
        return told
    if told.isascii():
        return f"{told}, {begun}"
    again = next(place for place in range(len(begun) + 1) if told.startswith(begun[place:]))
    return begun[:again] + told


def _is_asked(turn: Turn, slot: str) -> bool:
    question = turn.state.question
    return question is not None and (question.skill, question.slot) == (turn.skill, slot)


def _told(turn: Turn, errand: Errand, slot: str) -> str:
    """Return the address told in this message, else the one known before; empty without any."""
    known = {name: errand.text(name).strip() for name in dict.fromkeys((*_TOLD, slot))}
    fresh = [one for name, one in known.items() if one != turn.state.slots.get(name, "")]
    return next(filter(None, (*fresh, *known.values())), "")
