"""A login on the web: what the guest had begun in this browser goes on, as the member now.

The channel names this skill once for each login that something waits for, and hands the guest's
open flows over in the message; nobody can ask for it in words.
"""

from bot.dialogue.proof import PROOF, proved
from bot.dialogue.skill import Outcome, Turn, skill
from bot.dialogue.state import Suspended, open_flows, suspended_from_json


@skill("logged_in")
async def logged_in(turn: Turn) -> Outcome:
    """Greet the member, and go on with the guest's flow, else with what waited for the login."""
    waiting = suspended_from_json(turn.message.payload.get("taken_over"))
    if not waiting:
        waiting = _waiting_here(turn)
    return proved(turn, turn.say("welcome"), waiting)


def _waiting_here(turn: Turn) -> tuple[Suspended, ...]:
    asked = turn.state.question
    return open_flows(turn.state) if asked is not None and asked.slot == PROOF else ()
