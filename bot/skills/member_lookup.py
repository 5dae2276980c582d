"""Clerks find a member by what the member tells them: phone, card, order, or digits and a name."""

import re
from typing import Final

from bot.dialogue.cards import member_card
from bot.dialogue.skill import Audience, Outcome, Turn, skill
from bot.dialogue.state import Option
from crm_store.types.people import IdentityKind, MemberCard, MemberQuery

OFFERED = 6
_TITLE: Final = re.compile(
    r"^(?:mr|mrs|ms|miss|dr|madam|auntie|xiao)\b\.?\s*|"
    r"(?:女士|先生|小姐|太太|阿姨|大姐|姐|哥|总)$",
    re.IGNORECASE,
)
_NO_NAME: Final = re.compile(
    r"尾号|后四位|手机号?|电话|会员|顾客|客人|客户|资料|信息|档案|查询|查一?下|查|帮我|找一?下?|叫|姓|的|是|"
    r"[\s,，。.:：?？!！]+|\b(?:last (?:four|4)(?: digits)?|ending|ends|in|with|phone|number|"
    r"member|customer|find|search|look up|pull up|please|for|the|profile)\b",
    re.IGNORECASE,
)
_NAME: Final = re.compile(
    r"(?!.*[个这那谁什哪么您你我他她们人员卡单])[\u4e00-\u9fff]{1,4}|"
    r"[A-Z][a-z]+(?: [A-Z][a-z]+){0,2}"
)
_KEYS: Final = ("phone", "card_number", "order_number", "phone_tail", "person_name")


@skill("member_lookup", audience=Audience.CLERKS, slots=(*_KEYS, "member"))
async def member_lookup(turn: Turn) -> Outcome:
    """Show the one member who fits, let the clerk choose among several, or ask for more."""
    chosen = turn.slot("member")
    if chosen is not None and chosen.isdecimal() and chosen.isascii():
        return await _show(turn, int(chosen))
    query = _query(turn)
    if query == MemberQuery():
        return _ask_key(turn)
    if query == MemberQuery(phone_tail=query.phone_tail):
        kept = {**turn.slots, "phone_tail": query.phone_tail}
        return turn.ask("person_name", turn.say("ask_name"), slots=kept, free=True)
    async with turn.reading() as uow:
        found = await uow.members.search(query, limit=OFFERED + 1)
        cards = [await uow.members.card(one.id) for one in found[:OFFERED]]
    if len(found) == 1:
        return await _show(turn, found[0].id)
    if not found:
        return _none(turn, query)
    return _choose(turn, [card for card in cards if card is not None], more=len(found) > OFFERED)


def _query(turn: Turn) -> MemberQuery:
    name = turn.slot("person_name") or _name_said(turn)
    bare = _TITLE.sub("", name.strip()) if name else None
    return MemberQuery(
        phone=turn.slot("phone"),
        phone_tail=turn.slot("phone_tail"),
        name=bare or None,
        card_number=turn.slot("card_number"),
        order_number=turn.slot("order_number"),
    )


def _name_said(turn: Turn) -> str | None:
    """Return the name in "查下王芳" or "王芳 尾号5555": what is left when all else is taken out."""
    if turn.pressed:
        return None
    rest = turn.parse.text
    for entity in reversed(turn.parse.entities):
        rest = f"{rest[: entity.start]} {rest[entity.end :]}"
    found = _NAME.fullmatch(_NO_NAME.sub(" ", rest).strip())
    return found[0] if found else None


def _ask_key(turn: Turn) -> Outcome:
    key = "ask_key_again" if turn.asked_before else "ask_key"
    return turn.ask("person_name", turn.say(key), free=True)


async def _show(turn: Turn, member_id: int) -> Outcome:
    async with turn.reading() as uow:
        card = await uow.members.card(member_id)
    if card is None:
        return turn.done(turn.say("gone"))
    reply = turn.say("found", cards=(member_card(turn, card),), name=card.member.name)
    return turn.done(reply).remember(member_in_focus=card.member.id)


def _none(turn: Turn, query: MemberQuery) -> Outcome:
    tried = [
        turn.words(f"tried_{name}", value=value)
        for name, value in (
            ("phone", query.phone),
            ("card_number", query.card_number),
            ("order_number", query.order_number),
            ("phone_tail", query.phone_tail),
            ("name", query.name),
        )
        if value is not None
    ]
    return turn.ask("person_name", turn.say("none", tried=tried), slots={}, free=True)


def _choose(turn: Turn, cards: list[MemberCard], *, more: bool) -> Outcome:
    options = tuple(Option(_label(turn, card), str(card.member.id)) for card in cards)
    reply = turn.say("several", count=len(cards), more=more)
    return turn.choose("member", reply, options, slots={})


def _label(turn: Turn, card: MemberCard) -> str:
    phones = [one.masked for one in card.identities if one.kind is IdentityKind.PHONE]
    tier = turn.name_of("tiers", card.member.tier.value)
    return " ".join((turn.speaker.script(card.member.name), *phones[:1], tier))
