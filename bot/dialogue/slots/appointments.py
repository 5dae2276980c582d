"""Slot for a time at which somebody comes by: the day, and the hour of it."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Final, TypeAlias

from bot.dialogue.errand import Errand
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots.answers import Needed, always
from bot.dialogue.slots.asking import ask
from bot.dialogue.slots.day_words import (
    DAY_PARTS,
    day_meant,
    day_part,
    hour_said,
    only_day_part,
)
from bot.dialogue.state import Option
from bot.policies.warranty import Window
from crm_store.ports import UnitOfWork
from crm_store.types.conversations import JSON
from nlu.types import DateRange

DAY: Final = "date"
HOUR: Final = "window"
"""A time (``10:00``), or the part of the day in which it shall be (``afternoon``)."""
_DAYS_OFFERED: Final = 4
_NOON: Final = 12
_AT_NIGHT: Final = re.compile(r"凌晨|半夜|夜里|\d ?am\b", re.IGNORECASE)
_NEAR: Final = 16
"""Characters after a day within which a part of the day is one of it."""
Agenda: TypeAlias = Callable[[UnitOfWork, Errand], Awaitable[Mapping[date, Sequence[Window]]]]
"""Returns the free times by day; days without any are not in it."""


def clock(window: Window) -> str:
    """Return a time as the slot keeps it: ``10:00``."""
    return f"{window.starts_at:%H:%M}"


def chosen_window(free: Mapping[date, Sequence[Window]], errand: Errand) -> Window | None:
    """Return the time that the filled slots mean, while it is free."""
    for day, windows in free.items():
        if errand.text(DAY) == day.isoformat():
            return next((one for one in windows if clock(one) == errand.text(HOUR)), None)
    return None


@dataclass(frozen=True, slots=True)
class AppointmentSlot:
    """A free day and a free time of it, told together or one after the other."""

    agenda: Agenda
    needed: Needed = always

    @property
    def name(self) -> str:
        """The day."""
        return DAY

    @property
    def kinds(self) -> tuple[str, ...]:
        """The day with or without a time, and the time."""
        return (DAY, HOUR)

    def hears(self, said: str) -> Mapping[str, JSON]:
        """Return the part of the day, of words that say nothing else."""
        part = only_day_part(said)
        return {} if part is None else {HOUR: part}

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with a free time, or ask for the day or the time."""
        if not self.needed(errand):
            return errand
        async with turn.reading() as uow:
            free = await self.agenda(uow, errand)
        wanted = _wanted(turn, errand)
        if wanted is None:
            return _ask_day(turn, free)
        days = [day for day in free if wanted.start <= day <= wanted.end]
        if not days:
            return _ask_day(turn, free, _problem(errand, wanted, free))
        known = errand.with_slot(DAY, days[0].isoformat())
        return _with_hour(turn, known, wanted.at, free[days[0]])


def _with_hour(
    turn: Turn, errand: Errand, at: time | None, windows: Sequence[Window]
) -> Errand | Outcome:
    """Return the errand with one of the day's times, or ask which."""
    at, part, told = at or _hour_told(turn), _part(turn, errand), errand.text(HOUR)
    if at is not None:
        suiting = _at(turn, windows, at)
    elif part:
        suiting = _within(windows, part)
    else:
        suiting = [one for one in windows if clock(one) == told]
    if len(suiting) == 1:
        return errand.with_slot(HOUR, clock(suiting[0]))
    problem = turn.say("flow.no_such_hour") if (at or told or part) and not suiting else None
    options = tuple(Option(_printed(turn, one), clock(one)) for one in suiting or windows)
    return ask(_with_day(turn, errand), HOUR, problem=problem, options=options)


def _hour_told(turn: Turn) -> time | None:
    """Return an hour without more, where one is asked for or a day is told with it."""
    asked = turn.state.question
    open_hour = asked is not None and (asked.skill, asked.slot) == (turn.skill, HOUR)
    return hour_said(turn.said) if open_hour or turn.entities(DAY) else None


def _part(turn: Turn, errand: Errand) -> str | None:
    """Return the part of the day that is told with the day, or for it."""
    meant = day_meant(turn.said, turn.entities(DAY))
    near = turn.said[meant.start : meant.end + _NEAR] if meant else ""
    told = day_part(near) or only_day_part(turn.said) or errand.text(HOUR)
    return told if told in DAY_PARTS else None


def _at(turn: Turn, windows: Sequence[Window], at: time) -> list[Window]:
    """Return the times that cover an hour: "三点" is in the afternoon where none is at night."""
    suiting = [one for one in windows if _covers(one, at)]
    if suiting or at.hour >= _NOON or day_part(turn.said) or _AT_NIGHT.search(turn.said):
        return suiting
    later = at.replace(hour=at.hour + _NOON)
    return [one for one in windows if _covers(one, later)]


def _covers(window: Window, at: time) -> bool:
    return window.starts_at.time() <= at < window.ends_at.time()


def _within(windows: Sequence[Window], part: str) -> list[Window]:
    """Return the times that begin in a part of the day."""
    hours = DAY_PARTS[part]
    return [one for one in windows if hours.start <= one.starts_at.time() < hours.end]


def _wanted(turn: Turn, errand: Errand) -> DateRange | None:
    """Return the day told, or chosen by a button; a time alone is one of the day known before."""
    value = errand.value(DAY)
    if isinstance(value, str):
        return _day_of(value)
    told = turn.entities(DAY)
    if isinstance(value, DateRange) and told:
        meant = day_meant(turn.said, told)
        value = meant.value if meant is not None else None
    if not isinstance(value, DateRange):
        return None
    asked, before = turn.state.question, turn.state.slots.get(DAY)
    hour_only = asked is not None and asked.slot == HOUR and value.start == errand.today
    if hour_only and value.at is not None and isinstance(before, str):
        day = date.fromisoformat(before)
        return DateRange(day, day, value.at)
    return value


def _day_of(written: str) -> DateRange | None:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return DateRange(day, day)


def _ask_day(
    turn: Turn, free: Mapping[date, Sequence[Window]], problem: str | None = None
) -> Outcome:
    options = tuple(
        Option(turn.words("flow.day_option", day=day), day.isoformat())
        for day in list(free)[:_DAYS_OFFERED]
    )
    said = turn.say(f"flow.{problem}", last=max(free, default=None)) if problem else None
    return ask(turn, DAY, problem=said, options=options)


def _problem(errand: Errand, wanted: DateRange, free: Mapping[date, Sequence[Window]]) -> str:
    if wanted.end < errand.today:
        return "day_past"
    beyond = bool(free) and wanted.start > max(free) + timedelta(days=1)
    return "day_too_far" if beyond else "day_full"


def _printed(turn: Turn, window: Window) -> str:
    return turn.words("flow.hour_option", window=window)


def _with_day(turn: Turn, known: Errand) -> Turn:
    kept = {name: value for name, value in known.slots.items() if name != HOUR}
    return replace(turn, slots=kept)
