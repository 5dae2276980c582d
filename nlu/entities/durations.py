"""How long something took or lasts, as ISO 8601 writes it: "用了三个月" is P3M, "2 weeks" P14D.

"三个月前" and "the last 2 weeks" are dates; those are longer and win.
"""

import re
from typing import Final

from nlu.entities.numbers import ARABIC, CHINESE, ENGLISH, parse_number
from nlu.entities.rules import RuleSet, rule, rule_set

_DAYS_OF_WEEK: Final = 7
_UNITS: Final = {
    "年": "Y", "year": "Y", "月": "M", "month": "M", "周": "W", "星期": "W", "礼拜": "W",
    "week": "W",
    "天": "D", "日": "D", "day": "D", "小时": "TH", "钟头": "TH", "hour": "TH", "hr": "TH",
    "分钟": "TM", "minute": "TM", "min": "TM",
}  # fmt: skip
_HALF: Final = {"Y": "P6M", "M": "P15D", "D": "PT12H", "TH": "PT30M"}


_NO_SPAN_BEFORE: Final = r"(?<![第\d.月上下前这本])"
# 24小时 is how long a shop is open, unless the hours have passed.
_ROUND_THE_CLOCK: Final = r"(?!(?:24|二十四) ?小时(?!了|没|还|过))"


def _duration(match: re.Match[str]) -> str | None:
    unit = _UNITS[match["u"].lower()]
    words = match["n"].lower()
    if words in ("半", "half a", "half an"):
        return _HALF.get(unit)
    number = 2 if words == "a couple of" else int(parse_number(words))
    if unit == "W":
        return f"P{number * _DAYS_OF_WEEK}D"
    return f"PT{number}{unit[1]}" if unit.startswith("T") else f"P{number}{unit}"


def _and_a_half(match: re.Match[str]) -> str:
    """两个半小时 is PT2H30M, 一年半 P1Y6M."""
    unit, number = _UNITS[match["u"].lower()], int(parse_number(match["n"].lower()))
    if unit.startswith("T"):
        return f"PT{number}H30M"
    return f"P{number}{unit}{_HALF[unit].removeprefix('P')}"


RULES: Final[RuleSet] = rule_set(
    r"年|月|周|星期|礼拜|天|日|小时|钟|\b(?:year|month|week|day|hour|hr|min)",
    rule(
        "duration",
        rf"{_NO_SPAN_BEFORE}{_ROUND_THE_CLOCK}(?P<n>\d{{1,3}}|半|{CHINESE}) ?"
        r"(?:个工作(?=日)|个(?=[月小钟星礼])|(?=[天周日年分星礼小]))(?P<u>年|月|周|星期|礼拜|天|日|小时|钟头|分钟)"
        r"(?!前|以前|之前|后|以后|之后|内|之内|以内|[一二三四五六日末]|半价|无理由|在线|营业|客服|服务|热线|"
        r"便利|发货)",
        _duration,
        0.9,
    ),
    rule(
        "duration",
        rf"(?<![第\d.上下前])(?P<n>\d{{1,2}}|{CHINESE})(?:个半(?=[小钟月])|(?=年半))(?P<u>小时|钟头|月|年)(?:(?<=年)半)?(?!前|以前|后|以后|之|价)",
        _and_a_half,
        0.9,
    ),
    rule(
        "duration",
        rf"\b(?P<n>{ENGLISH}|an?) (?P<u>hour|month|year)s? and a half\b",
        _and_a_half,
        0.9,
    ),
    rule(
        "duration", rf"\b(?P<n>{ENGLISH}) and a half (?P<u>hour|month|year)s?\b", _and_a_half, 0.9
    ),
    rule("duration", r"(?P<n>半)个?(?P<u>年|月|小时)(?!前|以前|之前|后|以后|之后)", _duration, 0.9),
    rule(
        "duration",
        rf"(?<!give me )(?<!just )(?<!wait )\b(?P<n>{ARABIC}|{ENGLISH}|an?|half an?|"
        rf"a couple of)[ -]"
        r"(?P<u>year|month|week|day|hour|hr|minute|min)s?\b(?! (?:ago|earlier|later|from now|"
        r"old enough))",
        _duration,
        0.85,
    ),
)
