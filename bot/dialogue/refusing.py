"""Saying no: the rule that forbids it, and what may help instead."""

from dataclasses import replace

from bot.dialogue.effects import Effect
from bot.dialogue.errand import Errand
from bot.dialogue.packet import call_human
from bot.dialogue.reply import Button, Reply, payload
from bot.dialogue.skill import Outcome, Turn
from bot.handoff.attempts import attempt, with_attempt
from bot.handoff.packet import Result
from bot.policies import Decision
from crm_store.types.handoffs import HandoffReason

_CARRIED_OVER = ("order_number", "line")
"""Slots that another skill would otherwise ask for again."""


def refused(turn: Turn, decision: Decision, errand: Errand | None = None) -> Outcome:
    """Return the answer to an errand that the house's rules do not allow.

    Without an errand it became impossible between the question and the answer.
    """
    words = turn.words("refused", **facts_of(turn, errand, decision))
    known = errand.slots if errand is not None else turn.slots
    no = attempt(turn.skill, Result.REFUSED, known, turn.message.id, rule=decision.rule, told=words)
    turn = replace(turn, state=replace(turn.state, tried=with_attempt(turn.state.tried, no)))
    if decision.human:
        return turn.done(Reply(words), effects=called(turn, decision, errand))
    buttons = tuple(
        Button(turn.words(f"topics.{intent}"), payload(intent, _about(errand)))
        for intent in dict.fromkeys((*decision.instead, "talk_to_human"))
    )
    return turn.done(Reply(words, buttons=buttons))


def called(turn: Turn, decision: Decision, errand: Errand | None) -> tuple[Effect, ...]:
    """Return the effect that calls a human where the decision wants one."""
    if not decision.human:
        return ()
    known = dict(errand.slots) if errand is not None else dict(turn.slots)
    told = replace(turn, slots={**known, "intent": turn.skill, "rule": decision.rule})
    return (call_human(told, HandoffReason.RULE),)


def facts_of(turn: Turn, errand: Errand | None, decision: Decision) -> dict[str, object]:
    """Return what the templates of an outcome may print."""
    rule = turn.words(f"rules.{decision.rule}", **decision.facts)
    return {**decision.facts, "errand": errand, "rule": rule, "decided": decision.rule}


def _about(errand: Errand | None) -> dict[str, str]:
    if errand is None:
        return {}
    return {name: errand.text(name) for name in _CARRIED_OVER if errand.text(name)}
