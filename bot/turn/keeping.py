"""Keeping: a picture or voice message goes with the errand or case that it was sent for."""

from collections.abc import Mapping
from dataclasses import replace

from bot.dialogue.skill import Outcome, Skill, Turn
from bot.handoff.attachments import ATTACHMENTS, LinkAttachment, brings_something, with_message


def keeping(turn: Turn, outcome: Outcome, skills: Mapping[str, Skill]) -> Outcome:
    """Return the outcome with what the message brought kept in the flow that is open, or its case.

    A flow takes it along to the case that it ends in.
    """
    if turn.actor.is_staff or not brings_something(turn.message):
        return outcome
    question = outcome.state.question
    if question is None or question.skill not in skills or not skills[question.skill].flow:
        return replace(outcome, effects=(*outcome.effects, LinkAttachment(turn.message.id)))
    slots = outcome.state.slots
    kept = with_message(slots.get(ATTACHMENTS), turn.message.id)
    return outcome.remember(slots={**slots, **kept})
