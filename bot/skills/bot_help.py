"""What the assistant can do, in a form one can press."""

from bot.dialogue.reply import Button, payload
from bot.dialogue.skill import Audience, Outcome, Turn, skill

_FOR_CUSTOMERS = (
    "order_status",
    "return_item",
    "search_product",
    "recommend_product",
    "store_info",
    "points_balance",
    "talk_to_human",
)
_FOR_CLERKS = ("member_lookup", "stock_check", "search_product", "store_info")


@skill("bot_help", audience=Audience.EVERYBODY)
async def bot_help(turn: Turn) -> Outcome:
    """List the abilities with examples."""
    abilities = _FOR_CLERKS if turn.actor.is_staff else _FOR_CUSTOMERS
    buttons = tuple(Button(turn.words(f"do_{intent}"), payload(intent)) for intent in abilities)
    key = "for_clerks" if turn.actor.is_staff else "for_customers"
    return turn.done(turn.say(key, buttons=buttons))
