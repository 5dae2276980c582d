"""Prices and bounds on them. "Around" is 20 % either way; a budget is an upper bound."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from nlu.entities.numbers import ANY_NUMBER, ARABIC, ENGLISH, NUMBER, parse_number
from nlu.entities.rules import Rule, RuleSet, rule, rule_set
from nlu.types import PriceRange

_AROUND: Final = Decimal("0.2")
_CURRENCIES: Final = (
    (r"hk\$|hkd|港币|港元|港纸", "HKD"),
    (r"nt\$|twd|台币|新台币", "TWD"),
    (r"us\$|\$|usd|dollars?|bucks?|美元|美金|刀", "USD"),
    (r"€|eur(?:os?)?|欧元", "EUR"),
    (r"£|gbp|pounds?|quid|英镑", "GBP"),
    (r"¥|￥|rmb|cny|yuan|kuai|人民币|元钱|元|块钱|块", "CNY"),
)
_SIGN: Final = r"(?:港币|港元|台币|美金|美元|人民币|hk\$|nt\$|us\$|[$€£¥￥]|rmb |cny |usd |hkd )"
_ZH_UNIT: Final = r"(?:元钱|元|块钱|块(?!钱)|港币|港元|美元|美金|欧元|英镑|台币|人民币|rmb|cny)"
_EN_UNIT: Final = r"(?:dollars?|bucks?|yuan|rmb|cny|usd|hkd|euros?|eur|pounds?|quid|gbp|kuai)\b"
_UNIT: Final = rf"(?:{_ZH_UNIT}|{_EN_UNIT})"
_AMOUNT: Final = rf"(?:{NUMBER}|(?:\b(?:{ENGLISH})\b))"
_MONEY: Final = rf"(?:{_SIGN} ?(?:{NUMBER})|{_AMOUNT} ?{_UNIT})"
_ANY: Final = rf"(?:{_MONEY}|{_AMOUNT})"
# "under 30 days", "over 18 years", "around 5 pm", "more than 3 stars" speak of no money.
_NOT_MONEY: Final = (
    r"(?![\d.,]*\d)(?! ?-?(?:am|pm|o'?clock|days?|weeks?|months?|years?|hours?|hrs?|minutes?|mins?|"
    r"times?|ml|g|kg|cm|mm|inch|inches|litres?|liters?|%|percent|stars?|points?|pcs|pieces?|items?|"
    r"pairs?|members?|people|customers?|clients?|guests?|for\b|orders?|purchases?|visits?|of\b|hundred|thousand)(?![a-z]))"
)
_NOT_MONEY_BUT_FOR: Final = _NOT_MONEY.replace(r"for\b|", "")
_NOT_A_SIZE: Final = r"(?![\d.]|[码号天日月年岁个件双条瓶次分周小星人位台包盒克斤毫积%款套只支])"
_DASH: Final = r"\s*(?:到|至|-|–|~|～|—|and|to)\s*"


def _currency(text: str) -> str | None:
    for pattern, code in _CURRENCIES:
        if re.search(pattern, text, re.IGNORECASE):
            return code
    return None


def _amount(text: str) -> Decimal:
    bare = re.sub(rf"{_SIGN}|{_UNIT}", "", text, flags=re.IGNORECASE)
    return parse_number(bare)


def _exact(match: re.Match[str]) -> PriceRange:
    amount = _amount(match["a"])
    return PriceRange(amount, amount, _currency(match[0]))


def _with_tenths(match: re.Match[str]) -> PriceRange:
    """86块5 is 86.5."""
    amount = _amount(match["a"]) + parse_number(match["tenths"]) / 10
    return PriceRange(amount, amount, "CNY")


def _up_to(match: re.Match[str]) -> PriceRange:
    return PriceRange(None, _amount(match["a"]), _currency(match[0]))


def _at_least(match: re.Match[str]) -> PriceRange:
    return PriceRange(_amount(match["a"]), None, _currency(match[0]))


def _around(match: re.Match[str]) -> PriceRange:
    amount = _amount(match["a"])
    spread = amount * _AROUND
    return PriceRange(amount - spread, amount + spread, _currency(match[0]))


def _between(match: re.Match[str]) -> PriceRange | None:
    low, high = _amount(match["a"]), _amount(match["b"])
    return PriceRange(low, high, _currency(match[0])) if low <= high else None


def _price(pattern: str, value: Callable[[re.Match[str]], PriceRange | None], sure: float) -> Rule:
    return rule("price", pattern, value, sure)


_A: Final = rf"(?P<a>{_ANY})"
_B: Final = rf"(?P<b>{_ANY})"
# 一块 alone is "together".
_TOGETHER: Final = r"(?!一块(?!钱|以|左|上))"
_ZH_START: Final = r"(?<![\dA-Za-z.零〇一二三四五六七八九十百千万两第])"
_EN_START: Final = r"\b"

_TIMES: Final = {"百": 100, "千": 1000, "万": 10_000, "十": 10, "": 1}


def _two_digits(match: re.Match[str]) -> PriceRange | None:
    """两三百 is 200 to 300."""
    times = _TIMES[match["times"]]
    low, high = (parse_number(match[name]) * times for name in ("a", "b"))
    return PriceRange(low, high, _currency(match[0])) if low < high else None


def _and_more(match: re.Match[str]) -> PriceRange:
    """一百多 is 100 to 200."""
    amount, times = _amount(match["a"]), _TIMES[match["a"][-1]]
    return PriceRange(amount, amount + times, _currency(match[0]))


def _some(match: re.Match[str]) -> PriceRange:
    """几十块 is 10 to 100."""
    times = _TIMES[match["times"]]
    return PriceRange(Decimal(times), Decimal(10 * times), _currency(match[0]))


_VAGUE: Final = (
    _price(
        rf"{_ZH_START}(?P<a>{NUMBER})块(?P<tenths>\d|[一二三四五六七八九])(?:毛钱?)?(?![\d元十百千万折个件])",
        _with_tenths,
        1.0,
    ),
    _price(
        rf"(?<![\w.$£€¥-])(?P<a>{ARABIC}) ?(?:to|-) ?(?P<b>\d{{3,6}}){_NOT_MONEY}(?=$|[ ,.?!])",
        _between,
        0.7,
    ),
    _price(
        rf"(?<![\d零一二三四五六七八九十百千万])(?P<a>[一二两三四五六七八])(?P<b>[二三四五六七八九])"
        rf"(?P<times>[百千万])(?:{_ZH_UNIT})?(?:左右|以内|上下)?(?![零一二三四五六七八九十多\d])",
        _two_digits,
        0.95,
    ),
    _price(
        rf"{_ZH_START}(?P<a>(?:\d+|[一二两三四五六七八九]+)?[百千万])多(?:{_ZH_UNIT})?(?![\d人个件次天])",
        _and_more,
        0.95,
    ),
    _price(rf"(?<!好)几(?P<times>[十百千])(?:{_ZH_UNIT}|的)(?<!的)", _some, 0.95),
    _price(r"几(?P<times>[十百千])(?=的)", _some, 0.7),
    _price(
        rf"{_ZH_START}(?P<a>{ARABIC})\s*(?:到|至|-|~|～)\s*(?P<b>{ARABIC})(?=的|$|"
        rf"[,，。.?？!！ ]|吧|吗)"
        r"(?<=\d\d\d)",
        _between,
        0.7,
    ),
)

RULES: Final[RuleSet] = rule_set(
    ANY_NUMBER + "|几[十百千]",
    *_VAGUE,
    _price(rf"{_ZH_START}{_A}(?:以内|以下|之内|之下|封顶|往下|内(?![a-z存衣裤]))", _up_to, 0.95),
    _price(
        rf"(?:不超过|不要超过|别超过|不高于|最多|最高|低于|少于|小于|不到|预算(?:是|在|只有|大概|大约)?)"
        rf"\s?{_A}{_NOT_A_SIZE}(?!\s?(?:到|至|-|~)\s?\d)(?:的?预算)?",
        _up_to,
        0.9,
    ),
    _price(rf"{_ZH_START}{_A}(?:的?预算)", _up_to, 0.9),
    _price(rf"{_ZH_START}{_A}(?:以上|之上|起步|往上|开外)", _at_least, 0.95),
    _price(
        rf"(?:(?<!不)超过|不低于|不少于|至少|最少|高于|大于|多于|满)\s?{_A}{_NOT_A_SIZE}",
        _at_least,
        0.8,
    ),
    _price(
        rf"(?:预算|大概|大约|差不多|约)?{_ZH_START}(?P<a>{_ANY})(?:左右|上下|来块|多块)",
        _around,
        0.95,
    ),
    _price(rf"(?:大概|大约|差不多)(?P<a>{_MONEY})", _around, 0.9),
    _price(
        rf"(?:预算|价格|价位|售价)?(?:在|是)?{_ZH_START}{_A}{_DASH}(?P<b>{_MONEY})"
        r"(?:之间|左右|的?价位|的?预算|区间)?",
        _between,
        1.0,
    ),
    _price(
        rf"{_ZH_START}{_A}\s*(?:到|至|-|–|~|～|—)\s*{_B}(?:之间|左右|价位|的?预算|区间|的价位)",
        _between,
        0.95,
    ),
    _price(rf"(?:预算|价格|价位|售价)\s?(?:在|是)?\s?{_A}{_DASH}{_B}", _between, 0.95),
    _price(rf"\bbetween {_A} and {_B}{_NOT_MONEY_BUT_FOR}", _between, 0.9),
    _price(
        r"\b(?:under|below|less than|lower than|up to|at most|no more than|not more than|"
        rf"max(?:imum)?(?: of)?|cheaper than|within|not over|"
        rf"budget(?: is| of|:)?) ?{_A}{_NOT_MONEY}",
        _up_to,
        0.9,
    ),
    # With a currency it is money, whatever follows: "up to 600 yuan for my dad".
    _price(
        r"\b(?:under|below|less than|up to|at most|no more than|within|"
        rf"budget(?: is| of|:)?) ?(?P<a>{_MONEY})",
        _up_to,
        0.95,
    ),
    _price(rf"(?<!\w)(?P<a>{_MONEY}) (?:or (?:less|under|below)|max|tops|budget)\b", _up_to, 0.95),
    _price(
        rf"(?<!not )(?<!no )\b(?:over|above|more than|at least|upwards of|"
        rf"min(?:imum)?(?: of)?) ?{_A}"
        rf"{_NOT_MONEY}",
        _at_least,
        0.85,
    ),
    _price(
        rf"(?<!\w)(?P<a>{_MONEY}) (?:or (?:more|above|over)|and (?:up|above))\b", _at_least, 0.95
    ),
    _price(
        rf"(?<![\w.])(?P<a>\d{{3,6}}) (?:or (?:more|above|over)|and (?:up|above|over))\b"
        rf"{_NOT_MONEY}",
        _at_least,
        0.85,
    ),
    _price(
        rf"(?<![\w.])(?P<a>\d{{2,6}}) (?:or (?:less|under|below)|max|tops)\b{_NOT_MONEY}",
        _up_to,
        0.85,
    ),
    _price(
        rf"\b(?:around|about|approximately|approx\.?|roughly|circa) ?{_A}{_NOT_MONEY}",
        _around,
        0.85,
    ),
    _price(rf"(?<![\w.]){_TOGETHER}(?P<a>{_MONEY})", _exact, 0.95),
    _price(rf"(?<=[\u4e00-\u9fff]){_TOGETHER}(?P<a>{_MONEY})", _exact, 0.95),
    _price(
        r"(?:\b(?:spend|spent|paid|pay|costs?|charged|save)(?= )|花了?|消费了?|付了?|扣了|减|抵)"
        rf" ?(?P<span>(?P<a>{ARABIC}))(?!\d){_NOT_MONEY}{_NOT_A_SIZE}",
        _exact,
        0.8,
    ),
    _price(rf"(?<![\w.])(?P<a>{ARABIC})(?= off\b)", _exact, 0.8),
)
