"""Warranty: who pays for what, and which times there are."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.policies import Decision, load_policies
from bot.policies.warranty import (
    Hours,
    add_months,
    free_windows,
    under_warranty,
    windows,
)

POLICY = load_policies().warranty
SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY_AT_FIVE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def decide(category: str, fault: str, bought: date, line: str = "appliances") -> Decision:
    return under_warranty(
        POLICY, line=line, category=category, fault=fault, bought=bought, today=date(2026, 3, 2)
    )


@pytest.mark.parametrize(
    ("category", "fault", "bought", "rule", "charge"),
    [
        ("kitchen", "no_power", date(2025, 3, 2), "warranty_kitchen", "free"),
        ("kitchen", "no_power", date(2025, 3, 1), "out_of_warranty", "paid"),
        ("cleaning", "no_power", date(2025, 3, 1), "warranty_cleaning", "free"),
        ("cleaning", "battery", date(2025, 3, 1), "inspected_first", "unclear"),
        ("cleaning", "damage", date(2026, 3, 1), "damage_not_covered", "paid"),
        ("kitchen", "other", date(2020, 3, 1), "out_of_warranty", "paid"),
    ],
)
def test_goods_date_and_fault_say_who_pays(
    category: str, fault: str, bought: date, rule: str, charge: str
) -> None:
    decision = decide(category, fault, bought)
    assert (decision.allowed, decision.rule, decision.facts["charge"]) == (True, rule, charge)


def test_what_has_no_term_is_not_repaired() -> None:
    decision = decide("skincare", "other", date(2026, 3, 1), "cosmetics")
    assert (decision.allowed, decision.rule) == (False, "not_repairable")


def test_a_month_ends_where_the_calendar_says() -> None:
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2025, 11, 30), 3) == date(2026, 2, 28)
    assert add_months(date(2025, 12, 31), 12) == date(2026, 12, 31)


def starts(hours: Hours, opens: str = "10:00", closes: str = "22:00") -> list[str]:
    found = windows(
        POLICY,
        hours,
        now=MONDAY_AT_FIVE,
        zone=SHANGHAI,
        opens=time.fromisoformat(opens),
        closes=time.fromisoformat(closes),
    )
    return [f"{one.starts_at:%m-%d %H:%M}" for one in found]


def test_times_are_to_come_on_working_days_within_opening_hours() -> None:
    hours = Hours(
        weekdays=(1, 2), starts=(time(9), time(17), time(19), time(21)), hours=2, capacity=1
    )
    assert starts(hours)[:3] == ["03-02 19:00", "03-03 17:00", "03-03 19:00"]
    assert "03-04 17:00" not in starts(hours)
    assert starts(hours)[-1] == "03-16 19:00"


def test_a_place_that_closes_after_midnight_is_open_all_evening() -> None:
    hours = Hours(weekdays=(1,), starts=(time(21),), hours=3, capacity=1)
    assert starts(hours, closes="00:00") == ["03-02 21:00", "03-09 21:00", "03-16 21:00"]
    assert starts(hours, closes="23:30") == []


def test_a_full_time_is_not_offered() -> None:
    hours = Hours(weekdays=(2,), starts=(time(10), time(14)), hours=2, capacity=2)
    every = list(
        windows(POLICY, hours, now=MONDAY_AT_FIVE, zone=SHANGHAI, opens=time(10), closes=time(22))
    )
    free = free_windows(iter(every), {every[0].starts_at: 2, every[1].starts_at: 1}, 2)
    assert free[date(2026, 3, 3)] == [every[1]]
    assert free[date(2026, 3, 10)] == every[2:4]
