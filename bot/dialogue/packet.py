"""Calling a human: what the turn knows goes into the packet that they get."""

from collections.abc import Mapping
from typing import Final

from bot.dialogue.correcting import NAMED
from bot.dialogue.effects import RequestHandoff
from bot.dialogue.skill import Turn
from bot.dialogue.state import CONFIRM
from bot.handoff.attempts import attempt, known_of, with_attempt
from bot.handoff.gathering import Said
from bot.handoff.packet import Attempt, MoodFact, MoodLevel, Result
from crm_store.types.conversations import JSON
from crm_store.types.handoffs import HandoffReason

OF_THE_OFFER: Final = frozenset({"intent", "asked", "reason", "rule", "failed", CONFIRM, NAMED})
"""Slots of offering a human, and what helped to find the goods: nothing of the errand itself."""
_OFFERING: Final = frozenset({"talk_to_human", "clarify", "out_of_scope", "skill_failed"})
"""Skills that lead to a human and have no errand of their own."""


def call_human(turn: Turn, reason: HandoffReason, detail: str = "") -> RequestHandoff:
    """Return the effect that calls a human with the packet of this turn.

    ``detail`` names the rule, skill or case that the reason is about.
    """
    state, score = turn.state, turn.parse.intent
    intent = _errand(turn)
    mood = MoodFact(MoodLevel(state.mood.level.name.lower()), state.mood.signs)
    said = Said(
        reason=reason,
        detail=detail or str(turn.slots.get("rule") or turn.slots.get("failed") or ""),
        language=turn.parse.language,
        intent=intent,
        confidence=round(score.confidence, 4),
        fingerprint=turn.parse.fingerprint,
        asked=str(turn.slots.get("asked") or turn.said or turn.message.payload.get("title") or ""),
        at=turn.now,
        slots=_known(turn, intent),
        orders=(state.order_number,) if state.order_number else (),
        products=state.shown_products,
        misunderstood=state.misunderstood,
        attempts=_attempts(turn),
        mood=mood,
    )
    return RequestHandoff(said, turn.services.service)


def _errand(turn: Turn) -> str:
    """Return what the customer wants done: what a flow was interrupted in, else this message."""
    if named := turn.slots.get("intent") or turn.slots.get("failed"):
        return str(named)
    if turn.skill not in _OFFERING:
        return turn.skill
    question = turn.state.question
    if question is not None and question.skill not in _OFFERING:
        return question.skill
    if turn.state.suspended:
        return turn.state.suspended[-1].question.skill
    if turn.skill == "talk_to_human" and turn.state.tried:
        return turn.state.tried[-1].skill
    return turn.parse.intent.name


def _known(turn: Turn, intent: str) -> Mapping[str, JSON]:
    """Return every slot that is known of the errand, the newest value of each."""
    state = turn.state
    waiting = [one for one in state.suspended if one.question.skill == intent]
    open_question = state.question is not None and state.question.skill == intent
    known = {
        **known_of(state.tried, intent),
        **(waiting[-1].slots if waiting else {}),
        **(state.slots if open_question else {}),
        **turn.slots,
    }
    return {name: value for name, value in known.items() if name not in OF_THE_OFFER}


def _attempts(turn: Turn) -> tuple[Attempt, ...]:
    """Return what was tried, this turn's skill included."""
    failed = turn.slots.get("failed")
    skill = str(failed or turn.skill)
    if skill in _OFFERING:
        return turn.state.tried
    result = Result.FAILED if failed else Result.CALLED
    rule = str(turn.slots.get("rule") or "")
    if rule:
        result = Result.REFUSED
    return with_attempt(turn.state.tried, attempt(skill, result, {}, turn.message.id, rule=rule))
