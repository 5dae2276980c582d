"""A phone number: shared through the channel, which proves it, or typed, which only claims it."""

import re
from dataclasses import dataclass, replace
from typing import Final

from bot.dialogue.contacts import attested_phone
from bot.dialogue.errand import Errand
from bot.dialogue.proof import CONTACT
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots.answers import Needed, always
from bot.dialogue.slots.asking import ask
from crm_store.errors import InvalidRecordError
from crm_store.identifiers import normalise
from crm_store.types.people import IdentityKind

_DIGITS: Final = re.compile(r"\W*(?:\d[ -]?){3,}\W*")
"""A number, and no phone's."""


@dataclass(frozen=True, slots=True)
class PhoneSlot:
    """A phone number in the form in which the store compares them."""

    needed: Needed = always

    @property
    def name(self) -> str:
        """The slot that holds the number."""
        return "phone"

    @property
    def kinds(self) -> tuple[str, ...]:
        """What people type; a shared contact arrives by the channel."""
        return (self.name, "phone_new")

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with the number, or ask for it where the channel can prove it."""
        if not self.needed(errand):
            return errand
        typed = errand.text("phone_new") or errand.text(self.name)
        async with turn.reading() as uow:
            shared = await attested_phone(uow, errand.conversation_id)
        if not (typed or shared):
            return self._ask(turn, wrong=_DIGITS.fullmatch(turn.said) is not None)
        try:
            number = normalise(IdentityKind.PHONE, typed or shared or "")
        except InvalidRecordError:
            return self._ask(turn, wrong=True)
        left = {name: value for name, value in errand.slots.items() if name not in self.kinds}
        return replace(errand, slots={**left, self.name: number})

    def _ask(self, turn: Turn, *, wrong: bool = False) -> Outcome:
        shares = turn.conversation.key.channel == "telegram"
        slot = CONTACT if shares else self.name
        asking = ask(turn, slot, problem=turn.say("flow.no_such_phone") if wrong else None)
        if not shares or asking.state.question is None or asking.state.question.slot != slot:
            return asking
        first, *others = asking.replies
        return replace(asking, replies=(replace(first, contact_request=True), *others))
