"""What the assistant has tried: noted turn by turn, so that nobody has to try it again."""

from collections.abc import Mapping
from typing import Final

from bot.handoff.packet import Attempt, Result
from crm_store.types.conversations import JSON

KEPT: Final = 6
LONGEST: Final = 160
_TALK: Final = frozenset(
    {
        "greet",
        "goodbye",
        "thank",
        "affirm",
        "deny",
        "stop",
        "bot_help",
        "talk_to_human",
        "clarify",
        "csat",
        "logged_in",
    }
)
"""Skills that are no errand."""


def attempt(
    skill: str,
    result: Result,
    slots: Mapping[str, JSON],
    message_id: int,
    *,
    rule: str = "",
    told: str = "",
) -> Attempt:
    """Return an attempt with what the customer was told cut short."""
    return Attempt(skill, result, rule, told[:LONGEST], message_id, dict(slots))


def with_attempt(before: tuple[Attempt, ...], new: Attempt) -> tuple[Attempt, ...]:
    """Return the attempts with one more; a skill that goes on is one attempt.

    What a skill says of itself (why it refused) is not overwritten by what its turn looks like.
    """
    if new.skill in _TALK:
        return before
    last = before[-1] if before else None
    if last is None or last.skill != new.skill:
        return (*before, new)[-KEPT:]
    if last.message_id == new.message_id and last.result is Result.REFUSED:
        return before
    goes_on = last.result is Result.ASKED or last.message_id == new.message_id
    return (*(before[:-1] if goes_on else before), new)[-KEPT:]


def known_of(attempts: tuple[Attempt, ...], skill: str) -> Mapping[str, JSON]:
    """Return what the latest attempt at an errand knew."""
    return next((one.slots for one in reversed(attempts) if one.skill == skill), {})
