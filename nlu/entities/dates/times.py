"""Times of day and hours from one to another: 下午三点半 · 2点到4点 · 10am · between 2 and 4 pm."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from typing import Final

from nlu.entities.numbers import parse_number

_HALVES: Final = r"凌晨|早上|早晨|上午|中午|下午|傍晚|晚上|今晚|晚|早"
_HOUR: Final = r"[01]?\d|2[0-4]|十[一二]?|[一二三四五六七八九两]"
_MINUTES: Final = r"半|一刻|[0-5]?\d分?|[一二三四五]十分?"
# "两点意见": points to make, and no hour.
_OCLOCK: Final = r"[点时](?!击|多|意见|建议|要求|疑问|问题|想法|看法|说明|希望|反馈|原因|理由|钱)"
_AM_PM: Final = r"a\.?m\.?|p\.?m\.?"
_TO: Final = r"\s*(?:到|至|-|–|—|~|～)\s*"
_TIME: Final = re.compile(
    rf"(?<![\w.])(?P<eh>1[0-2]|0?\d)(?:[:.](?P<em>[0-5]\d))? ?(?P<ap>{_AM_PM})(?![a-z])"
    rf"|(?:(?P<half>{_HALVES})?(?P<h>{_HOUR})(?:{_OCLOCK}(?P<zm>{_MINUTES})?|[:：](?P<zc>[0-5]\d)))"
    r"|\b(?P<noon>noon|midday)\b|(?P<zhnoon>中午)|\bhalf past (?P<past>one|two|three|four|five|six|"
    r"seven|eight|nine|ten|eleven|twelve|1[0-2]|[1-9])\b",
    re.IGNORECASE,
)
_ENGLISH_HOURS: Final = re.compile(
    r"(?:\b(?:between|from) )?(?<![\w.:])(?P<h>1[0-2]|0?\d)(?:[:.](?P<m>[0-5]\d))? ?"
    rf"(?P<ap>{_AM_PM})?\s*(?:\band|\bto|\btill|\buntil|-|–|—|~)\s*"
    rf"(?P<h2>1[0-2]|0?\d)(?:[:.](?P<m2>[0-5]\d))? ?(?P<ap2>{_AM_PM})(?![a-z])",
    re.IGNORECASE,
)
_CHINESE_HOURS: Final = re.compile(
    rf"(?P<half>{_HALVES})?(?<![\d.:：])(?P<h>{_HOUR})(?:{_OCLOCK}(?P<zm>{_MINUTES})?|[:：](?P<zc>[0-5]\d))?{_TO}"
    rf"(?P<half2>{_HALVES})?(?P<h2>{_HOUR})(?:{_OCLOCK}(?P<zm2>{_MINUTES})?|(?<=\d)[:：](?P<zc2>[0-5]\d))"
)
_BARE_HOURS: Final = re.compile(
    r"(?:\b(?:between|from) )?(?<![\w.:$£€¥-])(?P<h>1[0-2]|[1-9])(?::(?P<m>[0-5]\d))?"
    r"\s*(?:\band|\bto|-|–)\s*(?P<h2>1[0-2]|[1-9])(?::(?P<m2>[0-5]\d))?(?![\w.:%-])",
    re.IGNORECASE,
)
_HINT: Final = re.compile(
    r"[点时:：午]|\d ?[ap]\.?m|noon|midday|half past|\d ?(?:to|and|-|–) ?\d", re.IGNORECASE
)
_AFTERNOON: Final = ("下午", "傍晚", "晚上", "今晚", "晚")
_NOON: Final = 12
_OPENING: Final = 8
"""An hour before it, without am or pm, is one in the afternoon."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of day in a text, or the hours from `at` to `until`."""

    start: int
    end: int
    at: time
    until: time | None = None
    vague: bool = False
    """Nothing says that it is a time but a day beside it: 中午, "10 to 12"."""


def find_times(text: str) -> list[Moment]:
    """The times of `text`, in order and apart."""
    if not _HINT.search(text):
        return []
    spans = [one for one in _spans(text) if one.until is not None and one.at < one.until]
    single = [
        one
        for match in _TIME.finditer(text)
        if (one := _moment(match)) is not None and not any(_overlap(one, span) for span in spans)
    ]
    return sorted([*spans, *single], key=lambda moment: moment.start)


def _overlap(one: Moment, other: Moment) -> bool:
    return one.start < other.end and other.start < one.end


def _spans(text: str) -> Iterator[Moment]:
    for match in _ENGLISH_HOURS.finditer(text):
        until = _english(match["h2"], match["m2"], match["ap2"])
        at = _english(match["h"], match["m"], match["ap"] or match["ap2"])
        if at >= until and match["ap"] is None:  # "11 to 2 pm" begins in the morning
            at = at.replace(hour=at.hour % _NOON)
        yield Moment(*match.span(), at, until)
    for match in _BARE_HOURS.finditer(text):
        at, until = _by_day(match["h"], match["m"]), _by_day(match["h2"], match["m2"])
        if until <= at and until.hour < _NOON:  # between 6 and 8
            until = until.replace(hour=until.hour + _NOON)
        yield Moment(*match.span(), at, until, vague=True)
    for match in _CHINESE_HOURS.finditer(text):
        at = _chinese(match["half"], match["h"], match["zm"], match["zc"])
        until = _chinese(match["half2"] or match["half"], match["h2"], match["zm2"], match["zc2"])
        if until <= at and until.hour < _NOON:  # 上午10点到3点
            until = until.replace(hour=until.hour + _NOON)
        yield Moment(*match.span(), at, until)


def _moment(match: re.Match[str]) -> Moment | None:
    at = _time(match)
    vague = match["zhnoon"] is not None
    return None if at is None else Moment(*match.span(), at, vague=vague)


def _time(match: re.Match[str]) -> time | None:
    if match["noon"] or match["zhnoon"]:
        return time(_NOON)
    if match["past"]:
        hour = int(parse_number(match["past"]))
        return time(hour + _NOON if hour < _OPENING else hour, 30)
    if match["ap"]:
        return _english(match["eh"], match["em"], match["ap"])
    if match["half"] is None and match["h"] == "一" and match["zm"] is None:
        return None  # 一点 is "a little" unless more is said
    return _chinese(match["half"], match["h"], match["zm"], match["zc"])


def _by_day(hour: str, minutes: str | None) -> time:
    """An hour when shops are open."""
    return time(int(hour) + (_NOON if int(hour) < _OPENING else 0), int(minutes or 0))


def _english(hour: str, minutes: str | None, half: str) -> time:
    later = _NOON if half.lower().startswith("p") else 0
    return time(int(hour) % _NOON + later, int(minutes or 0))


def _chinese(half: str | None, said: str, words: str | None, digits: str | None) -> time:
    hour = int(parse_number(said)) % 24
    if half in _AFTERNOON and hour < _NOON:
        hour += _NOON
    minutes = digits or (words or "0").rstrip("分")
    named = {"半": 30, "一刻": 15}
    return time(hour, named[minutes] if minutes in named else int(parse_number(minutes)))
