"""A shared contact: the channel says what it proved, and the customer is told what that means."""

from bot.dialogue.packet import call_human
from bot.dialogue.proof import CONTACT, PROOF, proved
from bot.dialogue.reply import Button, payload
from bot.dialogue.skill import Outcome, Turn, skill
from bot.dialogue.state import Suspended, open_flows
from crm_store.types.handoffs import HandoffReason

_PHONES = (CONTACT, "value_phone")
"""Slots of questions that any phone of one's own answers, whoever's it was."""
CONTACT_TAKEN = "contact_taken"
"""A sign of fraud: the contact that was shared belongs to another member."""
_OUTCOMES = ("attested", "unknown", "foreign", "taken")


@skill("shared_contact")
async def shared_contact(turn: Turn) -> Outcome:
    """Thank for the proof, or say kindly why the contact proves nothing."""
    said = str(turn.message.payload.get("contact"))
    key = said if said in _OUTCOMES else "foreign"
    if key == "taken":
        effect = call_human(turn, HandoffReason.RULE, CONTACT_TAKEN)
        return turn.done(turn.say(key), effects=(effect,))
    waiting = _waiting(turn, key)
    if waiting:
        thanks = "attested_going_on" if key == "attested" else "unknown_going_on"
        return proved(turn, turn.say(thanks), waiting)
    starts = ("points_balance", "order_status") if key == "attested" else ("talk_to_human",)
    buttons = tuple(Button(turn.words(f"bot_help.do_{name}"), payload(name)) for name in starts)
    return turn.done(turn.say(key, buttons=buttons))


def _waiting(turn: Turn, key: str) -> tuple[Suspended, ...]:
    """Return the flows that asked for this contact and can go on with what came of it."""
    asked = turn.state.question
    if asked is None:
        return ()
    enough = key == "attested" and asked.slot in (PROOF, CONTACT)
    enough = enough or (key == "unknown" and asked.slot in _PHONES)
    return open_flows(turn.state) if enough else ()
