"""Which of two values is the one to leave and which the one wanted.

Sizes and colours go `from` and `to`, addresses are `old` and `new`, and so are phones where two
stand together.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from nlu.types import Entity


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_MAX_GAP: Final = 16
_ARTICLE: Final = r"(?:an? |the )?(?:size )?"
_NEAR: Final = 80
"""Characters."""
_PAIR: Final = 2

_DOES_NOT_FIT: Final = _words(
    r"[码号]?(?:的|是|有点|实在|也)*\s*(?:穿不下|穿不上|太小|太大|小了|大了|偏|挤|紧|松)"
    r"|\s*(?:is|was|are|feels?|runs?)?\s*(?:a bit |way )?too\b"
)
_FITTED_BADLY: Final = _words(
    r"太小|太大|小了|大了|偏小|偏大|\btoo (?:small|big|tight|large|loose)\b"
)
_CONNECTOR: Final = _words(r"换|改|(?<!收)(?<!买)到|→|->|➡|\bto\b|\binto\b")
_EXCHANGED_FOR: Final = _words(r"\b(?:for|with)\b")
_STRAIGHT_FOR: Final = _words(r" for (?:an? |the )?size ")
_EXCHANGE: Final = _words(r"\b(?:exchang|swap|chang|replac|trad(?:e|ing)|switch)")
_TO_BEFORE: Final = _words(
    r"(?:(?:换|改|调)(?:成|为|到|个|一?件|一?双|条)?\s*"
    r"|\b(?:exchange|swap|change|switch|replace)\b.*\b(?:to|for|into|with) "
    rf"{_ARTICLE})$"
)
_WISHED_BEFORE: Final = _words(
    r"(?:\b(?:rather(?: have)?|prefer|like|want|need|(?:could|can|may) i (?:get|have)|i could get|"
    rf"send(?: me)?) {_ARTICLE}|我?想?要的?是?)$"
)
_FROM_BEFORE: Final = _words(
    r"(?:从|由|把|将|不要|不想要|别要|别发|\bfrom (?:an? |the )?(?:size )?"
    rf"|\b(?:don'?t|do not) (?:want|need|send(?: me)?) {_ARTICLE})\s*$"
)
_GIVEN_UP_BEHIND: Final = _words(r"\s*色?的?(?:那?[件双条个])?(?:换掉|换走|退掉|不要了)")
_INSTEAD: Final = _words(rf"\b(?:instead of|rather than) {_ARTICLE}$|而不是\s*$")
_OVER: Final = _words(
    rf"\s*(?:ones?|的)?[,，]?\s*(?:(?:\bover\b|\bthan\b|\bnot\b) ?{_ARTICLE}|不要|别要|不想要)"
)
_NOT_BEFORE: Final = _words(r"(?:\bnot (?:an? |the )?(?:size )?|不要|不想要|别发|别要)$")
_GOT_BEFORE: Final = _words(
    r"(?:\b(?:ordered|bought|asked for|paid for)|[买订拍]的?是?)[^，,.。]{0,12}$"
)
_MADE_BEFORE: Final = _words(r"\b(?:make|turn|change)\b[^.,]{0,20}$")
_MADE_BETWEEN: Final = _words(r" (?:ones? |in )?")

_SENDING: Final = r"(?:寄|发|送|投|放|写)(?:到|去|往|给)?"
_OLD_BEFORE: Final = _words(
    r"(?:从|由|原来|原先|旧|以前|之前|\bfrom |\bold (?:one|address|number|phone)|\bused to |\bwas )"
    r"(?:[^，。,.搬改换到]{0,8})?\s*$"
    rf"|(?:别|不要|不用|不|勿)(?:再)?(?:给我)?(?:{_SENDING}|往|是)\s*$"
    r"|\b(?:don'?t|do not|stop|no longer|never) (?:send|ship|deliver|post|mail|use|live|bring)"
    r"(?:ing)?(?: [a-z']+){0,3} ?$|\bnot (?:to |at )?$|\binstead of (?:to )?$"
)
_OLD_BEHIND: Final = _words(
    r"\s*(?:这个|那个|那边|的)?(?:地址|号码?|手机|电话)?(?:我?已经|都)?(?:不住|不用|不在|停用|停机|注销|作废|退租|"
    r"搬走|丢了|没用|是?旧的|是?以前|错了|不对)"
    r"|\s*(?:is|was)?\s*(?:gone|dead|old|wrong|lost|no longer|not in use|out of use|disconnected|"
    r"cancelled)\b|\s*(?:isn'?t|doesn'?t work|any ?more)\b"
)
_NEW_BEFORE: Final = _words(
    r"(?:到|成|为|去|寄|送|往|改|换|做|应该是|应为|新(?:地址|号码?|手机号?|电话|的)[\s:：是为]*"
    r"|\b(?:to|use|sh\w+ be|now(?: live)?(?: at)?|new (?:address|one|number|phone)(?: is)?:?)) ?$"
)
_TOLD_TO_SEND: Final = _words(
    r"寄|送|发到|改|换|搬|地址|收货|\b(?:add?ress|deliver|ship|send|post|leave|move|use|new)"
)


@dataclass(frozen=True, slots=True)
class _Roles:
    """The two roles of a kind: what is left, and what is wanted."""

    left: str
    wanted: str

    def other(self, role: str) -> str:
        return self.left if role == self.wanted else self.wanted


_CHANGED: Final = _Roles("from", "to")
_MOVED: Final = _Roles("old", "new")


def with_roles(text: str, entities: list[Entity]) -> list[Entity]:
    """`entities`, in order of position, with the roles that the sentence tells."""
    result = list(entities)
    for kind, roles_of in (
        ("size", _changes),
        ("colour", _changes),
        ("address", _addresses),
        ("phone", _phones),
    ):
        places = [i for i, entity in enumerate(result) if entity.entity == kind]
        for place, role in roles_of(text, [result[i] for i in places]).items():
            result[places[place]] = replace(result[places[place]], role=role)
    return result


def _changes(text: str, entities: list[Entity]) -> Mapping[int, str]:
    for i, (first, second) in enumerate(pairwise(entities)):
        wanted = _wanted_of(text, first, second)
        if wanted is not None:
            return {i: _CHANGED.other(wanted), i + 1: wanted}
    if len(entities) == 1 and _FITTED_BADLY.search(text, 0, entities[0].start):
        return {0: "to"}
    alone = {i: role for i, one in enumerate(entities) if (role := _changed(text, one))}
    return _with_opposite(alone, entities, _CHANGED)


def _wanted_of(text: str, first: Entity, second: Entity) -> str | None:
    """The role of the second of two neighbours, where the words around them tell both."""
    between, before = text[first.end : second.start], _before(text, first)
    near = len(between) <= _MAX_GAP
    if first.value == second.value:
        return None
    if _DOES_NOT_FIT.match(text, first.end) or _is_turned_into(before, between, near):
        return "to"
    if _is_preferred(before, between):
        return "from"
    connected = near and _is_connected(text, between)
    wished = _is_wished(text, second) and not _is_wished(text, first)
    return "to" if connected or wished else None


def _is_turned_into(before: str, between: str, near: bool) -> bool:
    """ "make the black one grey", "not black but grey"."""
    made = _MADE_BETWEEN.fullmatch(between) and _MADE_BEFORE.search(before)
    return bool(made or (near and _NOT_BEFORE.search(before)))


def _is_preferred(before: str, between: str) -> bool:
    """ "blue over pink", "red, not blue", but not "ordered red not blue"."""
    if len(between) <= _MAX_GAP * 2 and _INSTEAD.search(between):
        return True
    return bool(_OVER.fullmatch(between) and not _GOT_BEFORE.search(before))


def _before(text: str, entity: Entity) -> str:
    """The words before an entity, as many as a pattern may look at."""
    return text[max(0, entity.start - _NEAR) : entity.start]


def _is_wished(text: str, entity: Entity) -> bool:
    return _WISHED_BEFORE.search(_before(text, entity)) is not None


def _is_connected(text: str, between: str) -> bool:
    if _CONNECTOR.search(between) or _STRAIGHT_FOR.fullmatch(between):
        return True
    return bool(_EXCHANGED_FOR.search(between) and _EXCHANGE.search(text))


def _changed(text: str, entity: Entity) -> str | None:
    before = _before(text, entity)
    if _DOES_NOT_FIT.match(text, entity.end) or _GIVEN_UP_BEHIND.match(text, entity.end):
        return "from"
    if _TO_BEFORE.search(before):
        return "to"
    return "from" if _FROM_BEFORE.search(before) or _INSTEAD.search(before) else None


def _addresses(text: str, entities: list[Entity]) -> Mapping[int, str]:
    told = {i: role for i, one in enumerate(entities) if (role := _moved(text, one))}
    roles = _with_opposite(told, entities, _MOVED)
    if roles or len(entities) != 1:
        return roles
    [address] = entities
    around = text[: address.start] + text[address.end :]
    return {0: "new"} if _TOLD_TO_SEND.search(around) else {}


def _phones(text: str, entities: list[Entity]) -> Mapping[int, str]:
    if len(entities) != _PAIR:
        return {}
    told = {i: role for i, one in enumerate(entities) if (role := _moved(text, one))}
    return _with_opposite(told, entities, _MOVED)


def _moved(text: str, entity: Entity) -> str | None:
    before = _before(text, entity)
    if _OLD_BEFORE.search(before) or _OLD_BEHIND.match(text, entity.end):
        return "old"
    return "new" if _NEW_BEFORE.search(before) else None


def _with_opposite(
    told: Mapping[int, str], entities: list[Entity], roles: _Roles
) -> Mapping[int, str]:
    """`told`, and of two values the other one in the other role."""
    if len(entities) != _PAIR or len(told) != 1 or entities[0].value == entities[1].value:
        return told
    [(place, role)] = told.items()
    return {place: role, 1 - place: roles.other(role)}
