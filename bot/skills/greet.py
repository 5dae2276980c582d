"""Greeting: by name where the customer is known, with the ways to begin."""

from bot.dialogue.reply import Button, payload
from bot.dialogue.skill import Audience, Outcome, Turn, skill


@skill("greet", audience=Audience.EVERYBODY)
async def greet(turn: Turn) -> Outcome:
    """Say hello and show what people mostly come for."""
    name = await _name(turn)
    starts = _CLERK_STARTS if turn.actor.is_staff else _CUSTOMER_STARTS
    buttons = tuple(Button(turn.words(f"start_{intent}"), payload(intent)) for intent in starts)
    key = "hello_clerk" if turn.actor.is_staff else "hello"
    return turn.done(turn.say(key, buttons=buttons, name=name))


_CUSTOMER_STARTS = ("order_status", "recommend_product", "store_info", "points_balance")
_CLERK_STARTS = ("member_lookup", "stock_check", "search_product")


async def _name(turn: Turn) -> str | None:
    async with turn.reading() as uow:
        if turn.actor.staff_id is not None:
            staff = await uow.staff.get(turn.actor.staff_id)
            return staff.name if staff else None
        if turn.actor.member_id is not None:
            member = await uow.members.get(turn.actor.member_id)
            return member.name if member else None
    return None
