"""Short answers, read in the light of the question: "三", "8899", "M", "黑的", "张伟".

Alone such words say little; after "how many?" three is a quantity. Only a message that is nothing
but the answer, with the small words people put around one, is read this way.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from nlu.entities.attributes import letter_size
from nlu.entities.dates import calendar
from nlu.entities.numbers import ARABIC, CHINESE, ENGLISH, NUMBER, parse_number
from nlu.types import DateRange, Entity, EntityValue, PriceRange

_LEAD: Final = (
    r"(?:嗯+|哦|噢|额|好的?|那就?|就|是|我?要|选|换成?|改成?|来|大概|应该|可能|我(?:是|叫|姓)|叫|"
    r"(?:it'?s|its|it is|i'?m|this is|my name is|make it|just|about|maybe|i think|"
    r"i'?ll take|(?:in )?size|the|an?|uh+|um+|ok(?:ay)?|yes|yeah)(?![a-z]))"
)
_TAIL: Final = r"(?:吧|呀|啊|哦|呢|的|了|哈|谢谢|please|pls|thanks|thx|thank you|one)"
_BARE: Final = re.compile(
    rf"(?:{_LEAD}[\s,，、:：]*)*(?P<core>.+?)(?:[\s,，。.!！~～]*{_TAIL}?)*", re.IGNORECASE
)
_MEASURE: Final = r"(?:[个件双条只瓶盒包套支台袋罐箱张把对份顶块片本副枚提桶盏组]|pcs|pieces?)?"
_SIZE: Final = (
    r"[2-6]?XL|X{0,4}L|X{0,3}S|M|\d{2,3}(?:\.5)?|small|medium|(?:extra )?large|[大中小](?=$|[码号])"
)
_LONGEST: Final = 40

Reader = Callable[[re.Match[str], date], EntityValue | None]


def _whole_number(match: re.Match[str], _: date) -> int | None:
    number = parse_number(match["n"])
    return int(number) if number == number.to_integral_value() and number > 0 else None


def _code(prefix: str) -> Reader:
    return lambda match, _: prefix + re.sub(r"[\s-]", "", match["n"])


def _written(match: re.Match[str], _: date) -> str:
    return match["n"]


def _upper(match: re.Match[str], _: date) -> str:
    return match["n"].upper()


def _size(match: re.Match[str], _: date) -> str:
    return letter_size(match["n"])


def _price(match: re.Match[str], _: date) -> PriceRange:
    amount = parse_number(match["n"])
    return PriceRange(amount, amount)


def _day(match: re.Match[str], today: date) -> DateRange | None:
    return calendar.coming_day(today, int(parse_number(match["n"])))


_READERS: Final[dict[str, tuple[re.Pattern[str], Reader]]] = {
    kind: (re.compile(pattern, re.IGNORECASE), reader)
    for kind, pattern, reader in (
        ("quantity", rf"(?P<n>\d{{1,4}}|{CHINESE}|{ENGLISH}) ?{_MEASURE}", _whole_number),
        ("phone_tail", r"(?P<n>\d{4})", _written),
        ("verification_code", r"(?P<n>\d(?:[ -]?\d){3,7})", _code("")),
        ("order_number", r"(?P<n>\d(?:[ -]?\d){9})", _code("HK")),
        ("card_number", r"(?P<n>\d(?:[ -]?\d){7})", _code("VIP")),
        (
            "size",
            rf"(?P<n>{_SIZE}) ?(?:码|号)?",
            _size,
        ),
        ("coupon_code", r"(?P<n>(?=[a-z-]*\d)[a-z\d-]{4,20})", _upper),
        ("price", rf"(?P<n>{NUMBER}|{ARABIC}|{ENGLISH})", _price),
        (
            "date",
            r"(?:the )?(?P<n>\d{1,2}|[一二三]?十?[一二三四五六七八九十])(?:st|nd|rd|th|[号日])?",
            _day,
        ),
        (
            "person_name",
            r"(?P<n>[\u4e00-\u9fff·]{2,6}|[a-z][a-z'’-]+(?: [a-z][a-z'’-]+){0,3})",
            _written,
        ),
    )
}


def bare_answers(
    text: str,
    today: date,
    expecting: frozenset[str],
    colour_of: Callable[[str], str | None],
) -> Iterator[Entity]:
    """What `text` is as an answer to a question for one of the kinds `expecting`."""
    match = _BARE.fullmatch(text) if expecting and len(text) <= _LONGEST else None
    if match is None:
        return
    core, (start, end) = match["core"], match.span("core")
    for kind in sorted(expecting):
        value = colour_of(core) if kind == "colour" else _read(kind, core, today)
        if value is not None:
            yield Entity(kind, value, core, start, end, confidence=0.9)


def _read(kind: str, core: str, today: date) -> EntityValue | None:
    pattern, reader = _READERS.get(kind, (None, None))
    match = pattern.fullmatch(core) if pattern else None
    return reader(match, today) if match and reader else None
