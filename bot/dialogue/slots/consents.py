"""Agreeing to a text: it is shown with its version, and what was shown is what was agreed to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.dialogue.errand import Errand
from bot.dialogue.reply import Reply
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots.answers import Needed, always
from bot.dialogue.state import Option
from crm_store.types.conversations import JSON
from crm_store.types.privacy import Purpose
from nlu.language import to_simplified

YES, NO = "yes", "no"
_NO_NEWS: Final = re.compile(
    r"(?:不|别)(?:要|想|用|再)?(?:收到?|接收|接受|发|推|给我发)?(?:广告|优惠(?:消息|信息)|推送|营销|推广|短信)|"
    r"\b(?:no|without|don['’]?t (?:want|send)(?: me)?(?: any)?) "
    r"(?:marketing|adverts?|ads|promotions?|news|newsletters?|offers)\b",
    re.IGNORECASE,
)


def wording_slot(purpose: Purpose) -> str:
    """Return the slot that keeps which version of a text was shown."""
    return f"{purpose.value}_wording"


@dataclass(frozen=True, slots=True)
class TermsSlot:
    """The text that the confirmation shows: its version is kept, so that it cannot change there."""

    purpose: Purpose
    needed: Needed = always

    @property
    def name(self) -> str:
        """The slot that keeps the version; it is not for people to change."""
        return wording_slot(self.purpose)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Nothing that people say."""
        return ()

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with the version of the newest text."""
        if not self.needed(errand) or errand.text(self.name):
            return errand
        async with turn.reading() as uow:
            wording = await uow.consents.wording(self.purpose)
        return errand.with_slot(self.name, wording.version)


@dataclass(frozen=True, slots=True)
class ConsentSlot:
    """A consent that may be refused: yes or no to a text that is shown word for word."""

    purpose: Purpose
    needed: Needed = always

    @property
    def name(self) -> str:
        """The purpose; filled with `YES` or `NO`."""
        return self.purpose.value

    @property
    def kinds(self) -> tuple[str, ...]:
        """The slot itself."""
        return (self.name,)

    def insists(self, said: str) -> Mapping[str, JSON]:
        """Return the no to being written to, of words that refuse nothing else."""
        return {self.name: NO} if _NO_NEWS.search(to_simplified(said)) else {}

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with the answer, or show the text and ask."""
        if not self.needed(errand) or errand.text(self.name) in (YES, NO):
            return errand
        async with turn.reading() as uow:
            wording = await uow.consents.wording(self.purpose)
        shown = errand.with_slot(wording_slot(self.purpose), wording.version)
        asking = Reply(turn.words(f"ask_{self.name}", wording=wording))
        options = tuple(Option(turn.words(f"{self.name}_{answer}"), answer) for answer in (YES, NO))
        return turn.choose(self.name, asking, options, slots=shown.slots)
