"""All dates of a text: single ones, then pairs joined to a range and times of day put to them."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, time
from typing import Final

from nlu.entities.dates import calendar, chinese, english
from nlu.entities.dates.rule import DateRuleSet, date_rule, date_rule_set
from nlu.entities.dates.times import Moment, find_times
from nlu.entities.overlap import resolve_overlaps
from nlu.types import DateRange, Entity

_JOIN: Final = re.compile(
    r"\s*(?:到|至|-|–|—|~|～|and|to|until|till|through)\s*(?:the )?", re.IGNORECASE
)
_GAP: Final = re.compile(r"[\s,，的]*(?:at |around |by )?(?:在)?", re.IGNORECASE)
_NOON: Final = 12
_EVENING: Final = re.compile(r"晚$|\b(?:night|evening)$|tonight$", re.IGNORECASE)
_BEFORE: Final = re.compile(
    r"(?:\b(?:before|by|until|till|til|no later than)(?: the)? |(?:赶在|最晚|不晚于))$",
    re.IGNORECASE,
)
_AFTER: Final = re.compile(r"\b(?:after|since|starting(?: from)?)(?: the)? $", re.IGNORECASE)
_BOUND_BEHIND: Final = re.compile(
    r"(?:(?:之|以)?(?P<before>前)(?!台|面|天)|(?:下班|关门|打烊)(?P<early>前)|(?:之|以)?(?P<after>后)(?!台|面|天|悔|续))"
)


def _iso(match: re.Match[str], _: date) -> DateRange | None:
    return calendar.full_date(int(match["y"]), int(match["m"]), int(match["d"]))


def _month_slash_day(match: re.Match[str], today: date) -> DateRange | None:
    return calendar.nearest(today, int(match["m"]), int(match["d"]))


_NUMERIC: Final[DateRuleSet] = date_rule_set(
    r"\d[-/.年]\d",
    date_rule(
        r"(?<![\d-])(?P<y>20\d{2})[-/.年](?P<m>1[0-2]|0?[1-9])[-/.月](?P<d>3[01]|[12]\d|0?[1-9])[日号]?(?!\d)",
        _iso,
    ),
    date_rule(
        r"(?<![\d/.])(?P<m>1[0-2]|0?[1-9])/(?P<d>3[01]|[12]\d|0?[1-9])(?![\d/])",
        _month_slash_day,
        0.7,
    ),
)
_RULES: Final = (_NUMERIC, chinese.RULES, english.RULES)


def find_dates(text: str, today: date) -> list[Entity]:
    """The dates of `text`, in order and apart, as they are meant on `today`."""
    dates = resolve_overlaps(_single_dates(text, today))
    timed = _with_times(text, _joined(text, dates), today)
    return [replace(found, role=_bound(text, found)) for found in timed]


def _bound(text: str, entity: Entity) -> str | None:
    """ "before" or "after", where a day is meant as a bound: "25号以后", "by Friday"."""
    behind = _BOUND_BEHIND.match(text, entity.end)
    ahead = text[: entity.start]
    if _BEFORE.search(ahead) or (behind and (behind["before"] or behind["early"])):
        return "before"
    return "after" if behind or _AFTER.search(ahead) else None


def _single_dates(text: str, today: date) -> Iterable[Entity]:
    for rule in (rule for rules in _RULES if rules.hint.search(text) for rule in rules.rules):
        for match in rule.pattern.finditer(text):
            try:
                days = rule.days(match, today)
            except (ValueError, OverflowError):  # a 13th month, a year beyond the calendar
                continue
            if days is not None:
                yield Entity("date", days, match[0], *match.span(), confidence=rule.confidence)


def _joined(text: str, dates: list[Entity]) -> list[Entity]:
    joined: list[Entity] = []
    for entity in dates:
        before = joined[-1] if joined else None
        days = _range(before, entity, text) if before else None
        if before is None or days is None:
            joined.append(entity)
            continue
        joined[-1] = replace(
            before,
            value=days,
            text=text[before.start : entity.end],
            end=entity.end,
            confidence=max(before.confidence, entity.confidence),
        )
    return joined


def _range(first: Entity, second: Entity, text: str) -> DateRange | None:
    if not _JOIN.fullmatch(text, first.end, second.start):
        return None
    start, end = first.value, second.value
    if not isinstance(start, DateRange) or not isinstance(end, DateRange):
        return None
    return DateRange(start.start, end.end) if start.start <= end.end else None


def _with_times(text: str, dates: list[Entity], today: date) -> list[Entity]:
    timed = list(dates)
    for moment in find_times(text):
        place = next((i for i, e in enumerate(timed) if _touches(text, e, moment)), None)
        if place is not None:
            timed[place] = _at(text, timed[place], moment)
        elif not moment.vague and not any(_overlaps(e, moment) for e in timed):
            value = DateRange(today, today, moment.at, moment.until)
            said = text[moment.start : moment.end]
            timed.append(Entity("date", value, said, moment.start, moment.end, confidence=0.8))
    return sorted(timed, key=lambda entity: entity.start)


def _touches(text: str, entity: Entity, moment: Moment) -> bool:
    # 明早|早十点: the part of the day belongs to both.
    shared = entity.start <= moment.start < entity.end < moment.end and moment.until is None
    after = shared or (
        entity.end <= moment.start and _GAP.fullmatch(text, entity.end, moment.start)
    )
    before = moment.end <= entity.start and re.fullmatch(
        r"(?: on)? ?", text[moment.end : entity.start]
    )
    return bool(after or before) and isinstance(entity.value, DateRange) and entity.value.at is None


def _overlaps(entity: Entity, moment: Moment) -> bool:
    return entity.start < moment.end and moment.start < entity.end


def _at(text: str, entity: Entity, moment: Moment) -> Entity:
    start, end = min(entity.start, moment.start), max(entity.end, moment.end)
    days = entity.value
    assert isinstance(days, DateRange)  # noqa: S101 - `_touches` has looked
    evening = _EVENING.search(entity.text) and moment.at.hour < _NOON
    at, until = (_later(one) if evening else one for one in (moment.at, moment.until))
    value = replace(days, at=at, until=until)
    return replace(entity, value=value, text=text[start:end], start=start, end=end)


def _later(moment: time | None) -> time | None:
    """The same hour in the afternoon."""
    early = moment is not None and moment.hour < _NOON
    return moment.replace(hour=moment.hour + _NOON) if moment and early else moment
