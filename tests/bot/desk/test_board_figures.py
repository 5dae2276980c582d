"""The supervisors' figures: counted by the retailer's day, and safe to open in a spreadsheet."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.desk import charts
from bot.desk.figures import Figures, count, to_csv
from bot.desk.wording import Wording
from bot.replies import Phrasebook
from crm_store.types.handoffs import HandoffReason, HandoffState
from crm_store.types.reports import HandoffFact, Score, Span, TalkCount, UnknownQuestion

DAY = date(2026, 3, 2)
SPAN = Span(DAY, DAY + timedelta(1), ZoneInfo("Asia/Shanghai"))
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def fact(
    *, answered: int | None, closed: int | None, after: timedelta = timedelta(0)
) -> HandoffFact:
    at = NOON + after
    return HandoffFact(
        1,
        HandoffReason.ASKED,
        HandoffState.RESOLVED if closed else HandoffState.TAKEN,
        "web",
        None,
        7,
        at,
        at,
        None if answered is None else at + timedelta(seconds=answered),
        None if closed is None else at + timedelta(seconds=closed),
    )


def figures(*questions: str) -> Figures:
    handoffs = [
        fact(answered=30, closed=600),
        fact(answered=90, closed=None),
        fact(answered=None, closed=None, after=timedelta(hours=13)),
    ]
    talks = [TalkCount(DAY, "web", 6, 1), TalkCount(DAY, "telegram", 2, 1)]
    unknown = [UnknownQuestion(text, 3, NOON) for text in questions]
    return count(SPAN, handoffs, talks, [Score(DAY, 5, "web"), Score(DAY, 4, "web")], unknown)


def test_every_day_is_counted_and_an_empty_one_says_nothing() -> None:
    first, second = figures().days
    assert (first.conversations, first.handoffs, first.resolved) == (8, 2, 1)
    assert (first.first_answer_seconds, first.resolution_seconds) == (60, 600)
    assert (first.containment, first.satisfaction) == (0.75, 4.5)
    assert (second.conversations, second.handoffs) == (0, 1)
    assert (second.first_answer_seconds, second.containment, second.satisfaction) == (None,) * 3


@pytest.mark.parametrize("attack", ["=1+1", "+cmd", "-2", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_no_cell_is_a_formula(attack: str) -> None:
    written = to_csv(figures(attack), lambda key: key)
    assert written.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(written[1:], newline="")))
    assert [f"'{attack}", "3"] in rows
    assert rows[1][:4] == ["2026-03-02", "8", "2", "1"]


def test_a_chart_of_days_without_figures_is_empty_and_one_of_zeros_is_not() -> None:
    say, none = Wording(Phrasebook().speaker("zh")), count(SPAN, [], [], [])
    assert charts.is_empty(charts.satisfaction(none, say))
    assert charts.is_empty(charts.times(none, say))
    assert charts.is_empty(charts.reasons(none, say))
    assert not charts.is_empty(charts.volume(none, say))
