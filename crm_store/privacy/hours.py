"""Hours at which a person wants to be contacted."""

import re
from datetime import datetime, time
from typing import Final

PREFERENCE: Final = "contact_hours"
DEFAULT: Final = (time(9), time(21))
"""Nobody is contacted at night unless they asked for it."""
_HOURS: Final = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–—~～至到]\s*(\d{1,2})[:：](\d{2})")


def hours_of(text: str | None) -> tuple[time, time]:
    """Return what a stated preference says; the default hours where it says nothing clear."""
    found = _HOURS.search(text or "")
    if found is None:
        return DEFAULT
    try:
        from_hour, from_minute, to_hour, to_minute = (int(part) for part in found.groups())
        return time(from_hour % 24, from_minute), time(to_hour % 24, to_minute)
    except ValueError:
        return DEFAULT


def suits(hours: tuple[time, time], at: datetime) -> bool:
    """Whether a time of day lies within hours; they may pass midnight."""
    start, end = hours
    moment = at.time()
    return start <= moment < end if start < end else moment >= start or moment < end
