"""A date rule: a pattern, and the days each of its matches means."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from nlu.types import DateRange


@dataclass(frozen=True, slots=True)
class DateRule:
    """Matches of `pattern` are dates."""

    pattern: re.Pattern[str]
    days: Callable[[re.Match[str], date], DateRange | None]
    """What a match means on a given day; None: it is no date after all."""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class DateRuleSet:
    """Rules that can match only where `hint` is found."""

    hint: re.Pattern[str]
    rules: tuple[DateRule, ...]


def date_rule_set(hint: str, *rules: DateRule) -> DateRuleSet:
    """Rules behind a hint that ignores case."""
    return DateRuleSet(re.compile(hint, re.IGNORECASE), rules)


def date_rule(
    pattern: str,
    days: Callable[[re.Match[str], date], DateRange | None],
    confidence: float = 1.0,
) -> DateRule:
    """A rule that ignores case."""
    return DateRule(re.compile(pattern, re.IGNORECASE), days, confidence)
