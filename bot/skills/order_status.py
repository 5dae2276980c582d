"""Where an order is: its parcels' track, told honestly, delays included."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.dialogue import which_order
from bot.dialogue.cards import order_card
from bot.dialogue.human import human_button, offer_human
from bot.dialogue.levels import Proof
from bot.dialogue.reply import Reply
from bot.dialogue.skill import Outcome, Turn, skill
from bot.dialogue.telling_news import offering_news
from crm_store.types.handoffs import HandoffReason
from crm_store.types.orders import Order, OrderState, Shipment, ShipmentState

_ON_ITS_WAY: Final = {OrderState.PAID, OrderState.PACKED, OrderState.SHIPPED}
_ARRIVED: Final = {OrderState.DELIVERED, OrderState.COMPLETED}
_WRONG: Final = {"exception", "late", "slow_to_ship", "not_received"}
"""Situations that a human may have to settle."""
_SIGNED_FOR: Final = re.compile(
    r"签收|\b(?:says?|marked|shows?|as) (?:it (?:was|is) )?(?:delivered|signed)", re.I
)
SLOW_TO_SHIP: Final = timedelta(days=3)
"""Paid for longer than this and still not sent counts as late."""
_NOT_RECEIVED: Final = re.compile(
    r"没(?:有)?(?:收到|拿到|见到|看到|签收)|未收到|根本没|压根没|哪有|不是我签|谁签|门卫说没有|"
    r"(?:not|n't|never|haven't|didn't) (?:\w+ )?(?:received?|get|got|arrived?|here|seen)|"
    r"nothing (?:here|on|at|in)|nobody|no one|no sign|who signed",
    re.IGNORECASE,
)


@skill("order_status", slots=which_order.SLOTS, proof=Proof.ORDER, ruled=True)
async def order_status(turn: Turn) -> Outcome:
    """Find the order meant and tell where it is; offer a human when something is wrong."""
    usual = _ARRIVED if _SIGNED_FOR.search(turn.said) else _ON_ITS_WAY
    found = await which_order.which_order(
        turn,
        about=lambda order: order.state in usual,
        rather=lambda order: bool(order.shipments),
        last_one=True,
    )
    if isinstance(found, Outcome):
        return found
    told = _told(turn, found.order)
    if found.order.state in _ON_ITS_WAY:
        told = await offering_news(turn, told)
    return replace(told, effects=found.effects).remember(order_number=found.order.number)


def _told(turn: Turn, order: Order) -> Outcome:
    key = _situation(turn, order)
    reply = turn.say(
        key,
        cards=(order_card(turn, order),),
        order=order,
        parcel=_parcel(order),
        days=_days_late(turn, order),
    )
    if key in _WRONG:
        asking = Reply(reply.text + turn.words("offer"), reply.cards)
        return offer_human(turn, asking, HandoffReason.ASKED)
    if key == "delivered":
        about = human_button(turn, HandoffReason.ASKED, turn.skill)
        button = replace(about, title=turn.words("not_received_button"))
        reply = replace(reply, buttons=(button,))
    return turn.done(reply)


def _situation(turn: Turn, order: Order) -> str:
    """Return the template that tells how it stands."""
    parcel = _parcel(order)
    if parcel is not None and parcel.state is ShipmentState.EXCEPTION:
        return "exception"
    if order.state in _ARRIVED:
        return _arrived(turn, order)
    late = _days_late(turn, order) > 0
    if order.state is OrderState.SHIPPED:
        out = parcel is not None and parcel.state is ShipmentState.OUT_FOR_DELIVERY
        return "late" if late else "out_for_delivery" if out else "shipped"
    if order.state in _ON_ITS_WAY:
        return "slow_to_ship" if late else "to_collect" if order.store_id else "not_shipped"
    return order.state.value


def _arrived(turn: Turn, order: Order) -> str:
    if not order.shipments:
        return "bought_in_shop" if order.channel == "pos" else "collected"
    return "not_received" if _NOT_RECEIVED.search(turn.said) else "delivered"


def _parcel(order: Order) -> Shipment | None:
    """Return the parcel to speak of: the one that is still under way, else the last."""
    under_way = [one for one in order.shipments if one.state is not ShipmentState.DELIVERED]
    return next(iter(under_way or reversed(order.shipments)), None)


def _days_late(turn: Turn, order: Order) -> int:
    """Return how many days an order is behind; 0 when it is not."""
    parcel = _parcel(order)
    today = _today(turn)
    if order.state is OrderState.SHIPPED and parcel is not None and parcel.expected_on:
        return max(0, (today - parcel.expected_on).days)
    waiting = turn.now - order.placed_at
    not_sent = order.state in (OrderState.PAID, OrderState.PACKED) and order.store_id is None
    return waiting.days if not_sent and waiting > SLOW_TO_SHIP else 0


def _today(turn: Turn) -> date:
    zone: ZoneInfo = turn.services.phrasebook.time_zone
    now: datetime = turn.now
    return now.astimezone(zone).date()
