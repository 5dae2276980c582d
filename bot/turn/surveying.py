"""Asking how it was: one tap after a finished errand, where it disturbs nobody."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.dialogue.effects import RequestHandoff
from bot.dialogue.mood import Level
from bot.dialogue.scores import score_buttons
from bot.dialogue.skill import Outcome, Turn
from crm_store.ports import UnitOfWork
from crm_store.types.conversations import Conversation
from crm_store.types.surveys import NewSurvey


async def asking_how_it_was(turn: Turn, outcome: Outcome) -> Outcome:
    """Return the outcome with the question appended, if this is the moment for it."""
    rules = turn.services.policies.surveys
    if not _is_moment(turn, outcome) or turn.skill in rules.not_after:
        return outcome
    since = turn.now - timedelta(hours=rules.every_hours)
    async with turn.reading() as uow:
        if not await uow.surveys.may_ask(turn.conversation.id, since):
            return outcome
    day = turn.now.astimezone(turn.services.phrasebook.time_zone).date()
    question = turn.say("csat.ask", buttons=score_buttons(turn.speaker, day))
    asking = AskSurvey(turn.skill, day)
    replies, effects = (*outcome.replies, question), (*outcome.effects, asking)
    return replace(outcome, replies=replies, effects=effects)


def _is_moment(turn: Turn, outcome: Outcome) -> bool:
    """Whether an errand is done and nothing else is open, nor anybody angry."""
    state = outcome.state
    called = any(isinstance(effect, RequestHandoff) for effect in outcome.effects)
    is_open = state.question is not None or state.suspended
    calm = turn.state.mood.level < Level.ANGRY
    return outcome.resolved and calm and not (called or is_open or turn.actor.is_staff)


@dataclass(frozen=True, slots=True)
class AskSurvey:
    """Note that the question is asked: the database allows one a day."""

    about: str
    day: date

    async def apply(self, uow: UnitOfWork, conversation: Conversation) -> None:
        """Note it; `ConflictError` when the customer was asked elsewhere at the same moment."""
        await uow.surveys.ask(NewSurvey(conversation.id, self.about, self.day))
