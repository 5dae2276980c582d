"""Taking up what was done before: a message about it, though in words that may mean anything."""

from collections.abc import Mapping
from dataclasses import replace

from bot.dialogue.skill import Audience, Skill, Turn
from bot.turn.routing import may_use


async def taken_up(turn: Turn, skills: Mapping[str, Skill]) -> Turn:
    """Return the turn of a skill that goes on with what it has done before, else as it is.

    An answer to a question, and a button, are what they are; and in the middle of another errand,
    or right after it, words that name nothing are about that one.
    """
    asked, last = turn.state.question, skills.get(turn.state.last_skill or "")
    if turn.pressed or turn.actor.is_staff or (asked is not None and asked.skill == turn.skill):
        return turn
    for skill in skills.values():
        if last is not None and last.flow and last.name != skill.name:
            continue
        slots = await skill.takes_up(turn) if may_use(skill, Audience.CUSTOMERS) else None
        if slots is not None:
            actor = replace(turn.actor, purpose=skill.name)
            state = replace(turn.state, misunderstood=0)
            return replace(turn, skill=skill.name, slots=slots, actor=actor, state=state)
    return turn
