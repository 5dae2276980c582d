"""Days and times."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from crm_store.sources.cleaning.texts import folded, refusal
from crm_store.types.conversations import JSON

SHOP_ZONE = ZoneInfo("Asia/Shanghai")
"""Times without a zone are the shops' wall clock."""
EARLIEST_YEAR, LATEST_YEAR = 1900, 2199
MILLISECONDS = 10**11
"""An epoch above this many seconds lies in the year 5138, so it counts milliseconds."""
DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
PACKED_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
CLOCK = re.compile(r"[T ]*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s*(Z|[+-]\d{2}:?\d{2})?")
ISO = re.compile(r"[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[+-]\d\d:\d\d)?", re.ASCII)
PACKED_CLOCK = re.compile(r"[T ]?(\d{2})(\d{2})(\d{2})()")


def day(value: JSON, field: str) -> date:
    """Return a date: 2024-05-01, 2024/5/1, 2024.5.1, 20240501, 2024年5月1日."""
    return _date_and_rest(value, field)[0]


def moment(value: JSON, field: str, zone: ZoneInfo = SHOP_ZONE) -> datetime:
    """Return an aware time: a date as in `day` with a clock, ISO 8601, or seconds since 1970."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_epoch(value, field)
    if isinstance(value, str) and ISO.fullmatch(value):
        return _from_iso(value, field, zone)
    found, rest = _date_and_rest(value, field)
    clock = CLOCK.fullmatch(rest) or PACKED_CLOCK.fullmatch(rest)
    if clock is None and rest:
        raise refusal(field, "a time such as 2024-05-01 13:45:00")
    hour, minute, second, offset = clock.groups() if clock else ("0", "0", "0", None)
    try:
        local = datetime.combine(found, time(int(hour), int(minute), int(second or 0), tzinfo=zone))
    except ValueError as error:
        raise refusal(field, "a time such as 2024-05-01 13:45:00") from error
    return _shifted(local, offset)


def clock_time(value: JSON, field: str) -> time:
    """Return a time of day such as 10:00."""
    found = CLOCK.fullmatch(folded(value, field))
    try:
        if found is not None:
            return time(int(found[1]), int(found[2]), int(found[3] or 0))
    except ValueError:
        pass
    raise refusal(field, "a time of day such as 10:00")


def _date_and_rest(value: JSON, field: str) -> tuple[date, str]:
    written = folded(value, field)
    found = DATE.match(written) or PACKED_DATE.match(written)
    try:
        if found is not None and EARLIEST_YEAR <= int(found[1]) <= LATEST_YEAR:
            return date(int(found[1]), int(found[2]), int(found[3])), written[found.end() :]
    except ValueError:
        pass
    raise refusal(field, "a date such as 2024-05-01")


def _from_epoch(value: float, field: str) -> datetime:
    seconds = value / 1000 if value > MILLISECONDS else value
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise refusal(field, "seconds since 1970") from error


def _from_iso(written: str, field: str, zone: ZoneInfo) -> datetime:
    """Return the time of what most exports write; much faster than taking any form apart."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError as error:
        raise refusal(field, "a time such as 2024-05-01 13:45:00") from error
    if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        raise refusal(field, "a time such as 2024-05-01 13:45:00")
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _shifted(local: datetime, offset: str | None) -> datetime:
    """Return the time in the zone that was written with it, if one was."""
    if not offset:
        return local
    text_offset = "+00:00" if offset == "Z" else offset
    return datetime.fromisoformat(local.replace(tzinfo=None).isoformat() + text_offset)
