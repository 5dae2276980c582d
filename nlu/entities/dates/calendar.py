"""Days, weeks and months around a day."""

import calendar
from datetime import date, timedelta

from nlu.types import DateRange


def one_day(day: date) -> DateRange:
    """That day alone."""
    return DateRange(day, day)


def days_from(today: date, days: int) -> DateRange:
    """The day `days` after today, before it when negative."""
    return one_day(today + timedelta(days=days))


def week(today: date, weeks: int) -> DateRange:
    """Monday to Sunday of the week `weeks` after this one."""
    monday = today + timedelta(days=7 * weeks - today.weekday())
    return DateRange(monday, monday + timedelta(days=6))


def weekday(today: date, weeks: int, day: int) -> DateRange:
    """Weekday `day` (Monday is 0) of the week `weeks` after this one."""
    return days_from(week(today, weeks).start, day)


def coming_weekday(today: date, day: int) -> DateRange:
    """The next weekday `day`, today included."""
    return days_from(today, (day - today.weekday()) % 7)


def past_weekday(today: date, day: int) -> DateRange:
    """The last weekday `day` before today."""
    return days_from(today, -((today.weekday() - day - 1) % 7 + 1))


def weekend(today: date, weeks: int) -> DateRange:
    """Saturday and Sunday of the week `weeks` after this one."""
    sunday = week(today, weeks).end
    return DateRange(sunday - timedelta(days=1), sunday)


def month(today: date, months: int) -> DateRange:
    """The whole month `months` after this one."""
    return month_of(*_month_after(today, months))


def month_of(year: int, number: int) -> DateRange:
    """The whole month; ValueError if there is no such month."""
    return DateRange(
        date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])
    )


def year(number: int) -> DateRange:
    """The whole year."""
    return DateRange(date(number, 1, 1), date(number, 12, 31))


def months_from(today: date, months: int) -> date:
    """The same day `months` later, or the last day of a shorter month."""
    target = month_of(*_month_after(today, months))
    return target.start.replace(day=min(today.day, target.end.day))


def nearest(today: date, number: int, day: int) -> DateRange | None:
    """Month `number`, day `day` in the year that brings it nearest to today."""
    candidates = [_safe_date(today.year + shift, number, day) for shift in (-1, 0, 1)]
    days = [candidate for candidate in candidates if candidate is not None]
    return one_day(min(days, key=lambda one: abs(one - today))) if days else None


def nearest_month(today: date, number: int) -> DateRange:
    """The whole month `number` in the year that brings it nearest to today."""
    months = [month_of(today.year + shift, number) for shift in (-1, 0, 1)]
    return min(months, key=lambda one: abs(one.start.replace(day=15) - today))


def coming_day(today: date, day: int) -> DateRange | None:
    """The next day `day` of a month, today included."""
    for shift in range(3):
        found = _safe_date(*_month_after(today, shift), day)
        if found is not None and found >= today:
            return one_day(found)
    return None


def full_date(year_number: int, number: int, day: int) -> DateRange | None:
    """That day, or None where the calendar has none."""
    found = _safe_date(year_number, number, day)
    return None if found is None else one_day(found)


def part(span: DateRange, which: str) -> DateRange:
    """The "early", "mid" or "late" third of a month or a year."""
    third = (span.end - span.start + timedelta(days=1)) / 3
    first, second = span.start + third, span.start + 2 * third
    return {
        "early": DateRange(span.start, first - timedelta(days=1)),
        "mid": DateRange(first, second - timedelta(days=1)),
        "late": DateRange(second, span.end),
    }[which]


def _month_after(today: date, months: int) -> tuple[int, int]:
    index = today.year * 12 + today.month - 1 + months
    return index // 12, index % 12 + 1


def _safe_date(year_number: int, number: int, day: int) -> date | None:
    try:
        return date(year_number, number, day)
    except ValueError:
        return None
