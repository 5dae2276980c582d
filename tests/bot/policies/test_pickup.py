"""Collecting in a shop: deadlines and limits."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.policies import load_policies
from bot.policies.pickup import collect_by, may_reserve

POLICY = load_policies().pickup
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("now", "days", "deadline"),
    [
        ("2026-03-02T17:00", 2, "2026-03-04T22:00"),
        ("2026-03-02T17:00", 0, "2026-03-02T22:00"),
        ("2026-03-02T22:30", 0, "2026-03-03T22:00"),
        ("2026-12-31T12:00", 1, "2027-01-01T22:00"),
    ],
)
def test_goods_wait_until_the_shop_closes(now: str, days: int, deadline: str) -> None:
    asked = datetime.fromisoformat(now).replace(tzinfo=SHANGHAI)
    until = collect_by(asked.astimezone(UTC), days, time(22), SHANGHAI)
    assert until == datetime.fromisoformat(deadline).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("free", "units", "open_already", "rule"),
    [
        (2, 2, 0, "reserved"),
        (1, 2, 0, "sold_out_there"),
        (9, 3, 0, "too_many_units"),
        (9, 1, 3, "too_many_reservations"),
    ],
)
def test_what_is_put_aside(free: int, units: int, open_already: int, rule: str) -> None:
    decision = may_reserve(POLICY, free=free, units=units, open_already=open_already)
    assert decision.rule == rule
