from datetime import date, time

import pytest

from bot.dialogue.slots.day_words import (
    day_meant,
    day_part,
    days_later,
    hour_said,
    only_day_part,
)
from nlu.types import DateRange, Entity

DAY = DateRange(date(2026, 3, 6), date(2026, 3, 6))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("改到周五下午", "afternoon"),
        ("周五晚上比早上好", "evening"),
        ("Friday in the morning", "morning"),
        ("周五", None),
    ],
)
def test_the_part_of_the_day_that_comes_first_counts(text: str, part: str | None) -> None:
    assert day_part(text) == part


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("下午吧", "afternoon"),
        ("那就改到上午好了", "morning"),
        ("in the evening, please", "evening"),
        ("我晚上再想想", None),
        ("it broke this morning", None),
    ],
)
def test_a_part_of_the_day_answers_only_where_nothing_else_is_said(
    text: str, part: str | None
) -> None:
    assert only_day_part(text) == part


@pytest.mark.parametrize(
    ("text", "days", "meant"),
    [
        ("我明天没空，改到周五", ("明天", "周五"), "周五"),
        ("周五不行，周六吧", ("周五", "周六"), "周六"),
        ("Friday instead of tomorrow", ("Friday", "tomorrow"), "Friday"),
        ("I can't make it on Friday, Saturday is fine", ("Friday", "Saturday"), "Saturday"),
        ("明天我有事", ("明天",), None),
    ],
)
def test_a_day_that_does_not_suit_is_not_meant(
    text: str, days: tuple[str, ...], meant: str | None
) -> None:
    found = [Entity("date", DAY, day, text.index(day), text.index(day) + len(day)) for day in days]
    chosen = day_meant(text, found)
    assert (chosen and chosen.text) == meant


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("推迟一天吧", 1),
        ("提前两天", -2),
        ("延后一周", 7),
        ("make it one day later", 1),
        ("a week earlier", -7),
        ("两天后", None),
    ],
)
def test_days_are_counted_from_what_was_agreed(text: str, days: int | None) -> None:
    assert days_later(text) == days


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("at 10", time(10)),
        ("3", time(15)),
        ("10点", time(10)),
        ("at 10:30", None),
        ("三点半", None),
    ],
)
def test_an_hour_without_more_is_one_at_which_people_work(text: str, hour: time | None) -> None:
    assert hour_said(text) == hour
