"""Figures as charts: options of Apache ECharts, as data alone, never as script."""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from bot.desk.figures import DayFigures, Figures
from bot.desk.wording import Wording

Options: TypeAlias = dict[str, Any]
"""What ECharts documents; its shape is theirs."""
INK: Final = "#7d8a8c"
COLOURS: Final = ["#2f8f7d", "#c98a2b", "#5b7fd6", "#b5544d"]


def volume(figures: Figures, say: Wording) -> Options:
    """Return conversations and handoffs by day."""
    return _by_day(
        figures.days,
        {
            say("conversations_count"): [one.conversations for one in figures.days],
            say("handoffs_count"): [one.handoffs for one in figures.days],
        },
        "bar",
    )


def times(figures: Figures, say: Wording) -> Options:
    """Return minutes to the first answer and to the end by day."""
    return _by_day(
        figures.days,
        {
            say("first_answer"): [_minutes(one.first_answer_seconds) for one in figures.days],
            say("resolution_time"): [_minutes(one.resolution_seconds) for one in figures.days],
        },
        "line",
    )


def containment(figures: Figures, say: Wording) -> Options:
    """Return the share of conversations that needed no human, in percent."""
    shares = [_percent(one.containment) for one in figures.days]
    return _by_day(figures.days, {say("containment"): shares}, "line", most=100)


def satisfaction(figures: Figures, say: Wording) -> Options:
    """Return the mean score by day."""
    scores = [_rounded(one.satisfaction) for one in figures.days]
    return _by_day(figures.days, {say("satisfaction"): scores}, "line", most=5)


def reasons(figures: Figures, say: Wording) -> Options:
    """Return handoffs by reason, the most frequent on top."""
    named = [(say.of("reason", key), value) for key, value in figures.reasons.items()][::-1]
    return {
        **_frame(),
        "grid": {"left": 8, "right": 24, "top": 8, "bottom": 8, "containLabel": True},
        "xAxis": _values(),
        "yAxis": {"type": "category", "data": [name for name, _ in named], **_axis()},
        "series": [{"type": "bar", "data": [value for _, value in named], "barMaxWidth": 18}],
    }


def is_empty(options: Options) -> bool:
    """Whether a chart has nothing to show: an empty frame looks broken."""
    return all(value is None for series in options["series"] for value in series["data"])


def _by_day(
    days: Sequence[DayFigures],
    series: dict[str, list[int | float | None]] | dict[str, list[int]],
    kind: str,
    most: float | None = None,
) -> Options:
    return {
        **_frame(),
        "legend": {"top": 0, "textStyle": {"color": INK}, "show": len(series) > 1},
        "grid": {"left": 8, "right": 12, "top": 32, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "category", "data": [f"{one.day:%m-%d}" for one in days], **_axis()},
        "yAxis": {**_values(), **({} if most is None else {"max": most})},
        "series": [
            {"name": name, "type": kind, "data": data, "barMaxWidth": 18, "connectNulls": True}
            for name, data in series.items()
        ],
    }


def _frame() -> Options:
    return {"color": COLOURS, "tooltip": {"trigger": "axis", "renderMode": "richText"}}


def _axis() -> Options:
    return {"axisLabel": {"color": INK}, "axisTick": {"show": False}}


def _values() -> Options:
    line = {"lineStyle": {"color": INK, "opacity": 0.2}}
    return {"type": "value", "minInterval": 1, "axisLabel": {"color": INK}, "splitLine": line}


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)


def _percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 1)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
