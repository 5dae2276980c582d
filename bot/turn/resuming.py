"""Coming back to a flow that was interrupted.

A question in the middle of a return is answered, and then the return goes on where it was: its
slots wait in the dialogue state, and its question is asked again.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.dialogue.effects import RememberOpenedOrder, RequestHandoff
from bot.dialogue.reply import Reply
from bot.dialogue.skill import Outcome, Skill, Turn
from bot.dialogue.state import TICKET, DialogueState, Suspended
from crm_store.types.conversations import JSON
from nlu.types import Parse

MOST_SUSPENDED: Final = 3
"""Flows that wait at the same time; the oldest is forgotten."""
_ENDING: Final = frozenset({"stop"})
"""Skills that leave everything."""


def suspending(turn: Turn, outcome: Outcome, skills: Mapping[str, Skill]) -> Outcome:
    """Return the outcome with the flow that it interrupted put aside."""
    if turn.skill in _ENDING:
        return outcome.remember(suspended=())
    question = turn.state.question
    if (
        question is None
        or question.skill == turn.skill
        or question.skill not in skills
        or not skills[question.skill].flow
        or outcome.state.question == question
        or any(one.question == question for one in outcome.state.suspended)
    ):
        return outcome
    slots = {name: value for name, value in turn.state.slots.items() if name != TICKET}
    before = [one for one in outcome.state.suspended if one in turn.state.suspended]
    # What the answer itself put aside to go on with (a guest's flow after the login) stays last.
    put_aside = [one for one in outcome.state.suspended if one not in turn.state.suspended]
    waiting = (*before, Suspended(question, slots), *put_aside)
    return outcome.remember(suspended=waiting[-MOST_SUSPENDED:])


def to_resume(outcome: Outcome) -> Suspended | None:
    """Return the flow to go on with, when nothing else is open and no human was called."""
    called = any(isinstance(effect, RequestHandoff) for effect in outcome.effects)
    if called or outcome.state.question is not None or not outcome.state.suspended:
        return None
    return outcome.state.suspended[-1]


def resuming_turn(turn: Turn, outcome: Outcome, waiting: Suspended) -> Turn:
    """Return a turn in which nothing was said, for the flow that waited."""
    return replace(
        turn,
        skill=waiting.question.skill,
        slots={**waiting.slots, **_just_opened(turn, outcome)},
        state=replace(outcome.state, suspended=outcome.state.suspended[:-1]),
        parse=_nothing_said(turn.parse),
        pressed=False,
    )


def _just_opened(turn: Turn, outcome: Outcome) -> Mapping[str, JSON]:
    """Return the order that the answer opened, and its proof: what goes on need not ask for it."""
    opened = [one.number for one in outcome.effects if isinstance(one, RememberOpenedOrder)]
    proofs = {name: told for name in ("phone_tail", "phone") if (told := turn.slot(name))}
    return {"order_number": opened[-1], **proofs} if opened else {}


def joined(outcome: Outcome, again: Outcome, lead_in: str) -> Outcome:
    """Return both outcomes as one: the answer first, then the flow's question with a lead-in."""
    first, *others = again.replies
    question = replace(first, text=f"{lead_in}{first.text}")
    replies: tuple[Reply, ...] = (*outcome.replies, question, *others)
    together = replace(again, replies=replies, effects=(*outcome.effects, *again.effects))
    resolved = outcome.resolved or again.resolved
    return replace(together, resolved=resolved).remember(last_skill=outcome.state.last_skill)


def picked_up(state: DialogueState, skill: str) -> tuple[DialogueState, Suspended | None]:
    """Return a suspended flow that the customer comes back to by asking for it again."""
    waiting = next((one for one in state.suspended if one.question.skill == skill), None)
    if waiting is None:
        return state, None
    others = tuple(one for one in state.suspended if one is not waiting)
    return replace(state, suspended=others), waiting


def _nothing_said(parse: Parse) -> Parse:
    return replace(parse, text="", entities=(), ambiguous=())
