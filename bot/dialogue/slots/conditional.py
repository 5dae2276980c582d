"""Slots that are asked only where they matter, and choices that a message may hint at."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.dialogue.errand import Errand
from bot.dialogue.hints import Hints, hinted
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots.answers import Choice, Needed
from bot.dialogue.slots.asking import Hearing, Insisting, Slot
from crm_store.types.conversations import JSON


@dataclass(frozen=True, slots=True)
class When:
    """Another slot, where it is needed."""

    needed: Needed
    slot: Slot

    @property
    def name(self) -> str:
        """The other slot's name."""
        return self.slot.name

    @property
    def kinds(self) -> tuple[str, ...]:
        """What the other slot reads."""
        return self.slot.kinds

    def hears(self, said: str) -> Mapping[str, JSON]:
        """Return what the other slot hears."""
        return self.slot.hears(said) if isinstance(self.slot, Hearing) else {}

    def insists(self, said: str) -> Mapping[str, JSON]:
        """Return what the other slot insists on."""
        return self.slot.insists(said) if isinstance(self.slot, Insisting) else {}

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with the slot filled where that matters."""
        return await self.slot.fill(turn, errand) if self.needed(errand) else errand


@dataclass(frozen=True, slots=True)
class Hinted:
    """A choice that the customer's words may make without being asked."""

    choice: Choice
    hints: Hints = field(repr=False)
    whenever: bool = False
    """Whether the words count whenever they are said, not only when it is this choice's turn."""

    @property
    def name(self) -> str:
        """The choice's name."""
        return self.choice.name

    @property
    def kinds(self) -> tuple[str, ...]:
        """The choice itself."""
        return self.choice.kinds

    def hears(self, said: str) -> Mapping[str, JSON]:
        """Return the choice that words hint at."""
        meant = hinted(self.hints, said)
        return {} if meant is None else {self.name: meant}

    def insists(self, said: str) -> Mapping[str, JSON]:
        """Return the choice, of words that count whenever they are said."""
        return self.hears(said) if self.whenever else {}

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with the choice made: as told, as hinted at, or as answered."""
        told = errand.text(self.name)
        if told in self.hints:
            return await self.choice.fill(turn, errand)
        meant = hinted(self.hints, told or errand.said)
        if meant is None:
            return await self.choice.fill(turn, errand)
        said = told or errand.said
        return await self.choice.fill(
            turn, errand.with_slot(f"{self.name}_words", said).with_slot(self.name, meant)
        )
