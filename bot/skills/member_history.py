"""Clerks see what a member bought, sent back and complained about, newest first."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final

from bot.dialogue.days import days_named, span_named, today
from bot.dialogue.reply import Button, Card, payload
from bot.dialogue.serving import SLOTS, heard, served
from bot.dialogue.skill import Audience, Outcome, Turn, skill
from crm_store.types.orders import Order
from crm_store.types.people import MemberCard
from crm_store.types.timeline import TimelineEntry, TimelineFilter, TimelineKind
from nlu.types import DateRange

SHOWN: Final = 8
ORDERS_READ: Final = 200
_SENT_BACK: Final = re.compile(
    r"退|换货|退换|\b(?:return|exchang|refund|sen[dt] back|send.* back)", re.IGNORECASE
)
_COMPLAINED: Final = re.compile(r"投诉|抱怨|\bcomplain", re.IGNORECASE)
_ASKED: Final = ("date", "duration", "category", "product", "about")


@skill("member_history", audience=Audience.CLERKS, slots=(*SLOTS, *_ASKED))
async def member_history(turn: Turn) -> Outcome:
    """Show the purchases, or what went wrong with them where that is asked."""
    about = turn.slot("about") or _about(turn.said)
    member = await served(turn, {**heard(turn, "category", "product"), "about": about})
    if isinstance(member, Outcome):
        return member
    days = _days(turn)
    if about == "orders":
        outcome = await _purchases(turn, member, days)
    else:
        outcome = await _cases(turn, member, about, days)
    return outcome.remember(member_in_focus=member.member.id)


def _about(words: str) -> str:
    if _COMPLAINED.search(words):
        return "complaints"
    return "returns" if _SENT_BACK.search(words) else "orders"


def _days(turn: Turn) -> DateRange | None:
    """Return the days that are asked for; a length of time ends today."""
    span = span_named(turn)
    return DateRange(today(turn) - span, today(turn)) if span else days_named(turn)


async def _purchases(turn: Turn, member: MemberCard, days: DateRange | None) -> Outcome:
    async with turn.reading() as uow:
        orders = await uow.orders.for_member(member.member.id, limit=ORDERS_READ)
        orders = [one for one in orders if days is None or _within(turn, one.placed_at, days)]
        wanted, name = turn.slot("product"), turn.slot("category")
        if wanted or name:
            ids = {line.product_id for one in orders for line in one.lines if line.product_id}
            products = await uow.catalog.products(sorted(ids))
            kept = {p.id for p in products if p.id == wanted or (not wanted and p.category == name)}
            orders = [one for one in orders if any(line.product_id in kept for line in one.lines)]
        shops = {shop.id: turn.local(shop.name) for shop in await uow.catalog.shops()}
    if not orders:
        key = "none_such" if (wanted or name or days) and member.order_count else "none"
        return turn.done(turn.say(key, name=member.member.name, card=member))
    last = turn.now - orders[0].placed_at
    reply = turn.say(
        "orders",
        cards=(_card(turn, member, [_order(turn, one, shops) for one in orders[:SHOWN]]),),
        buttons=_next(turn, member),
        name=member.member.name,
        count=len(orders),
        narrowed=bool(wanted or name or days),
        card=member,
        days=last.days,
        more=len(orders) > SHOWN,
        shown=SHOWN,
    )
    return turn.done(reply)


async def _cases(turn: Turn, member: MemberCard, about: str, days: DateRange | None) -> Outcome:
    kind = TimelineKind.COMPLAINT if about == "complaints" else TimelineKind.RETURN
    since, until = _bounds(turn, days) if days else (None, None)
    async with turn.reading() as uow:
        page = await uow.timelines.page(
            member.member.id,
            TimelineFilter(frozenset({kind}), since=since, until=until),
            limit=SHOWN,
        )
    if not page.entries:
        return turn.done(turn.say(f"no_{about}", name=member.member.name))
    card = _card(turn, member, [_case(turn, one) for one in page.entries])
    more = page.next is not None
    reply = turn.say(
        about, cards=(card,), name=member.member.name, count=len(page.entries), more=more
    )
    return turn.done(reply)


def _card(turn: Turn, member: MemberCard, facts: Sequence[str]) -> Card:
    tier = turn.name_of("tiers", member.member.tier.value)
    name = turn.speaker.script(member.member.name)
    return Card(title=name, subtitle=tier, facts=tuple(facts), icon="member")


def _order(turn: Turn, order: Order, shops: dict[str, str]) -> str:
    items = [f"{turn.local(line.name)} ×{line.quantity}" for line in order.lines]
    return turn.words(
        "order",
        order=order,
        place=shops.get(order.store_id or "") or turn.words("online"),
        items=turn.words("cards.list", items=items),
        state=turn.name_of("order_states", order.state.value),
    )


def _case(turn: Turn, entry: TimelineEntry) -> str:
    kind = str(entry.detail.get("kind", "")) or entry.kind.value
    return turn.words("case", at=entry.at, kind=turn.words(f"kind_{kind}"), entry=entry)


def _next(turn: Turn, member: MemberCard) -> tuple[Button, ...]:
    chosen = {"member": str(member.member.id)}
    return (Button(turn.words("offer"), payload("next_best_offer", chosen)),)


def _bounds(turn: Turn, days: DateRange) -> tuple[datetime, datetime]:
    zone = turn.services.phrasebook.time_zone
    first = datetime.combine(days.start, time(), zone)
    last = datetime.combine(days.end + timedelta(days=1), time(), zone)
    return first.astimezone(UTC), last.astimezone(UTC)


def _within(turn: Turn, at: datetime, days: DateRange) -> bool:
    first, last = _bounds(turn, days)
    return first <= at < last
