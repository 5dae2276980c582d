"""The answer to "how was it?": one tap, and a word for who wants to add one.

A question that is open and a flow that waits are left as they are.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from bot.dialogue.human import human_button
from bot.dialogue.reply import Button, payload
from bot.dialogue.skill import Outcome, Turn, skill
from bot.dialogue.state import Option
from crm_store.ports import UnitOfWork
from crm_store.types.conversations import Conversation
from crm_store.types.handoffs import HandoffReason
from crm_store.types.surveys import HIGHEST, LOWEST

_NOTHING: Final = "nothing"
"""The answer of who has nothing to add."""
LONGEST_WORD: Final = 500


@skill("csat", slots=("score", "day", "word", "add"), button_only=True)
async def csat(turn: Turn) -> Outcome:
    """Take a score, or a word about it."""
    day = _day(turn)
    async with turn.reading() as uow:
        asked = None if day is None else await uow.surveys.of_day(turn.conversation.id, day)
    if day is None or asked is None:
        return Outcome((turn.say("unknown"),), (), turn.state)
    if word := str(turn.slots.get("word") or "").strip():
        return _take_word(turn, day, word)
    score = turn.slots.get("score")
    if not isinstance(score, int) or not LOWEST <= score <= HIGHEST:
        return _ask_word(turn, day, "ask_word")
    return _take_score(turn, day, score)


def _take_score(turn: Turn, day: date, score: int) -> Outcome:
    unhappy = score <= turn.services.policies.surveys.unhappy_up_to
    rated = (RateSurvey(day, score),)
    if turn.state.question is not None or turn.state.suspended:
        return Outcome((turn.say("sorry" if unhappy else "thanks"),), rated, turn.state)
    if unhappy:
        return replace(_ask_word(turn, day, "sorry_what"), effects=rated)
    more = Button(turn.words("add"), payload("csat", {"add": True, "day": day.isoformat()}))
    return turn.done(turn.say("thanks", buttons=(more,)), effects=rated)


def _ask_word(turn: Turn, day: date, key: str) -> Outcome:
    """Ask for a word; it may be left out, and a human may be called instead."""
    if turn.state.question is not None and turn.state.question.skill != turn.skill:
        return Outcome((turn.say("later"),), (), turn.state)
    nothing = Option(turn.words("nothing"), _NOTHING)
    call = human_button(turn, HandoffReason.UNHAPPY, turn.skill)
    reply = turn.say(key, buttons=(call,) if key == "sorry_what" else ())
    slots = {"day": day.isoformat()}
    return turn.choose("word", reply, (nothing,), slots=slots, free=True, story=True)


def _take_word(turn: Turn, day: date, word: str) -> Outcome:
    if word == _NOTHING:
        return turn.done(turn.say("bye"))
    return turn.done(turn.say("noted"), effects=(AddWord(day, word[:LONGEST_WORD]),))


def _day(turn: Turn) -> date | None:
    try:
        return date.fromisoformat(str(turn.slots.get("day")))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class RateSurvey:
    """Note the score."""

    day: date
    score: int

    async def apply(self, uow: UnitOfWork, conversation: Conversation) -> None:
        """Note it; the last tap counts."""
        await uow.surveys.rate(conversation.id, self.day, self.score)


@dataclass(frozen=True, slots=True)
class AddWord:
    """Note what the customer adds."""

    day: date
    word: str

    async def apply(self, uow: UnitOfWork, conversation: Conversation) -> None:
        """Note it."""
        await uow.surveys.add_word(conversation.id, self.day, self.word)
