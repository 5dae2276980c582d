"""Clerks find a member by what the member tells them: phone, card, order, or digits and a name."""

import re
from typing import Final

from bot.dialogue.cards import member_card
from bot.dialogue.serving import SLOTS, choose_member, find, none_found, query_of
from bot.dialogue.skill import Audience, Outcome, Turn, skill
from crm_store.types.people import MemberCard, MemberQuery

_NO_NAME: Final = re.compile(
    r"尾号|后四位|手机号?|电话|会员|顾客|客人|客户|资料|信息|档案|查询|查一?下?|查|帮我|找一?下?|叫|姓|的|是|"
    r"[\s,，。.:：?？!！]+|\b(?:last (?:four|4)(?: digits)?|ending|ends|in|with|phone|number|"
    r"member|customer|find|search|look up|pull up|please|for|the|profile)\b",
    re.IGNORECASE,
)
_NAME: Final = re.compile(
    r"(?!.*[个这那谁什哪么您你我他她们人员卡单])[\u4e00-\u9fff]{1,4}|"
    r"[A-Z][a-z]+(?: [A-Z][a-z]+){0,2}"
)


@skill("member_lookup", audience=Audience.CLERKS, slots=SLOTS)
async def member_lookup(turn: Turn) -> Outcome:
    """Show the one member who fits, let the clerk choose among several, or ask for more."""
    chosen = turn.slot("member")
    if chosen is not None and chosen.isdecimal() and chosen.isascii():
        return await _show_chosen(turn, int(chosen))
    query = query_of(turn, _name_said(turn))
    if query == MemberQuery():
        return _ask_key(turn)
    if query == MemberQuery(phone_tail=query.phone_tail):
        kept = {**turn.slots, "phone_tail": query.phone_tail}
        return turn.ask("person_name", turn.say("ask_name"), slots=kept, free=True)
    found = await find(turn, query)
    if len(found) == 1:
        return _show(turn, found[0])
    return choose_member(turn, found) if found else none_found(turn, query)


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
    key = "serving.ask_again" if turn.asked_before else "serving.ask"
    return turn.ask("person_name", turn.say(key), free=True)


async def _show_chosen(turn: Turn, member_id: int) -> Outcome:
    async with turn.reading() as uow:
        card = await uow.members.card(member_id)
    return turn.done(turn.say("serving.gone")) if card is None else _show(turn, card)


def _show(turn: Turn, card: MemberCard) -> Outcome:
    reply = turn.say("found", cards=(member_card(turn, card),), name=card.member.name)
    return turn.done(reply).remember(member_in_focus=card.member.id)
