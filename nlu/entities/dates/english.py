"""Dates in English: the day before yesterday · next Monday · Nov 3 · the last 3 months."""

import re
from datetime import date, timedelta
from typing import Final

from nlu.entities.dates import calendar, festivals
from nlu.entities.dates.rule import DateRuleSet, date_rule, date_rule_set
from nlu.entities.numbers import ENGLISH, parse_number
from nlu.types import DateRange

_DAYS: Final = {
    "the day before yesterday": -2, "day before yesterday": -2, "yesterday": -1, "last night": -1,
    "today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0, "this evening": 0,
    "tomorrow morning": 1, "tomorrow afternoon": 1, "tomorrow evening": 1, "tomorrow night": 1,
    "tomorrow": 1, "tmr": 1, "tmrw": 1, "tomorow": 1,
    "the day after tomorrow": 2, "day after tomorrow": 2,
}  # fmt: skip
_WEEKDAY_NAMES: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_WEEKDAY: Final = (
    r"(?P<day>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|"
    r"sat(?:urday)?|sun(?:day)?)\b"
)
_MONTH_NAMES: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MONTH: Final = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
# "may" and "march" alone are verbs, unless they are written or announced as months.
_ANNOUNCED: Final = (
    r"(?:(?<=in )|(?<=since )|(?<=this )|(?<=last )|(?<=next )|(?<=by )|(?<=of )|(?<=until )|"
    r"(?<=before )|(?<=during )|(?<=early[ -])|(?<=mid[ -])|(?<=late[ -])|(?-i:(?=March|MARCH)))"
)
_MONTH_ALONE: Final = re.sub(r"(mar\(\?:ch\)\?|may)", _ANNOUNCED + r"\1", _MONTH)
_DAY: Final = r"(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_YEAR: Final = r"(?:,? (?P<year>20\d{2}))?"
_N: Final = rf"(?P<n>\d{{1,3}}|half an?|an?|a couple of|{ENGLISH})"
_UNIT: Final = r"(?P<u>day|week|month|year)s?\b"
_WHICH: Final = r"(?P<which>last|past|this|next|coming|nxt)"
_SHIFTS: Final = {"last": -1, "past": -1, "this": 0, "next": 1, "nxt": 1, "coming": 1}
_DONE: Final = re.compile(
    r"\b(?:bought|ordered|got|received|came|arrived|placed|purchased|paid|was|were)\b[^.?!]{0,30}$",
    re.IGNORECASE,
)


def _day_name(text: str) -> int:
    return next(i for i, name in enumerate(_WEEKDAY_NAMES) if name.startswith(text.lower()[:3]))


def _month_name(text: str) -> int:
    return next(i for i, name in enumerate(_MONTH_NAMES, 1) if name.startswith(text.lower()[:3]))


def _weekday(match: re.Match[str], today: date) -> DateRange:
    day, which = _day_name(match["day"]), (match["which"] or "").lower()
    if which in ("last", "past"):
        return calendar.past_weekday(today, day)
    if which in ("next", "nxt"):
        return calendar.weekday(today, 1, day)
    passed = not which and _DONE.search(match.string[: match.start()])
    return (calendar.past_weekday if passed else calendar.coming_weekday)(today, day)


def _whole(match: re.Match[str], today: date) -> DateRange:
    shift = _SHIFTS[match["which"].lower()]
    if match["which"].lower() == "past":
        return DateRange(_back(today, match["u"].lower(), 1), today)
    match match["u"].lower():
        case "week":
            return calendar.week(today, shift)
        case "month":
            whole = calendar.month(today, shift)
        case "weekend":
            return calendar.weekend(today, shift if match["which"].lower() != "coming" else 0)
        case _:
            whole = calendar.year(today.year + shift)
    return calendar.part(whole, match["part"].lower()) if match["part"] else whole


def _month_edge(match: re.Match[str], today: date) -> DateRange:
    shift = _SHIFTS.get((match["which"] or "this").lower(), 0)
    which = "late" if match["edge"].lower() == "end" else "early"
    whole = (
        calendar.month(today, shift) if match["u"] == "month" else calendar.year(today.year + shift)
    )
    return calendar.part(whole, which)


def _month_day(match: re.Match[str], today: date) -> DateRange | None:
    number, day = _month_name(match["month"]), int(match["day"])
    if match["year"]:
        return calendar.full_date(int(match["year"]), number, day)
    return calendar.nearest(today, number, day)


def _named_month(match: re.Match[str], today: date) -> DateRange:
    number = _month_name(match["month"])
    if match["year"]:
        whole = calendar.month_of(int(match["year"]), number)
    else:
        whole = calendar.nearest_month(today, number)
    return calendar.part(whole, match["part"].lower()) if match["part"] else whole


def _moved(match: re.Match[str], today: date, sign: int) -> date:
    unit, words = match["u"].lower(), match["n"].lower()
    if words.startswith("half"):
        return today + sign * timedelta(days={"month": 15, "year": 182}.get(unit, 3))
    count = 2 if words.startswith("a couple") else int(parse_number(words))
    return _back(today, unit, -sign * count)


def _back(today: date, unit: str, count: int) -> date:
    """The day `count` units before today."""
    if unit in ("month", "year"):
        return calendar.months_from(today, -count * (12 if unit == "year" else 1))
    return today - timedelta(days=count * (7 if unit == "week" else 1))


def _ago(match: re.Match[str], today: date) -> DateRange:
    return calendar.one_day(_moved(match, today, -1))


def _later(match: re.Match[str], today: date) -> DateRange:
    return calendar.one_day(_moved(match, today, 1))


def _last(match: re.Match[str], today: date) -> DateRange:
    day = _moved(match, today, -1)
    return DateRange(min(day + timedelta(days=match["u"].lower() == "day"), today), today)


def _next(match: re.Match[str], today: date) -> DateRange:
    return DateRange(today, _moved(match, today, 1))


def _weekend(match: re.Match[str], today: date) -> DateRange:
    return calendar.weekend(today, _SHIFTS.get((match["which"] or "this").lower(), 0))


RULES: Final[DateRuleSet] = date_rule_set(
    r"day|night|tmr|tomor|this (?:morn|after|eve)|week|month|year|\b20\d\d|\d(?:st|nd|rd|th)\b|"
    rf"\b(?:mon|tues?|wed|thurs?|fri|sat|sun|xmas|christmas|double (?:11|12|eleven|twelve)|"
    rf"mid-autumn|black friday|easter|lunar|spring festival|thanksgiving)\b|{_MONTH}",
    date_rule(
        rf"\b(?:{'|'.join(sorted(_DAYS, key=len, reverse=True))})\b",
        lambda m, d: calendar.days_from(d, _DAYS[m[0].lower()]),
    ),
    date_rule(rf"\b(?:{_WHICH} )?{_WEEKDAY}(?!['’])", _weekday, 0.95),
    date_rule(
        rf"\b{_WEEKDAY} (?:next week|week)\b",
        lambda m, d: calendar.weekday(d, 1, _day_name(m["day"])),
    ),
    date_rule(rf"\b(?:(?P<part>early|mid|late)[ -])?{_WHICH} (?P<u>week|month|year)\b", _whole),
    date_rule(r"\b(?:the )?(?:(?P<which>last|this|next|coming) )?weekend\b", _weekend),
    date_rule(
        r"\b(?:the )?(?P<edge>end|start|beginning) of "
        r"(?:the |(?P<which>last|this|next) )?(?P<u>month|year)\b",
        _month_edge,
    ),
    date_rule(
        r"\b(?:the )?(?:mid|middle of the)[ -]month\b",
        lambda _, d: calendar.part(calendar.month(d, 0), "mid"),
    ),
    date_rule(rf"\b{_MONTH} (?:the )?{_DAY}(?![\d:]){_YEAR}(?! ?(?:am|pm)\b)", _month_day),
    date_rule(rf"(?<![\d.])(?:the )?{_DAY}(?: of)? {_MONTH}{_YEAR}", _month_day),
    date_rule(
        r"\b(?:(?P<part>early|mid|late)[ -])?" + _MONTH_ALONE + r"(?: (?P<year>20\d{2}))?(?! ?\d)",
        _named_month,
        0.8,
    ),
    date_rule(
        r"\b(?:in|since|during) (?P<year>20\d{2})\b(?![-/])",
        lambda m, _: calendar.year(int(m["year"])),
        0.9,
    ),
    date_rule(rf"\b{_N} {_UNIT} (?:ago|earlier|back)\b", _ago),
    date_rule(rf"\bin (?:about |around )?{_N} {_UNIT}(?:['’] time)?", _later, 0.9),
    date_rule(rf"\b{_N} {_UNIT} (?:from (?:now|today)|later)\b", _later),
    date_rule(rf"\b(?:the )?(?:last|past|previous) {_N} {_UNIT}", _last),
    date_rule(rf"\b(?:the )?(?:next|coming|following) {_N} {_UNIT}", _next),
    date_rule(rf"\bwithin (?:the next )?{_N} {_UNIT}", _next, 0.8),
    date_rule(
        r"\b(?:the|on) (?P<day>3[01]|[12]\d|[1-9])(?:st|nd|rd|th)\b(?! (?:floor|time|order|one))",
        lambda m, d: calendar.coming_day(d, int(m["day"])),
        0.8,
    ),
    date_rule(
        rf"\b(?:{festivals.ENGLISH_NAMES})\b",
        lambda m, d: festivals.nearest_english(m[0], d),
        0.9,
    ),
)
