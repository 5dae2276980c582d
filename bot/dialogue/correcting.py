"""Corrections: which answers a message takes back ("不是这单，是上一单")."""

import re
from collections.abc import Collection, Mapping
from typing import Final

from crm_store.types.conversations import JSON

NOT_THIS: Final = "not_this"
"""The slot that keeps the order number taken back, so that it is not offered again."""
_TAKES_BACK: Final[Mapping[str, re.Pattern[str]]] = {
    "order_number": re.compile(
        r"不是这(?:一)?(?:单|笔|个订单)|(?:换|另)(?:外)?一?(?:单|笔|个订单)|搞错(?:了)?(?:订)?单|"
        r"(?:选|说|看)错(?:了)?(?:订)?单|别的订单|上一?(?:单|笔)|"
        r"\b(?:(?:not (?:this|that)|wrong|(?:the|an)other|different|previous) (?:order|one)|"
        r"the order before)\b",
        re.IGNORECASE,
    ),
    "line": re.compile(
        r"不是这(?:一)?(?:件|款|样|个商品)|(?:换|另)(?:外)?一?(?:件|样)|"
        r"\b(?:(?:not (?:this|that)|wrong|(?:the|an)other) (?:item|product))\b",
        re.IGNORECASE,
    ),
}


def taken_back(text: str, slots: Mapping[str, JSON], wanted: Collection[str]) -> frozenset[str]:
    """Return the filled slots that a message takes back."""
    return frozenset(
        slot
        for slot, pattern in _TAKES_BACK.items()
        if slot in wanted and slot in slots and pattern.search(text)
    )


def without(slots: Mapping[str, JSON], taken: Collection[str]) -> dict[str, JSON]:
    """Return the slots that are left; of an order taken back its digits and lines go too."""
    gone = {*taken}
    kept: dict[str, JSON] = {}
    if "order_number" in gone:
        gone |= {"phone_tail", "phone", "line"}
        kept[NOT_THIS] = slots["order_number"]
    return kept | {name: value for name, value in slots.items() if name not in gone}
