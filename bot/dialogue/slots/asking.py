"""What a slot is, and how one asks."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol, runtime_checkable

from bot.dialogue.errand import Errand
from bot.dialogue.human import offer_human
from bot.dialogue.reply import Reply
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.state import TICKET, Option, Question, Suspended
from crm_store.types.conversations import JSON
from crm_store.types.handoffs import HandoffReason

TRIES = 3
"""Answers that fill nothing before a human is offered."""


class Slot(Protocol):
    """One thing that a flow needs to know."""

    @property
    def name(self) -> str:
        """The slot's name in the dialogue state."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The slots that it reads from messages and buttons."""

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with this known, or the question for it."""


@runtime_checkable
class Hearing(Protocol):
    """A slot that words may fill, though no entity is found in them."""

    def hears(self, said: str) -> Mapping[str, JSON]:
        """Return what the words answer, whichever slot is asked for just now."""


@runtime_checkable
class Insisting(Protocol):
    """A slot that some words fill whenever they are said, and whatever else they sound like."""

    def insists(self, said: str) -> Mapping[str, JSON]:
        """Return what the words answer."""


def ask(
    turn: Turn,
    slot: str,
    *,
    problem: Reply | None = None,
    options: tuple[Option, ...] = (),
    free: bool = False,
    story: bool = False,
) -> Outcome:
    """Ask for a slot, in other words the second time, and offer a human after a few.

    ``problem`` says what is wrong with the answer that was given.
    """
    question = turn.state.question
    again = question is not None and (question.skill, question.slot) == (turn.skill, slot)
    again = again and not _learnt(turn, slot)
    again = again and not _learnt(turn, slot)
    if again and question is not None and question.asked >= TRIES:
        return _give_up(turn, question)
    asking = turn.words(f"ask_{slot}")
    if problem is not None:
        asking = turn.words("flow.problem", problem=problem.text, asking=asking)
    elif again:
        asking = turn.words("flow.again", asking=asking)
    if options:
        return turn.choose(slot, Reply(asking), options, free=free, story=story)
    return turn.ask(slot, Reply(asking), free=free, story=story)


def _give_up(turn: Turn, question: Question) -> Outcome:
    """Offer a human; who goes on instead finds everything as it was."""
    offered = offer_human(turn, turn.say("flow.give_up"), HandoffReason.NOT_UNDERSTOOD)
    slots = {name: value for name, value in turn.slots.items() if name != TICKET}
    waiting = Suspended(replace(question, asked=0), slots)
    return offered.remember(suspended=(*turn.state.suspended, waiting))


def _learnt(turn: Turn, slot: str) -> bool:
    """Whether the message told something else of the errand: another order, another line."""
    before = turn.state.slots
    return any(one != before.get(name) for name, one in turn.slots.items() if name != slot)
