"""Slot for a time at which somebody comes by: the day, and the hour of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Final, TypeAlias

from bot.dialogue.errand import Errand
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots.answers import Needed, always
from bot.dialogue.slots.asking import ask
from bot.dialogue.state import Option
from bot.policies.warranty import Window
from crm_store.ports import UnitOfWork
from nlu.types import DateRange

DAY: Final = "date"
HOUR: Final = "window"
_DAYS_OFFERED: Final = 4
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
        day, windows = days[0], free[days[0]]
        hour = errand.text(HOUR) if wanted.at is None else _hour_of(windows, wanted.at)
        known = errand.with_slot(DAY, day.isoformat())
        if hour in {clock(one) for one in windows}:
            return known.with_slot(HOUR, hour)
        options = tuple(Option(_printed(turn, one), clock(one)) for one in windows)
        problem = turn.say("flow.no_such_hour") if wanted.at or errand.text(HOUR) else None
        return ask(_with_day(turn, known), HOUR, problem=problem, options=options)


def _wanted(turn: Turn, errand: Errand) -> DateRange | None:
    """Return the day told, or chosen by a button; a time alone is one of the day known before."""
    value = errand.value(DAY)
    if isinstance(value, str):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return None
        return DateRange(day, day)
    if not isinstance(value, DateRange):
        return None
    asked, before = turn.state.question, turn.state.slots.get(DAY)
    hour_only = asked is not None and asked.slot == HOUR and value.start == errand.today
    if hour_only and value.at is not None and isinstance(before, str):
        day = date.fromisoformat(before)
        return DateRange(day, day, value.at)
    return value


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


def _hour_of(windows: Sequence[Window], at: time) -> str:
    """Return the time into which an hour of the day falls; empty when none does."""
    for one in windows:
        if one.starts_at.time() <= at < one.ends_at.time():
            return clock(one)
    return ""


def _printed(turn: Turn, window: Window) -> str:
    return turn.words("flow.hour_option", window=window)


def _with_day(turn: Turn, known: Errand) -> Turn:
    kept = {name: value for name, value in known.slots.items() if name != HOUR}
    return replace(turn, slots=kept)
