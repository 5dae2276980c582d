"""Noting what was tried, so that a human who comes later is told."""

from bot.dialogue.effects import RequestHandoff
from bot.dialogue.skill import Outcome, Turn
from bot.handoff.attempts import attempt, with_attempt
from bot.handoff.packet import Attempt, Result

BROKEN = "skill_failed"


def tried(turn: Turn, outcome: Outcome) -> tuple[Attempt, ...]:
    """Return the errands tried so far; none once a human has been told of them."""
    if any(isinstance(effect, RequestHandoff) for effect in outcome.effects):
        return ()
    state, question = outcome.state, outcome.state.question
    asking = question is not None and question.skill == turn.skill
    known = {**turn.slots, **(state.slots if asking else {})}
    told = outcome.replies[0].text if outcome.replies else ""
    result = _result(turn, outcome, asking=asking)
    new = attempt(turn.skill, result, known, turn.message.id, told=told)
    return with_attempt(state.tried, new)


def _result(turn: Turn, outcome: Outcome, *, asking: bool) -> Result:
    if turn.skill == BROKEN:
        return Result.FAILED
    if asking:
        return Result.ASKED
    return Result.DONE if outcome.resolved else Result.ANSWERED
