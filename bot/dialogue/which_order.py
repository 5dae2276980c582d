"""Finding the order that a message is about.

Customers whom the shop vouches for see their own orders. Everybody else opens one by its number
and the last four digits of its phone; whether a number is unknown, somebody else's or only the
digits are wrong gets one and the same answer.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.dialogue.cards import order_title
from bot.dialogue.correcting import NAMED, NOT_THIS
from bot.dialogue.effects import Effect, RememberOpenedOrder
from bot.dialogue.goods_named import lines_named, orders_named, with_goods_named
from bot.dialogue.human import offer_human
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.state import Option
from crm_store.types.handoffs import HandoffReason
from crm_store.types.orders import Order
from nlu.types import DateRange

SLOTS: Final = ("order_number", "phone_tail", "phone", NAMED)
"""Slots of every skill that asks `which_order`."""
LOOKED_AT = 20
OFFERED = 5
TRIES = 2
"""Failed pairs of number and digits before a human is offered."""
_TAIL = 4
_LATEST: Final = re.compile(
    r"最近(?:的)?(?:那|这)?(?:一)?[单笔次个]|最新|上一[单笔次]|刚(?:刚|才)?(?:买|下|拍)|"
    r"\b(?:latest|newest|most recent|last) (?:order|purchase|one)\b",
    re.IGNORECASE,
)
_BOUGHT: Final = re.compile(r"[单买订拍]|\b(?:order|bought|purchase|placed)", re.IGNORECASE)
"""Beside a day: it is the one on which something was bought."""


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """The order, and what has to be remembered about how it was found."""

    order: Order
    effects: tuple[Effect, ...] = ()


async def which_order(
    turn: Turn,
    *,
    about: Callable[[Order], bool] = lambda _: True,
    rather: Callable[[Order], bool] = lambda _: True,
    last_one: bool = False,
) -> FoundOrder | Outcome:
    """Return the order meant, or the question that leads to it.

    ``about`` tells which orders the skill is usually asked about: without a number they go first.
    Where there is none of them, the newest that is ``rather`` meant is taken. With ``last_one`` it
    is the order last spoken of, if it is one of those and nothing else is named.
    """
    number = _number(turn)
    turn = with_goods_named(turn)
    if number is not None:
        return await _by_number(turn, number)
    orders = _still_meant(turn, await _own_orders(turn))
    if not orders:
        return _ask_number(turn)
    named = await orders_named(turn, orders)
    meant = _bought_then(turn, named or orders)
    if _LATEST.search(turn.said):
        return FoundOrder(meant[0])
    usual = [order for order in meant if about(order)]
    if last_one and (spoken_of := _spoken_of(turn, usual)):
        return FoundOrder(spoken_of)
    some = meant if named or len(meant) < len(orders) else []
    candidates = usual or some or [next(filter(rather, orders), orders[0])]
    if len(candidates) == 1:
        return FoundOrder(candidates[0])
    return await _choose(turn, candidates[:OFFERED])


def _number(turn: Turn) -> str | None:
    """Return the number told; with the digits alone, that of the order last spoken of."""
    number = turn.slot("order_number")
    if number is None and _tail(turn) is not None:
        return turn.state.order_number
    return number


def _tail(turn: Turn) -> str | None:
    phone = turn.slot("phone_tail") or _phone(turn)
    digits = "".join(character for character in phone or "" if character.isdigit())
    return digits[-_TAIL:] if len(digits) >= _TAIL else None


def _phone(turn: Turn) -> str | None:
    """Return the phone told as a proof; the one that an order is to get proves nothing."""
    told = [str(one.value) for one in turn.entities("phone") if one.role != "new"]
    known = turn.slots.get("phone")
    phones = [str(known)] if known is not None else told
    return next((one for one in phones if one != turn.slots.get("phone_new")), None)


async def _own_orders(turn: Turn) -> list[Order]:
    """Return the member's orders and those opened in this conversation, newest first."""
    found: dict[str, Order] = {}
    async with turn.reading() as uow:
        for number in turn.conversation.opened_orders:
            order = await uow.orders.by_number(number)
            if order is not None:
                found[order.number] = order
        if turn.actor.member_id is not None:
            for order in await uow.orders.for_member(turn.actor.member_id, limit=LOOKED_AT):
                found[order.number] = order
    return sorted(found.values(), key=lambda order: order.placed_at, reverse=True)


def _still_meant(turn: Turn, orders: Sequence[Order]) -> list[Order]:
    """Return the orders without the one taken back, and on "the one before" those before it."""
    taken = next((order for order in orders if order.number == turn.slots.get(NOT_THIS)), None)
    if taken is None:
        return [*orders]
    before = _LATEST.search(turn.said) is not None
    return [
        order
        for order in orders
        if order is not taken and not (before and order.placed_at > taken.placed_at)
    ]


def _bought_then(turn: Turn, orders: Sequence[Order]) -> Sequence[Order]:
    """Return the orders of the day that the message names ("11月18号那单"); all without one."""
    days = [day for one in turn.entities("date") if isinstance(day := one.value, DateRange)]
    if not days or _BOUGHT.search(turn.said) is None:
        return orders
    zone = turn.services.phrasebook.time_zone
    then = [
        order
        for order in orders
        if any(day.start <= order.placed_at.astimezone(zone).date() <= day.end for day in days)
    ]
    return then or orders


def _spoken_of(turn: Turn, orders: Sequence[Order]) -> Order | None:
    """Return the order last spoken of, unless it is just being asked which."""
    asked = turn.state.question
    if asked is not None and (asked.skill, asked.slot) == (turn.skill, "order_number"):
        return None
    return next((order for order in orders if order.number == turn.state.order_number), None)


async def _by_number(turn: Turn, number: str) -> FoundOrder | Outcome:
    async with turn.reading() as uow:
        own = await uow.orders.by_number(number)
        if own is not None:
            return FoundOrder(own)
        tail = _tail(turn)
        opened = await uow.orders.open(number, tail) if tail is not None else None
    if opened is not None:
        return FoundOrder(opened, (RememberOpenedOrder(opened.number),))
    if tail is None:
        return _ask_tail(turn, number)
    return _not_matching(turn)


def _ask_number(turn: Turn) -> Outcome:
    if turn.asked_before >= TRIES:
        return _give_up(turn)
    key = "ask_number_again" if turn.asked_before else "ask_number"
    reply = turn.say(f"which_order.{key}", hint=_login_hint(turn))
    return turn.ask("order_number", reply, slots={**turn.slots, "phone_tail": _tail(turn)})


def _ask_tail(turn: Turn, number: str) -> Outcome:
    if turn.asked_before > TRIES:
        return _give_up(turn)
    reply = turn.say("which_order.ask_tail", number=number)
    kept = {**turn.slots, "order_number": number}
    return turn.ask("phone_tail", reply, slots=kept).remember(order_number=number)


def _not_matching(turn: Turn) -> Outcome:
    before = turn.slots.get("tries")
    tries = before + 1 if isinstance(before, int) else 1
    if tries >= TRIES:
        return _give_up(turn)
    reply = turn.say("which_order.not_matching", hint=_login_hint(turn))
    kept = {name: value for name, value in turn.slots.items() if name not in SLOTS}
    asking = turn.ask("order_number", reply, slots={**kept, "tries": tries})
    return asking.remember(order_number=None)


def _give_up(turn: Turn) -> Outcome:
    reply = turn.say("which_order.give_up", hint=_login_hint(turn))
    return offer_human(turn, reply, HandoffReason.NOT_UNDERSTOOD)


def _login_hint(turn: Turn) -> bool:
    """Whether logging in would help: on the shop's page, for whom is not logged in."""
    return turn.conversation.key.channel == "web" and turn.actor.member_id is None


async def _choose(turn: Turn, orders: Sequence[Order]) -> Outcome:
    named = await lines_named(turn, (line for order in orders for line in order.lines))
    options = tuple(Option(order_title(turn, order, named), order.number) for order in orders)
    asked = turn.state.question
    again = asked is not None and (asked.skill, asked.slot) == (turn.skill, "order_number")
    key = "choose" if not again else "choose_again" if turn.state.misunderstood else "choose_still"
    return turn.choose("order_number", turn.say(f"which_order.{key}", count=len(orders)), options)
