"""Dates in Chinese: 大后天 · 下周三 · 上个月底 · 11月3号 · 最近三个月 · 3天前."""

import re
from datetime import date, timedelta
from typing import Final

from nlu.entities.dates import calendar, festivals
from nlu.entities.dates.rule import DateRuleSet, date_rule, date_rule_set
from nlu.entities.numbers import parse_number
from nlu.types import DateRange

_DAYS: Final = {
    "大前天": -3, "前天": -2, "前晚": -2, "昨天": -1, "昨日": -1, "昨晚": -1, "今天": 0, "今儿": 0,
    "明儿": 1, "昨儿": -1, "今日": 0,
    "今晚": 0, "今早": 0, "当天": 0, "明天": 1, "明日": 1, "明早": 1, "明晚": 1,
    "后天": 2, "大后天": 3, "前日": -2, "后日": 2,
    "琴日": -1, "寻日": -1, "琴晚": -1, "寻晚": -1, "今朝": 0, "听日": 1, "听朝": 1, "听晚": 1,
}  # fmt: skip
_WEEKDAYS: Final = {name: number for number, name in enumerate("一二三四五六日")} | {
    "天": 6,
    **{str(number + 1): number for number in range(7)},
}
_PARTS: Final = {"初": "early", "头": "early", "中": "mid", "底": "late", "末": "late"}
_DAY_PART: Final = r"(?:早上|上午|中午|下午|傍晚|晚上)"
# "周日买的" was last Sunday.
_DONE: Final = re.compile(r"(?:在?[^，。,.？?]{0,6}?)(?:买|下的?单|订|收到|签收|付的|退的|寄的|拍)")
_N: Final = r"(?P<n>\d{1,3}|半|[一二三四五六七八九十两百几]+)"
_UNIT: Final = r"(?:个)?(?P<u>天|日|周|星期|礼拜|月|年)"
_SHIFT: Final = r"(?P<shift>上上|下下|上|下|这|本|今)"
_WEEK: Final = r"(?:一?个)?(?:周|星期|礼拜)"
_MONTH_NUMBER: Final = r"(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_DAY_NUMBER: Final = (
    r"(?P<day>3[01]|[12]\d|0?[1-9]|三十一?|二十[一二三四五六七八九]?|十[一二三四五六七八九]?|"
    r"[一二三四五六七八九])"
)


def _shift(match: re.Match[str]) -> int:
    word = match["shift"]
    return {"上": -1, "下": 1}.get(word[0], 0) * len(word)


def _number(text: str) -> int:
    return int(parse_number(text))


def _span(match: re.Match[str], today: date, sign: int) -> date | None:
    """The day that `n` units before (sign -1) or after today."""
    unit = match["u"]
    if "几" in match["n"]:
        return None
    if match["n"] == "半":
        half = {"月": 15, "年": 182, "天": 0}.get(unit)
        return None if half is None else today + sign * timedelta(days=half)
    count = _number(match["n"])
    if unit in "天日":
        return today + sign * timedelta(days=count)
    if unit == "月":
        return calendar.months_from(today, sign * count)
    if unit == "年":
        return calendar.months_from(today, sign * 12 * count)
    return today + sign * timedelta(days=7 * count)


def _ago(match: re.Match[str], today: date) -> DateRange | None:
    day = _span(match, today, -1)
    return None if day is None else calendar.one_day(day)


def _later(match: re.Match[str], today: date) -> DateRange | None:
    day = _span(match, today, 1)
    return None if day is None else calendar.one_day(day)


def _last(match: re.Match[str], today: date) -> DateRange | None:
    day = _span(match, today, -1)
    if day is None:
        return None
    return DateRange(min(day + timedelta(days=match["u"] in "天日"), today), today)


def _next(match: re.Match[str], today: date) -> DateRange | None:
    day = _span(match, today, 1)
    return None if day is None else DateRange(today, day)


def _weekday(match: re.Match[str], today: date) -> DateRange:
    day = _WEEKDAYS[match["day"]]
    if match["shift"] is None:
        passed = _DONE.match(match.string, match.end())
        return (calendar.past_weekday if passed else calendar.coming_weekday)(today, day)
    return calendar.weekday(today, _shift(match), day)


def _month(match: re.Match[str], today: date) -> DateRange:
    whole = calendar.month(today, _shift(match))
    return calendar.part(whole, _PARTS[match["part"]]) if match["part"] else whole


def _month_part(match: re.Match[str], today: date) -> DateRange:
    return calendar.part(calendar.month(today, 0), _PARTS[match["part"]])


def _month_day(match: re.Match[str], today: date) -> DateRange | None:
    number, day = _number(match["month"]), _number(match["day"])
    if match["year"]:
        return calendar.full_date(_year(match["year"], today), number, day)
    return calendar.nearest(today, number, day)


def _shifted_month_day(match: re.Match[str], today: date) -> DateRange | None:
    first = calendar.month(today, _shift(match)).start
    return calendar.full_date(first.year, first.month, _number(match["day"]))


def _named_month(match: re.Match[str], today: date) -> DateRange:
    number = _number(match["month"])
    if match["year"]:
        whole = calendar.month_of(_year(match["year"], today), number)
    else:
        whole = calendar.nearest_month(today, number)
    return calendar.part(whole, _PARTS[match["part"]]) if match["part"] else whole


def _year(text: str, today: date) -> int:
    shifts = {"前年": -2, "去年": -1, "今年": 0, "本年": 0, "明年": 1, "后年": 2}
    if text in shifts:
        return today.year + shifts[text]
    digits = re.sub(r"\D", "", text)
    return int(digits) + (2000 if len(digits) == 2 else 0)  # noqa: PLR2004


def _whole_year(match: re.Match[str], today: date) -> DateRange:
    whole = calendar.year(_year(match["year"], today))
    if match["half"]:
        middle = date(whole.start.year, 7, 1)
        first = match["half"] == "上"
        return DateRange(
            whole.start if first else middle, middle - timedelta(days=1) if first else whole.end
        )
    return calendar.part(whole, _PARTS[match["part"]]) if match["part"] else whole


def _weekend(match: re.Match[str], today: date) -> DateRange:
    return calendar.weekend(today, _shift(match) if match["shift"] else 0)


def _festival(match: re.Match[str], today: date) -> DateRange | None:
    return festivals.nearest_chinese(match[0], today)


_YEAR: Final = r"(?P<year>(?:20)?\d{2}年|去年|今年|明年|前年)"
_PART: Final = r"(?P<part>[初中底末])"

RULES: Final[DateRuleSet] = date_rule_set(
    r"[天日号周月年晚早朝儿节旦]|星期|礼拜|五一|国庆|双1|双十|圣诞|平安夜|618|春节|过年|除夕|中秋|端午|七夕|元宵|重阳|国庆|感恩",
    date_rule(
        rf"(?P<name>{'|'.join(sorted(_DAYS, key=len, reverse=True))})"
        rf"(?:(?<=天){_DAY_PART}(?!\d|[一二三四五六七八九十两]))?",
        lambda m, d: calendar.days_from(d, _DAYS[m["name"]]),
    ),
    date_rule(
        rf"(?:{_SHIFT}{_WEEK}|(?:周|星期|礼拜))(?P<day>[一二三四五六日天]|[1-7](?!\d|[天个月年]))"
        rf"(?:{_DAY_PART}(?![\d一二三四五六七八九十两]))?",
        _weekday,
    ),
    date_rule(rf"(?:{_SHIFT}(?:个)?)?周末", _weekend),
    date_rule(
        rf"{_SHIFT}{_WEEK}(?![一二三四五六日天末\d])", lambda m, d: calendar.week(d, _shift(m))
    ),
    date_rule(rf"{_SHIFT}(?:个)?月{_PART}?(?!\d|[一二三四五六七八九十])", _month),
    date_rule(rf"{_SHIFT}(?:个)?月{_DAY_NUMBER}[号日]?", _shifted_month_day),
    date_rule(r"(?<![个上下这本当\d])月(?P<part>[初中底末])", _month_part, 0.9),
    date_rule(rf"{_YEAR}?的?{_MONTH_NUMBER}月份?{_DAY_NUMBER}[号日]?(?![\d.元块])", _month_day),
    date_rule(rf"(?<![\d个]){_YEAR}?的?{_MONTH_NUMBER}月(?:份|{_PART})?(?!\d)", _named_month, 0.9),
    date_rule(rf"{_YEAR}(?:(?P<half>[上下])半年|{_PART})?(?![\d份])", _whole_year),
    date_rule(rf"{_N}{_UNIT}(?:之|以)?前", _ago),
    date_rule(rf"{_N}{_UNIT}(?:之|以)?后", _later),
    date_rule(rf"(?<!超)再?过{_N}{_UNIT}", _later, 0.8),
    date_rule(rf"(?:最近|过去|近|这|前)(?:的|这)?{_N}{_UNIT}(?:以?来|内|里)?", _last, 0.95),
    date_rule(rf"(?:未来|接下来|今后|往后){_N}{_UNIT}(?:内|里)?", _next, 0.95),
    date_rule(rf"{_N}{_UNIT}(?:之|以)?内", _next, 0.7),
    date_rule(
        r"(?<![\d月码.])(?P<day>3[01]|[12]\d|[1-9]|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九](?=号[之以]?[前后]))[号日](?![\d店楼线码])",
        lambda m, d: calendar.coming_day(d, _number(m["day"])),
        0.6,
    ),
    date_rule(
        rf"(?<!\d)(?:{festivals.CHINESE_NAMES})(?![\d元块])",
        _festival,
        0.9,
    ),
)
