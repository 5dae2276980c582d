"""Offering a human: the question whether to call one, the same in every skill."""

from bot.dialogue.reply import Button, Reply, payload
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.state import CONFIRM
from crm_store.types.conversations import JSON
from crm_store.types.handoffs import HandoffReason

LONGEST_QUOTE = 200
"""Characters of the customer's words that a button carries along."""


def human_button(turn: Turn, reason: HandoffReason, intent: str) -> Button:
    """Return the button that calls a human about something."""
    title = turn.words("talk_to_human.yes")
    return Button(title, payload("talk_to_human", _about(turn, reason, intent)))


def offer_human(
    turn: Turn, reply: Reply, reason: HandoffReason, intent: str | None = None
) -> Outcome:
    """Ask whether to call a human; ``reply`` words the question and gets the buttons."""
    intent = intent or turn.skill
    buttons = (
        human_button(turn, reason, intent),
        Button(turn.words("bot_help.button"), payload("bot_help")),
    )
    asking = Reply(reply.text, reply.cards, (*reply.buttons, *buttons))
    slots = _about(turn, reason, intent)
    return turn.ask(CONFIRM, asking, skill="talk_to_human", slots=slots)


def _about(turn: Turn, reason: HandoffReason, intent: str) -> dict[str, JSON]:
    said = turn.said or str(turn.slots.get("asked", ""))
    return {"reason": reason.value, "intent": intent, "asked": said[:LONGEST_QUOTE]}
