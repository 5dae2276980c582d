"""Clerks ask how many members of their shop are of some kind, and who they are."""

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from bot.dialogue.days import days_named, span_named, today
from bot.dialogue.reply import Button, Card, payload
from bot.dialogue.shops import Place, find_shop, place_of
from bot.dialogue.skill import Audience, Outcome, Turn, skill
from crm_store.types.care import Days, MemberLine, MembersWanted
from crm_store.types.people import Tier
from nlu.types import DateRange, PriceRange

SHOWN: Final = 10
OFFERED: Final = 4
"""Members who get a button of their own."""
LONG_AGO: Final = date(2000, 1, 1)
QUIET: Final = timedelta(days=90)
"""Without a purchase for so long, a member who came regularly is about to be lost."""
REGULAR: Final = 2
_BIRTHDAY: Final = re.compile(r"生日|寿星|\bbirthday", re.IGNORECASE)
_JOINED: Final = re.compile(
    r"新入会|入会|新办卡|办卡|新会员|\b(?:joined|new members?|signed up|enrol)", re.I
)
_LEAVING: Final = re.compile(
    r"流失|沉睡|沉默|唤醒|挽留|挽回|"
    r"\b(?:churn|at risk|about to leave|losing|dormant|lapsed|win back)",
    re.IGNORECASE,
)
_ABSENT: Final = re.compile(
    r"没(?:有)?(?:来|买|消费|到店|下单|光顾)|未(?:消费|到店)|不来|"
    r"\b(?:not (?:been|bought|seen)|haven'?t|hasn'?t|inactive|no purchase)",
    re.IGNORECASE,
)
_SPENDERS: Final = re.compile(
    r"消费最[高多]|花钱最?|高价值|大客户|重要价值|最有钱|vip客户|"
    r"\b(?:top|biggest|best|high.value|spend(?:s|ers?)?(?: the)? most|champions)",
    re.IGNORECASE,
)
_TIERS: Final = (
    (Tier.DIAMOND, re.compile(r"钻石|\bdiamond", re.IGNORECASE)),
    (Tier.GOLD, re.compile(r"金卡|\bgold", re.IGNORECASE)),
    (Tier.SILVER, re.compile(r"银卡|\bsilver", re.IGNORECASE)),
    (Tier.REGULAR, re.compile(r"普卡|普通会员|\bregular members?", re.IGNORECASE)),
)


@skill(
    "segment_query",
    audience=Audience.CLERKS,
    slots=("date", "duration", "price", "tier", "store", "city"),
)
async def segment_query(turn: Turn) -> Outcome:
    """Say how many fit what was understood of the question, and list the first."""
    async with turn.reading() as uow:
        shops = await uow.catalog.shops()
        place = place_of(turn, shops)
        own = find_shop(turn.actor.store_id, shops)
        if not place.named and own is not None:
            place = Place(own, own.city, (own,))
        wanted, words = _wanted(turn)
        if place.shop is None and place.named:
            return turn.done(
                turn.say("which_store", shops=[turn.local(s.name) for s in place.shops])
            )
        if own is not None and place.shop is not None and place.shop.id != own.id:
            return turn.done(turn.say("other_store", shop=turn.local(own.name)))
        shop = place.shop
        found = await uow.care.find(
            replace(wanted, store_id=shop.id if shop else None), limit=SHOWN
        )
    if shop is not None:
        words.insert(0, turn.local(shop.name))
    reply = turn.say(
        "found",
        cards=(_card(turn, found.members),) if found.members else (),
        buttons=_buttons(turn, found.members),
        words=words,
        count=found.count,
        more=found.count > len(found.members),
        shown=len(found.members),
        by_spending=wanted.most_spent_first,
    )
    return turn.done(reply)


def _wanted(turn: Turn) -> tuple[MembersWanted, list[str]]:
    """Return the conditions, and how they are printed."""
    said, words = turn.said, []
    tiers = frozenset(tier for tier, pattern in _TIERS if pattern.search(said))
    words += [turn.name_of("tiers", tier.value) for tier in Tier if tier in tiers]
    wanted = MembersWanted(tiers=tiers, most_spent_first=bool(_SPENDERS.search(said)))
    days = _days(turn)
    if _BIRTHDAY.search(said):
        days = days or _this_month(turn)
        wanted = replace(wanted, birthday=Days(days.start, days.end))
        words.append(turn.words("birthday", days=days))
    elif _JOINED.search(said):
        days = days or _this_month(turn)
        wanted = replace(wanted, joined=Days(days.start, days.end))
        words.append(turn.words("joined", days=days))
    elif _LEAVING.search(said) or _ABSENT.search(said):
        span = span_named(turn) or QUIET
        wanted = replace(wanted, bought=Days(LONG_AGO, today(turn) - span), least_orders=REGULAR)
        words.append(turn.words("quiet", days=span.days, orders=REGULAR))
    elif days is not None:
        wanted = replace(wanted, bought=Days(days.start, days.end))
        words.append(turn.words("bought", days=days))
    price = turn.value("price")
    if isinstance(price, PriceRange) and price.min is not None:
        wanted = replace(wanted, spent_from=int(price.min), most_spent_first=True)
        words.append(turn.words("spent", amount=Decimal(int(price.min))))
    return wanted, words


def _days(turn: Turn) -> DateRange | None:
    if (days := days_named(turn)) is not None:
        return days
    span = span_named(turn)
    return DateRange(today(turn) - span, today(turn)) if span else None


def _this_month(turn: Turn) -> DateRange:
    first = today(turn).replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return DateRange(first, following - timedelta(days=1))


def _card(turn: Turn, members: tuple[MemberLine, ...]) -> Card:
    facts = [
        turn.words("member", one=one, tier=turn.name_of("tiers", one.tier.value)) for one in members
    ]
    return Card(title=turn.words("list"), facts=tuple(facts), icon="member")


def _buttons(turn: Turn, members: tuple[MemberLine, ...]) -> tuple[Button, ...]:
    return tuple(
        Button(turn.speaker.script(one.name), payload("member_lookup", {"member": str(one.id)}))
        for one in members[:OFFERED]
    )
