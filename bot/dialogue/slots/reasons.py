"""Slot for why something comes back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.dialogue.errand import Errand
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots.answers import Choice, fixed
from bot.policies import Policies

REASON = "reason"


@dataclass(frozen=True, slots=True)
class ReasonSlot:
    """One of the house's reasons; what the understanding hears is read as one of them."""

    reasons: tuple[str, ...]
    heard: Callable[[Policies], Mapping[str, str]]

    @property
    def name(self) -> str:
        """The reason."""
        return REASON

    @property
    def kinds(self) -> tuple[str, ...]:
        """The slot itself."""
        return (REASON,)

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with the reason, or ask for it."""
        choice = Choice(REASON, fixed(REASON, *self.reasons), otherwise="other")
        meant = self.heard(errand.policies).get(errand.text(REASON))
        return await choice.fill(turn, errand.with_slot(REASON, meant) if meant else errand)
