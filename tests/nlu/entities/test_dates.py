"""Dates, all read on Wednesday 18 November 2026."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.entities.dates import find_dates
from nlu.types import DateRange

TODAY = date(2026, 11, 18)


def days(start: str, end: str | None = None, at: str | None = None) -> DateRange:
    return DateRange(
        date.fromisoformat(start),
        date.fromisoformat(end or start),
        time.fromisoformat(at) if at else None,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("今天", days("2026-11-18")),
        ("明天", days("2026-11-19")),
        ("大后天", days("2026-11-21")),
        ("前天", days("2026-11-16")),
        ("周五", days("2026-11-20")),
        ("下周三", days("2026-11-25")),
        ("上周日", days("2026-11-15")),
        ("这个周末", days("2026-11-21", "2026-11-22")),
        ("上个月", days("2026-10-01", "2026-10-31")),
        ("下个月", days("2026-12-01", "2026-12-31")),
        ("这周", days("2026-11-16", "2026-11-22")),
        ("去年", days("2025-01-01", "2025-12-31")),
        ("11月3号", days("2026-11-03")),
        ("1月5日", days("2027-01-05")),
        ("2025年3月8日", days("2025-03-08")),
        ("去年十一月", days("2025-11-01", "2025-11-30")),
        ("3天前", days("2026-11-15")),
        ("两周后", days("2026-12-02")),
        ("最近三个月", days("2026-08-18", "2026-11-18")),
        ("过去7天", days("2026-11-12", "2026-11-18")),
        ("双十一", days("2026-11-11")),
        ("11月1号到11月5号", days("2026-11-01", "2026-11-05")),
        ("明天下午3点", days("2026-11-19", at="15:00")),
        ("周五晚上8点半", days("2026-11-20", at="20:30")),
        ("today", days("2026-11-18")),
        ("tomorrow at 3pm", days("2026-11-19", at="15:00")),
        ("the day after tomorrow", days("2026-11-20")),
        ("yesterday", days("2026-11-17")),
        ("next Monday", days("2026-11-23")),
        ("last Friday", days("2026-11-13")),
        ("this Friday", days("2026-11-20")),
        ("Saturday", days("2026-11-21")),
        ("next week", days("2026-11-23", "2026-11-29")),
        ("last month", days("2026-10-01", "2026-10-31")),
        ("3 days ago", days("2026-11-15")),
        ("two weeks ago", days("2026-11-04")),
        ("in three days", days("2026-11-21")),
        ("the last 30 days", days("2026-10-20", "2026-11-18")),
        ("Nov 3", days("2026-11-03")),
        ("3rd of November", days("2026-11-03")),
        ("January 5, 2025", days("2025-01-05")),
        ("from Nov 1 to Nov 5", days("2026-11-01", "2026-11-05")),
        ("2026-11-03", days("2026-11-03")),
        ("2026/11/3", days("2026-11-03")),
        ("end of the month", days("2026-11-21", "2026-11-30")),
        ("3:30 pm", days("2026-11-18", at="15:30")),
    ],
)
def test_dates(text: str, expected: DateRange) -> None:
    assert [entity.value for entity in find_dates(text, TODAY)] == [expected]


@pytest.mark.parametrize(
    "text",
    ["便宜一点", "may I return it", "2月30日", "三楼", "sunny", "monitor", "第3号店", "13/45"],
)
def test_what_is_no_date(text: str) -> None:
    assert find_dates(text, TODAY) == []


@given(
    st.text(alphabet="今明后天上下个周月年一三十号日点半前内到至0123456789 -/:", max_size=30),
    st.dates(),
)
def test_no_text_breaks_the_calendar(text: str, today: date) -> None:
    for entity in find_dates(text, today):
        assert text[entity.start : entity.end] == entity.text
