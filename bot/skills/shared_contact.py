"""A shared contact: the channel says what it proved, and the customer is told what that means."""

from bot.dialogue.packet import call_human
from bot.dialogue.reply import Button, payload
from bot.dialogue.skill import Outcome, Turn, skill
from crm_store.types.handoffs import HandoffReason

_OUTCOMES = ("attested", "unknown", "foreign", "taken")


@skill("shared_contact")
async def shared_contact(turn: Turn) -> Outcome:
    """Thank for the proof, or say kindly why the contact proves nothing."""
    said = str(turn.message.payload.get("contact"))
    key = said if said in _OUTCOMES else "foreign"
    if key == "taken":
        effect = call_human(turn, HandoffReason.RULE)
        return turn.done(turn.say(key), effects=(effect,))
    starts = ("points_balance", "order_status") if key == "attested" else ("talk_to_human",)
    buttons = tuple(Button(turn.words(f"bot_help.do_{name}"), payload(name)) for name in starts)
    return turn.done(turn.say(key, buttons=buttons))
