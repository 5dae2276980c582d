"""Calling a human, and asking whether to."""

from bot.dialogue.human import offer_human
from bot.dialogue.packet import call_human
from bot.dialogue.skill import Audience, Outcome, Turn, skill
from bot.dialogue.state import CONFIRM
from crm_store.types.handoffs import HandoffReason


@skill("talk_to_human", audience=Audience.EVERYBODY, slots=("reason", "intent", "asked"))
async def talk_to_human(turn: Turn) -> Outcome:
    """Hand the conversation to a human at once, or drop the offer after a no."""
    if turn.actor.is_staff:
        return turn.done(turn.say("clerk"))
    if turn.slots.get(CONFIRM) is False:
        return turn.done(turn.say("declined"))
    return turn.done(turn.say("calling"), effects=(call_human(turn, _reason(turn)),))


def _reason(turn: Turn) -> HandoffReason:
    """Return why: what the offer said, or that the customer asked."""
    said = turn.slots.get("reason")
    known = {reason.value: reason for reason in HandoffReason}
    return known.get(str(said), HandoffReason.ASKED)


@skill("not_supported", audience=Audience.EVERYBODY)
async def not_supported(turn: Turn) -> Outcome:
    """Understood, but not something the assistant can finish: say so and offer a human."""
    intent = str(turn.slots.get("intent") or turn.parse.intent.name)
    if turn.actor.is_staff:
        topic = turn.words(f"topics.{intent}")
        return turn.done(turn.say("talk_to_human.not_supported_clerk", topic=topic))
    reply = turn.say("talk_to_human.not_supported", topic=turn.words(f"topics.{intent}"))
    return offer_human(turn, reply, HandoffReason.NOT_SUPPORTED, intent)


@skill("skill_failed", audience=Audience.EVERYBODY)
async def skill_failed(turn: Turn) -> Outcome:
    """A skill broke: apologise and call a human without being asked."""
    if turn.actor.is_staff:
        return turn.done(turn.say("talk_to_human.broken_clerk"))
    effect = call_human(turn, HandoffReason.SKILL_FAILED)
    return turn.done(turn.say("talk_to_human.broken"), effects=(effect,))
