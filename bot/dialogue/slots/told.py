"""Slots for what happened: the customer's story, and the order that it may be about."""

import re
from dataclasses import dataclass, replace
from typing import Final

from bot.dialogue import which_order
from bot.dialogue.errand import Errand
from bot.dialogue.reply import Button, payload
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots.answers import Needed, always
from bot.dialogue.slots.asking import ask
from bot.dialogue.state import Option
from nlu.language import to_simplified

NO_ORDER: Final = "none"
"""The answer that it is about no order, or one that nobody remembers."""
_LETTER: Final = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class StorySlot:
    """What the customer tells in their own words; what they came with counts when it says more
    than what they want.
    """

    name: str
    empty: re.Pattern[str]
    """What says nothing yet: "我要投诉"."""
    least: int
    """Letters of which something must be left without it."""
    longest: int = 500
    besides: tuple[str, ...] = ()
    """Kinds of entities that are kept from it."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The slot itself, and what is kept from the story."""
        return (self.name, *self.besides)

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with the story, or ask for it."""
        if told := errand.text(self.name).strip():
            return errand.with_slot(self.name, told[: self.longest])
        said = turn.said.strip()
        if self._says_something(said):
            return errand.with_slot(self.name, said[: self.longest])
        return ask(turn, self.name, free=True, story=True)

    def _says_something(self, said: str) -> bool:
        left = self.empty.sub(" ", to_simplified(said).casefold())
        return len(_LETTER.findall(left)) >= self.least


@dataclass(frozen=True, slots=True)
class MaybeOrderSlot:
    """The order that something is about, if it is about one; without it the flow goes on, too."""

    needed: Needed = always

    @property
    def name(self) -> str:
        """The order's number, or `NO_ORDER`."""
        return "order_number"

    @property
    def kinds(self) -> tuple[str, ...]:
        """What `which_order` asks for."""
        return which_order.SLOTS

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with its order where one is known or told, or ask."""
        given = errand.text(self.name) or errand.text("phone_tail")
        if NO_ORDER in (given, errand.text("phone_tail")):
            return errand.with_slot(self.name, NO_ORDER)
        if not given and not self.needed(errand):
            return errand
        found = await which_order.which_order(turn, last_one=True)
        if isinstance(found, Outcome):
            return _or_none(turn, errand, found)
        effects = (*errand.effects, *found.effects)
        known = replace(errand, order=found.order, effects=effects)
        return known.with_slot(self.name, found.order.number)


def _or_none(turn: Turn, errand: Errand, asking: Outcome) -> Errand | Outcome:
    """Return the question with a way round it; where it would give up, go on without an order."""
    question = asking.state.question
    if question is None or question.skill != turn.skill:
        return errand.with_slot("order_number", NO_ORDER)
    option = Option(turn.words("flow.no_order"), NO_ORDER)
    kept = {**asking.state.slots, question.slot: NO_ORDER}
    button = Button(option.label, payload(turn.skill, kept))
    *others, last = asking.replies
    last = replace(last, buttons=(*last.buttons, button))
    question = replace(question, options=(*question.options, option))
    return replace(asking, replies=(*others, last)).remember(question=question)
