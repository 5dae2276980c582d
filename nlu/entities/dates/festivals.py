"""Days with a name: 双十一 · 中秋 · Black Friday. `festivals.yml` tells which days those are."""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import Final

from lunardate import LunarDate
from ruamel.yaml import YAML

from nlu.types import DateRange


@dataclass(frozen=True, slots=True)
class Festival:
    """How a festival's days follow from the year; one of the three rules is set."""

    fixed: tuple[int, ...] = ()
    """Month and day, or those of the first and the last day."""
    lunar: tuple[int, ...] = ()
    """Month and day of the Chinese calendar."""
    weekday: tuple[int, ...] = ()
    """Month, weekday (Monday is 0) and which of them; -1 is the last."""
    days: int = 0
    """Days after what the rule says."""

    def in_year(self, year: int) -> DateRange:
        """Its days; ValueError beyond the Chinese calendar's tables."""
        if self.fixed:
            start, end = date(year, *self.fixed[:2]), date(year, *self.fixed[-2:])
        elif self.lunar:
            start = end = LunarDate(year, *self.lunar).to_solar_date()
        else:
            start = end = _nth_weekday(year, *self.weekday)
        moved = timedelta(days=self.days)
        return DateRange(start + moved, end + moved)


def _nth_weekday(year: int, month: int, weekday: int, which: int) -> date:
    days = (date(year, month, day + 1) for day in range(monthrange(year, month)[1]))
    return [day for day in days if day.weekday() == weekday][which - (which > 0)]


def _read() -> dict[str, dict[str, Festival]]:
    listed = YAML(typ="safe").load((files(__package__) / "festivals.yml").read_text("utf-8"))
    return {
        language: {
            name: Festival(
                tuple(rule.get("fixed", ())),
                tuple(rule.get("lunar", ())),
                tuple(rule.get("weekday", ())),
                rule.get("days", 0),
            )
            for name, rule in rules.items()
        }
        for language, rules in listed.items()
    }


_FESTIVALS: Final = _read()


def _alternatives(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


CHINESE_NAMES: Final = _alternatives(_FESTIVALS["zh"])
"""Their names, longest first, as alternatives of a pattern."""
ENGLISH_NAMES: Final = _alternatives(_FESTIVALS["en"])
"""Their names, longest first, as alternatives of a pattern."""


def nearest_chinese(name: str, today: date) -> DateRange | None:
    """The festival's days nearest to today."""
    return _nearest(_FESTIVALS["zh"][name], today)


def nearest_english(name: str, today: date) -> DateRange | None:
    """The festival's days nearest to today."""
    return _nearest(_FESTIVALS["en"][name.lower().replace("’", "'")], today)


def _nearest(festival: Festival, today: date) -> DateRange | None:
    return min(_around(festival, today), key=lambda days: abs(days.start - today), default=None)


def _around(festival: Festival, today: date) -> Iterator[DateRange]:
    for shift in (-1, 0, 1):
        try:
            yield festival.in_year(today.year + shift)
        except (ValueError, OverflowError):
            continue
