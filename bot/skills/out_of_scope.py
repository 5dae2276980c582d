"""What was not understood, or could mean two things."""

from dataclasses import replace

from bot.dialogue.human import human_button, offer_human
from bot.dialogue.packet import call_human
from bot.dialogue.reply import Button, payload
from bot.dialogue.skill import Audience, Outcome, Turn, skill
from bot.dialogue.state import Option
from bot.handoff.attachments import case_for
from crm_store.types.handoffs import HandoffReason

OFFER_AFTER = 2
"""Misunderstandings in a row before a human is offered."""
CALL_AFTER = 3
"""... and before one is called without asking again."""


@skill("out_of_scope", audience=Audience.EVERYBODY)
async def out_of_scope(turn: Turn) -> Outcome:
    """Say honestly that it was not understood; offer a human, then call one."""
    if "cut_from" in turn.message.payload:
        return turn.done(turn.say("too_long", length=turn.message.payload["cut_from"]))
    if turn.message.payload.get("attachment"):
        return await _attached(turn)
    if turn.actor.is_staff or turn.state.misunderstood < OFFER_AFTER:
        key = "again_clerk" if turn.actor.is_staff else "again"
        help_button = Button(turn.words("bot_help.button"), payload("bot_help"))
        return turn.done(turn.say(key, buttons=(help_button,)))
    if turn.state.misunderstood < CALL_AFTER:
        return _offer(turn, "offer_human")
    effect = call_human(turn, HandoffReason.NOT_UNDERSTOOD)
    return turn.done(turn.say("calling"), effects=(effect,)).remember(misunderstood=0)


async def _attached(turn: Turn) -> Outcome:
    """Say honestly that it is kept for a human; a question that is open stays open."""
    if turn.state.question is None:
        async with turn.reading() as uow:
            case = await case_for(uow, turn.conversation)
        if case is None:
            return _offer(turn, "attachment")
        reply = turn.say("attachment_of_case", number=case.number)
        return offer_human(turn, reply, HandoffReason.NOT_UNDERSTOOD)
    button = human_button(turn, HandoffReason.ASKED, turn.state.question.skill)
    reply = turn.say("attachment_meanwhile", buttons=(button,))
    return Outcome((reply,), (), replace(turn.state, misunderstood=0))


def _offer(turn: Turn, key: str) -> Outcome:
    return offer_human(turn, turn.say(key), HandoffReason.NOT_UNDERSTOOD)


@skill("clarify", audience=Audience.EVERYBODY)
async def clarify(turn: Turn) -> Outcome:
    """Two readings are close: let the customer choose; what they said is answered then."""
    named = turn.slots.get("intents")
    intents = [str(name) for name in named] if isinstance(named, list) else []
    options = tuple(Option(turn.words(f"topics.{name}"), name) for name in intents)
    buttons = tuple(Button(option.label, payload(option.value)) for option in options)
    reply = turn.say("out_of_scope.clarify", buttons=buttons)
    asking = turn.ask("intent", reply, options=options, slots={"asked": turn.said})
    number = turn.entity("order_number")
    return asking if number is None else asking.remember(order_number=str(number))
