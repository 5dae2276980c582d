"""Which member a clerk speaks of: named by a number or a name, else the one they are serving.

Skills for clerks ask `served`; it shows the choice where several fit, and asks where nobody does.
Its words are in ``serving.yml``.
"""

import re
from collections.abc import Mapping
from typing import Final

from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.state import Option
from crm_store.types.conversations import JSON
from crm_store.types.people import IdentityKind, MemberCard, MemberQuery
from nlu.types import value_to_json

KEYS: Final = ("phone", "card_number", "order_number", "phone_tail", "person_name")
"""What a member is found by."""
MEMBER: Final = "member"
"""The slot of the member chosen among several."""
SLOTS: Final = (*KEYS, MEMBER)
OFFERED: Final = 6
_TITLE: Final = re.compile(
    r"^(?:mr|mrs|ms|miss|dr|madam|auntie|xiao)\b\.?\s*|"
    r"(?:女士|先生|小姐|太太|阿姨|大姐|姐|哥|总)$",
    re.IGNORECASE,
)


def query_of(turn: Turn, name: str | None = None) -> MemberQuery:
    """Return what the message and the answers before it say about a member."""
    name = turn.slot("person_name") or name
    bare = _TITLE.sub("", name.strip()) if name else None
    return MemberQuery(
        phone=turn.slot("phone"),
        phone_tail=turn.slot("phone_tail"),
        name=bare or None,
        card_number=turn.slot("card_number"),
        order_number=turn.slot("order_number"),
    )


async def served(
    turn: Turn, kept: Mapping[str, JSON] | None = None, *, about_names: bool = False
) -> MemberCard | Outcome:
    """Return the card of the member meant, or the question that has to be answered first.

    ``kept`` is what the message says besides, to be had again with the answer. Where the words may
    be ``about_names`` ("她老公姓王"), a name that is nobody's leaves the member who is served.
    """
    chosen = turn.slot(MEMBER)
    if chosen is not None and chosen.isdecimal() and chosen.isascii():
        return await _card(turn, int(chosen)) or _gone(turn)
    query = query_of(turn)
    focus = turn.state.member_in_focus
    known = await _card(turn, focus) if focus is not None else None
    if query == MemberQuery() or _is_named(known, query):
        return known or _ask(turn, kept)
    found = await find(turn, query)
    if len(found) == 1:
        return found[0]
    if not found and known is not None and about_names and _only_name(query):
        return known
    if not found:
        return none_found(turn, query, kept)
    return choose_member(turn, found, kept)


async def find(turn: Turn, query: MemberQuery) -> list[MemberCard]:
    """Return the cards of who fits: one more than can be offered where there are more."""
    async with turn.reading() as uow:
        found = await uow.members.search(query, limit=OFFERED + 1)
        cards = [await uow.members.card(one.id) for one in found]
    return [card for card in cards if card is not None]


def choose_member(
    turn: Turn, found: list[MemberCard], kept: Mapping[str, JSON] | None = None
) -> Outcome:
    """Ask which of several is meant."""
    shown = found[:OFFERED]
    options = tuple(Option(_label(turn, card), str(card.member.id)) for card in shown)
    reply = turn.say("serving.several", count=len(shown), more=len(found) > OFFERED)
    return turn.choose(MEMBER, reply, options, slots=dict(kept or {}))


def none_found(turn: Turn, query: MemberQuery, kept: Mapping[str, JSON] | None = None) -> Outcome:
    """Say by what nobody was found, and ask for another key."""
    tried = [
        turn.words(f"serving.tried_{name}", value=value)
        for name, value in (
            ("phone", query.phone),
            ("card_number", query.card_number),
            ("order_number", query.order_number),
            ("phone_tail", query.phone_tail),
            ("name", query.name),
        )
        if value is not None
    ]
    reply = turn.say("serving.none", tried=tried)
    return turn.ask("person_name", reply, slots=dict(kept or {}), free=True)


def heard(turn: Turn, *names: str) -> dict[str, JSON]:
    """Return what was told of some slots, to be kept while the member is asked for."""
    values = {name: turn.value(name) for name in names}
    return {name: value_to_json(value) for name, value in values.items() if value is not None}


async def _card(turn: Turn, member_id: int) -> MemberCard | None:
    async with turn.reading() as uow:
        return await uow.members.card(member_id)


def _ask(turn: Turn, kept: Mapping[str, JSON] | None) -> Outcome:
    key = "serving.ask_again" if turn.asked_before else "serving.ask"
    return turn.ask("person_name", turn.say(key), slots=dict(kept or {}), free=True)


def _gone(turn: Turn) -> Outcome:
    return turn.done(turn.say("serving.gone")).remember(member_in_focus=None)


def _only_name(query: MemberQuery) -> bool:
    return query == MemberQuery(name=query.name)


def _is_named(known: MemberCard | None, query: MemberQuery) -> bool:
    """Whether the member who is served is called so ("张女士" for 张伟)."""
    name = (query.name or "").casefold()
    return known is not None and _only_name(query) and name in known.member.name.casefold()


def _label(turn: Turn, card: MemberCard) -> str:
    phones = [one.masked for one in card.identities if one.kind is IdentityKind.PHONE]
    tier = turn.name_of("tiers", card.member.tier.value)
    return " ".join((turn.speaker.script(card.member.name), *phones[:1], tier))
