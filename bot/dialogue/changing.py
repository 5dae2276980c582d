"""What of an order is to be changed, as customers say it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from bot.dialogue.errand import Errand
from bot.dialogue.human import offer_human
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots.addresses import NEW_ADDRESS
from bot.dialogue.slots.asking import ask
from bot.dialogue.slots.units import UNITS, number_told
from bot.dialogue.slots.variants import VARIANT
from bot.dialogue.state import CONFIRM, Option
from crm_store.types.handoffs import HandoffReason
from crm_store.types.orders import OrderLine

ADDRESS, PHONE, RECIPIENT, QUANTITY, VARIANT_WANTED, OTHER = (
    "address", "phone", "recipient", "quantity", "variant", "other"
)  # fmt: skip
NEW_PHONE: Final = "phone_new"
NEW_NAME: Final = "person_name"
_WHAT: Final = "what"
_STEP: Final = "step"
"""``more`` or ``fewer``: the quantity told counts from the present one."""
_FILLED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    ADDRESS: (NEW_ADDRESS, "address"),
    PHONE: (NEW_PHONE,),
    RECIPIENT: (NEW_NAME,),
    QUANTITY: (UNITS,),
    VARIANT_WANTED: (VARIANT, "size_to", "size", "colour_to", "colour"),
}
_SAID_BY: Final[Mapping[str, re.Pattern[str]]] = {
    what: re.compile(rf"{chinese}|\b(?:{english})\b", re.IGNORECASE)
    for what, chinese, english in (
        (
            OTHER,
            r"备注|礼品|贺卡|晚几天|延迟发|合并|分开寄|顺丰|中通|圆通|换(?:个)?快递|时间段",
            r"gift wrap|delivery note|hold the shipment|courier|combined?|time slot",
        ),
        (PHONE, r"电话|手机|联系方式", r"phone|mobile|contact number"),
        (RECIPIENT, r"收件人|收货人|名字|姓名", r"recipient|surname|name"),
        (
            ADDRESS,
            r"地址|地趾|小区|门牌|收货的?地方|寄到|送到|配送信息|收货信息",
            r"add?ress|flat number|postcode|ship to|deliver it|somewhere else",
        ),
        (
            VARIANT_WANTED,
            r"尺码|码数|颜色|色号|规格|款式|[大小]一?码",
            r"size|colou?r|shade|variant",
        ),
        (QUANTITY, r"数量|几件|多加|再加|加一|减掉|去掉", r"quantity|how many|one more"),
    )
}
_CHANGING: Final = re.compile(
    r"[改换变新]|\b(?:chang\w*|updat\w*|new|different|switch\w*|replac\w*|wrong)\b", re.IGNORECASE
)
_MORE: Final = re.compile(
    r"再?(?:多?加|添)|多[要买来]|\b(?:add|more|another|extra)\b", re.IGNORECASE
)
_ONE_MORE: Final = re.compile(r"[加添多]一|\b(?:one more|another one)\b", re.IGNORECASE)
_FEWER: Final = re.compile(
    r"减[掉去少]?|去掉|少[要买来]|退掉|\b(?:remove|take off|fewer|less)\b", re.IGNORECASE
)


def wanted_changes(errand: Errand) -> frozenset[str]:
    """Return what is to be changed: everything that a new value is known for."""
    return frozenset(
        what
        for what, slots in _FILLED_BY.items()
        if any(errand.slots.get(slot) not in (None, "") for slot in slots)
    )


def wants(*kinds: str) -> Callable[[Errand], bool]:
    """Return whether any of these is to be changed, its new value known or not."""
    return lambda errand: bool({*wanted_changes(errand), errand.text(_WHAT)} & {*kinds})


def units_wanted(errand: Errand) -> int:
    """Return how many units of the position there shall be."""
    told = errand.number(UNITS)
    return errand.line.quantity if told is None else told


def read_units(turn: Turn, errand: Errand) -> int | None:
    """Return the number of units that a message wants, "one more" counted from what there is."""
    line = errand.line
    told = _told_of(turn, line)
    if told is not None:
        step = _step(turn)
    else:
        told, step = errand.number(UNITS), errand.text(_STEP)
    if told is None or not step:
        return told
    return line.quantity + told if step == "more" else line.quantity - told


def _told_of(turn: Turn, line: OrderLine) -> int | None:
    """Return the number told; of two ("three instead of two") the one that is not so already."""
    numbers = [one.value for one in turn.entities(UNITS) if isinstance(one.value, int)]
    other = [number for number in numbers if number != line.quantity]
    if len(numbers) > 1 and other:
        return other[0]
    told = number_told(turn)
    return 1 if told is None and _ONE_MORE.search(turn.said) else told


def _step(turn: Turn) -> str:
    if _FEWER.search(turn.said):
        return "fewer"
    return "more" if _MORE.search(turn.said) else ""


@dataclass(frozen=True, slots=True)
class WhatSlot:
    """What is to be changed, where no new value says it already."""

    @property
    def name(self) -> str:
        """The kind of change."""
        return _WHAT

    @property
    def kinds(self) -> tuple[str, ...]:
        """The slot, and whether a number counts from the present one."""
        return (_WHAT, _STEP)

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with something to change, or ask what."""
        errand = _with_units(turn, _with_step(turn, errand))
        known = wanted_changes(errand)
        also = _said(turn) if _confirming(turn) else ""
        if also in _FILLED_BY and also not in known:
            return errand.with_slot(_WHAT, also)
        if errand.text(_WHAT) in known or (known and not errand.text(_WHAT)):
            slots = {name: value for name, value in errand.slots.items() if name != _WHAT}
            return replace(errand, slots=slots)
        what = errand.text(_WHAT) or _said(turn)
        if what == OTHER:
            return offer_human(turn, turn.say("other_change"), HandoffReason.ASKED)
        if what in _FILLED_BY:
            return errand.with_slot(_WHAT, what)
        options = [Option(turn.words(f"what_{one}"), one) for one in (*_FILLED_BY, OTHER)]
        return ask(turn, _WHAT, options=tuple(options))


def _confirming(turn: Turn) -> bool:
    """Whether the change was about to be confirmed: what is said now comes on top of it."""
    question = turn.state.question
    return question is not None and (question.skill, question.slot) == (turn.skill, CONFIRM)


def _said(turn: Turn) -> str:
    """Return what the words say is to be changed."""
    return next((what for what, words in _SAID_BY.items() if words.search(turn.said)), "")


@dataclass(frozen=True, slots=True)
class NewPhoneTold:
    """Not a question: a phone that the words call the new one is no proof of the order."""

    name: str = "phone_told"
    kinds: tuple[str, ...] = ()

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with the phone in the slot that it belongs to."""
        phones = [one for one in turn.entities("phone") if one.role != "old"]
        if not phones or errand.text(NEW_PHONE) or not _SAID_BY[PHONE].search(turn.said):
            return errand
        if not _CHANGING.search(turn.said):
            return errand
        return errand.without("phone").with_slot(NEW_PHONE, str(phones[-1].value))


def _with_units(turn: Turn, errand: Errand) -> Errand:
    """Remember a number that no shop would sell until it can be said how many there may be."""
    told = (
        number_told(turn) if errand.number(UNITS) is None and _CHANGING.search(turn.said) else None
    )
    return errand if told is None else errand.with_slot(UNITS, told)


def _with_step(turn: Turn, errand: Errand) -> Errand:
    """Remember "one more" until the position is known that it counts from."""
    told = number_told(turn) is not None or _ONE_MORE.search(turn.said)
    step = _step(turn) if told else ""
    return errand.with_slot(_STEP, step) if step else errand


@dataclass(frozen=True, slots=True)
class NewUnits:
    """How many there shall be; what was told as a step becomes a number of units."""

    @property
    def name(self) -> str:
        """The number of units."""
        return UNITS

    @property
    def kinds(self) -> tuple[str, ...]:
        """The slot itself."""
        return (UNITS,)

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with a quantity that can be, or ask for it."""
        wanted = read_units(turn, errand)
        most = errand.policies.changes.most_units
        slots = {name: one for name, one in errand.slots.items() if name not in (UNITS, _STEP)}
        settled = replace(errand, slots=slots)
        if wanted is None:
            return ask(replace(turn, slots=slots), UNITS)
        if 1 <= wanted <= most:
            return settled.with_slot(UNITS, wanted)
        key = "cancel_instead" if wanted < 1 else "units_problem"
        problem = turn.say(key, most=most)
        still = {**slots, _WHAT: QUANTITY}
        return ask(replace(turn, slots=still), UNITS, problem=problem)
