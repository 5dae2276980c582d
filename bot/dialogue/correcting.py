"""Corrections: what a message takes back or wants to answer anew ("不是这单，是上一单").

Pure rules over a text and the slots that are filled.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from crm_store.types.conversations import JSON
from nlu.language import to_simplified

NAMED: Final = "goods_named"
"""The slot that keeps which goods were named."""
NOT_THIS: Final = "not_this"
"""The slot that keeps the order number taken back, so that it is not offered again."""
OTHER_ONE: Final = "other_one"
"""The slot that says "the other one": of an order's positions, or of the orders."""
ANY: Final = "any"
"""Something shall be changed, and the customer has not said what."""
OTHER: Final = "other"
"""Something shall be changed that the errand does not have."""
_LONGEST: Final = 60
"""Characters of a message that may be nothing but a correction."""


def _words(chinese: str, english: str) -> re.Pattern[str]:
    return re.compile(rf"{chinese}|\b(?:{english})\b", re.IGNORECASE)


_TAKES_BACK: Final[Mapping[str, re.Pattern[str]]] = {
    "order_number": _words(
        r"不是这(?:一)?(?:单|笔|个订单)|(?:换|另)(?:外)?一?(?:单|笔|个订单)|搞错(?:了)?(?:订)?单|"
        r"(?:选|说|看|弄)错(?:了)?(?:订)?单|别的订单|[上前]一?(?:单|笔|个订单)",
        r"(?:not (?:this|that)|wrong|(?:the|an)other|different|previous) order|the order before",
    ),
    "line": _words(
        r"不是这(?:一)?(?:件|款|样|个商品)|(?:换|另)(?:外)?一?(?:件|样|款|个商品)",
        r"(?:not (?:this|that)|wrong|(?:the|an)other) (?:item|product)",
    ),
    OTHER_ONE: _words(
        r"^\W*(?:不|不对|不是|错了)?\W*(?:不是这个|(?:我?(?:说|要)?的?是)?另(?:外)?(?:那)?一?个)",
        r"the other one|not (?:this|that) one|wrong one|(?:the )?previous one|the one before",
    ),
}
_CHANGES: Final = r"(?:换|改|更改|修改|变|重新?选|重填|错|不对)"
_CHANGES_EN: Final = r"(?:change|different|another|other|wrong|edit|correct|update|fix)"
_ABOUT: Final[Mapping[str, tuple[str, str]]] = {
    "address": (
        "(?:取件|收货|上门|寄件)?的?地址|取件的?地[点方]",
        r"(?:delivery |shipping |(?:pick|collect)\w*[ -]?(?:up )?)?address",
    ),
    "quantity": ("数量|件数", r"quantity|number of (?:items|units|pieces)"),
    "store": ("门店|(?:一)?家店|店", r"store|shop|branch|location"),
    "date": ("日期|时间|日子|一天", r"date|day|time|appointment"),
    "sku": ("尺码|码数|颜色|规格|款式", r"size|colou?r|variant"),
    "reason": ("原因|理由", r"reason"),
    "handover": ("(?:寄回|退货|取件)?方式", r"way|method"),
    "email": ("邮箱|邮件地址", r"e-?mail(?: address)?"),
    "company": ("抬头|公司名?", r"title|company(?: name)?"),
    "tax_number": ("税号", r"tax (?:number|id|no)"),
    "person_name": ("名字|姓名|抬头", r"name|title"),
    "phone": ("(?:联系)?电话|手机号?码?", r"phone(?: number)?"),
}
"""What people call a slot."""
_STANDS_FOR: Final[Mapping[str, str]] = {"address": "store"}
"""What people may mean where the errand has no slot of that name: a shop has an address, too."""
_ANEW: Final[Mapping[str, re.Pattern[str]]] = {
    slot: _words(
        rf"{_CHANGES}(?:一?[下个]|了)?(?:{chinese})|(?:{chinese}).{{0,3}}{_CHANGES}",
        rf"{_CHANGES_EN} (?:the |my |a )?(?:{english})|(?:the |my )?(?:{english}) is wrong",
    )
    for slot, (chinese, english) in _ABOUT.items()
}
_ANYTHING: Final = re.compile(
    r"\W*(?:等等|等一下|不对|不是|wait|no|hold on)?\W*"
    r"(?:我?(?:要|想)?(?:改|修改|更改)(?:一?下|点东西)?|"
    r"(?:(?:i )?(?:want|need|like) to |let me |can i )?"
    r"(?:change|edit) (?:something|it|that|this))\W*",
    re.IGNORECASE,
)
_REWORDS: Final = _words(
    "改|换|还是|不是|不对|算了|不要.{1,10}要",
    "instead|actually|rather|make (?:it|that)|change|not|no",
)
_NUMBERS: Final = {word: number for number, word in enumerate("一二三四五六七八九十", 1)} | {
    "两": 2, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
}  # fmt: skip
_UNITS: Final = re.compile(
    r"(?:改成|改为|变成|只[退换要]|就[退换要])\s*(?P<n>\d{1,4}|[一两二三四五六七八九十])\s*[件个双瓶盒支条套包台罐]|"
    r"\b(?:make (?:it|that)|just|only)\s+(?P<w>\d{1,4}|one|two|three|four|five|six)\b",
    re.IGNORECASE,
)
_POLITELY: Final = _words(
    r"[我想要请帮给你您吗吧呢了下个先]|可不可以|能不能|可以|能|麻烦|一下|等等|等一下",
    r"can|could|may|you|i|we|want|need|would|like|'d|to|please|let|me|for|wait|actually|now|the|a|my",
)
_LETTER: Final = re.compile(r"\w")
_ROLES: Final = ("", "_new", "_from")


def taken_back(text: str, slots: Mapping[str, JSON], wanted: Collection[str]) -> frozenset[str]:
    """Return the filled slots that a message takes back; `OTHER_ONE` when it does not say which."""
    said = to_simplified(text)
    found = {slot for slot, pattern in _TAKES_BACK.items() if pattern.search(said)}
    named = frozenset(slot for slot in found if slot in wanted and slot in slots)
    if named or OTHER_ONE not in found or not {"order_number", "line"} & slots.keys():
        return named
    return frozenset({OTHER_ONE} if "line" in wanted else {"order_number"} & slots.keys())


def without(slots: Mapping[str, JSON], taken: Collection[str]) -> dict[str, JSON]:
    """Return the slots that are left; of an order taken back its digits and lines go too."""
    gone = {*taken} | ({NAMED} if "line" in taken else set())
    kept: dict[str, JSON] = {}
    if OTHER_ONE in gone:
        kept[OTHER_ONE] = True
    if "order_number" in gone:
        gone |= {"phone_tail", "phone", "line"}
        kept[NOT_THIS] = slots["order_number"]
    return kept | {name: value for name, value in slots.items() if name not in gone}


def asked_anew(text: str, slots: Mapping[str, JSON], wanted: Collection[str]) -> str | None:
    """Return the filled slot that a message wants to answer anew without saying how, or `ANY`."""
    said = to_simplified(text).strip()
    if len(said) > _LONGEST:
        return None
    if _ANYTHING.fullmatch(said):
        return ANY
    named = [*_named(said)]
    named += [_STANDS_FOR[name] for name in named if name in _STANDS_FOR]
    return next((name for name in named if name in slots and name in wanted), None)


def asked_beyond(text: str, wanted: Collection[str]) -> str | None:
    """Return the slot, filled or not, that a message wants to change and says nothing else.

    `OTHER` when the errand has none of that name.
    """
    said = to_simplified(text).strip()
    rests = (one.sub("", said, count=1) for one in _ANEW.values() if one.search(said))
    if not any(not _LETTER.search(_POLITELY.sub("", rest)) for rest in rests):
        return None
    return next((name for name in _named(said) if name in wanted), OTHER)


def _named(said: str) -> Iterator[str]:
    """Return the slots by whose name a message calls what it wants to change."""
    found = (slot for slot, pattern in _ANEW.items() if pattern.search(said))
    return (slot + role for slot in found for role in _ROLES)


def units_said(text: str) -> int | None:
    """Return the number of units that a message puts right ("改成一件吧", "make it two")."""
    found = _UNITS.search(to_simplified(text).casefold())
    if found is None:
        return None
    word = found["n"] or found["w"]
    return int(word) if word.isdecimal() else _NUMBERS[word]


def rewords(text: str) -> bool:
    """Whether a message puts something right ("还是寄回吧", "actually …")."""
    return _REWORDS.search(to_simplified(text)) is not None
