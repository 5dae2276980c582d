"""Feeling: the customer's mood is noticed before a message is answered, and heeded after it.

Somebody upset gets shorter sentences, one apology in a conversation, and the offer of a human. For
the signs that `moods.call` of the policies names, a human is called at once, whatever was asked.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.dialogue.effects import RequestHandoff
from bot.dialogue.human import human_button
from bot.dialogue.mood import CALM, Level, load_lexicon, mood_of
from bot.dialogue.mood.judging import MESSAGES
from bot.dialogue.reply import Reply
from bot.dialogue.skill import Outcome, Turn
from bot.policies.moods import called_for
from crm_store.types.conversations import Author
from crm_store.types.handoffs import HandoffReason

URGENT: Final = "urgent"
"""The slot of the complaint that names the sign for which a human is called."""
LONGEST_HEARD: Final = 200
_COMPLAINT: Final = "complaint"
_HUMAN: Final = "talk_to_human"


def felt(turn: Turn) -> Turn:
    """Return the turn with the mood of its customer; urgent words lead to a complaint at once."""
    if turn.actor.is_staff or not turn.said or turn.message.author is Author.AGENT:
        return turn
    heard = (*turn.state.heard, turn.said[:LONGEST_HEARD])[-MESSAGES:]
    mood = mood_of(heard, load_lexicon())
    state = replace(turn.state, heard=heard, mood=mood)
    speaker = replace(turn.speaker, brief=mood.level > Level.CALM)
    turn = replace(turn, state=state, speaker=speaker)
    urgent = called_for(turn.services.policies.moods, mood.now)
    if urgent is None:
        return turn
    actor = replace(turn.actor, purpose=_COMPLAINT)
    return replace(turn, skill=_COMPLAINT, slots={URGENT: urgent}, actor=actor)


def soothing(turn: Turn, outcome: Outcome) -> Outcome:
    """Return the answer as an upset customer should get it."""
    if any(isinstance(effect, RequestHandoff) for effect in outcome.effects):
        # The human begins anew: what was said before them must not colour what comes after.
        return outcome.remember(heard=(), mood=CALM)
    mood = turn.state.mood
    if turn.pressed or mood.level is Level.CALM or not outcome.replies:
        return outcome
    outcome = _apologising(turn, outcome)
    if mood.level >= turn.services.policies.moods.offer_from:
        outcome = _offering(turn, outcome)
    return outcome


def _apologising(turn: Turn, outcome: Outcome) -> Outcome:
    if _lately(turn, turn.state.apologised_at):
        return outcome
    first, *others = outcome.replies
    if not load_lexicon().apologises(first.text):
        first = replace(first, text=turn.words("mood.sorry") + first.text)
    return replace(outcome, replies=(first, *others)).remember(apologised_at=turn.now)


def _offering(turn: Turn, outcome: Outcome) -> Outcome:
    """Add the button that calls a human; a question that is open stays open."""
    if _lately(turn, turn.state.human_offered_at):
        return outcome
    offered = outcome.remember(human_offered_at=turn.now)
    if any(_HUMAN in button.payload for reply in outcome.replies for button in reply.buttons):
        return offered
    *others, last = outcome.replies
    button = human_button(turn, HandoffReason.UPSET, turn.skill)
    text = f"{last.text}\n{turn.words('mood.offer')}"
    asking = Reply(text, last.cards, (*last.buttons, button), last.contact_request)
    return replace(offered, replies=(*others, asking))


def _lately(turn: Turn, at: datetime | None) -> bool:
    stretch = timedelta(hours=turn.services.policies.moods.stretch_hours)
    return at is not None and turn.now - at < stretch
