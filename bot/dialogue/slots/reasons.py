"""Slot for why something comes back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.dialogue.errand import Errand
from bot.dialogue.hints import Hints, hinted
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots.answers import Choice, fixed
from bot.policies import Policies
from crm_store.types.conversations import JSON

REASON = "reason"


@dataclass(frozen=True, slots=True)
class ReasonSlot:
    """One of the house's reasons; what the understanding hears is read as one of them."""

    reasons: tuple[str, ...]
    heard: Callable[[Policies], Mapping[str, str]]
    hints: Hints = field(repr=False)
    """Words for a reason that the understanding has no name for."""

    @property
    def name(self) -> str:
        """The reason."""
        return REASON

    @property
    def kinds(self) -> tuple[str, ...]:
        """The slot itself."""
        return (REASON,)

    def hears(self, said: str) -> Mapping[str, JSON]:
        """Return the reason that words hint at."""
        meant = hinted(self.hints, said)
        return {} if meant is None else {REASON: meant}

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with the reason, or ask for it."""
        choice = Choice(REASON, fixed(REASON, *self.reasons), otherwise="other")
        told = errand.text(REASON)
        if meant := self.heard(errand.policies).get(told):
            return await choice.fill(turn, errand.with_slot(REASON, meant))
        meant = None if told in self.reasons else hinted(self.hints, told or errand.said)
        if meant is not None and told:
            errand = errand.with_slot(f"{REASON}_words", told)
        if meant is not None:
            errand = errand.with_slot(REASON, meant)
        return await choice.fill(turn, errand)
