"""Days that a message names, in the form in which a question may keep them."""

from datetime import date, timedelta

from bot.dialogue.skill import Turn
from nlu.types import DateRange

_UNITS = {"D": 1, "W": 7, "M": 30, "Y": 365}


def today(turn: Turn) -> date:
    """Return the day it is at the retailer's."""
    return turn.now.astimezone(turn.services.phrasebook.time_zone).date()


def days_named(turn: Turn) -> DateRange | None:
    """Return the days that a message, or the slot ``date``, names."""
    found = turn.value("date")
    return found if isinstance(found, DateRange) else None


def span_named(turn: Turn) -> timedelta | None:
    """Return how long a message says ("三个月", "60 days"): months of 30 days."""
    said = turn.slot("duration") or ""
    number, unit = said[1:-1], said[-1:]
    if not said.startswith("P") or not number.isdecimal() or unit not in _UNITS:
        return None
    return timedelta(days=int(number) * _UNITS[unit])
