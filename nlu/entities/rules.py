"""A rule: a pattern, and the entity each of its matches is."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from nlu.types import Entity, EntityValue


@dataclass(frozen=True, slots=True)
class Rule:
    """Matches of `pattern` are entities of the kind `entity`."""

    entity: str
    pattern: re.Pattern[str]
    value: Callable[[re.Match[str]], EntityValue | None]
    """What a match is worth; None: it is no such entity after all."""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules that can match only where `hint` is found: one search spares most texts all of them."""

    hint: re.Pattern[str]
    rules: tuple[Rule, ...]


def rule_set(hint: str, *rules: Rule) -> RuleSet:
    """Rules behind a hint that ignores case."""
    return RuleSet(re.compile(hint, re.IGNORECASE), rules)


def rule(
    entity: str,
    pattern: str,
    value: Callable[[re.Match[str]], EntityValue | None],
    confidence: float = 1.0,
) -> Rule:
    """A rule that ignores case. The entity spans the group `span`, or the whole match."""
    return Rule(entity, re.compile(pattern, re.IGNORECASE), value, confidence)


def apply(sets: Iterable[RuleSet], text: str) -> Iterator[Entity]:
    """All entities the rules find in `text`; they may overlap."""
    for one in (rule for rules in sets if rules.hint.search(text) for rule in rules.rules):
        for match in one.pattern.finditer(text):
            value = one.value(match)
            if value is not None:
                group = "span" if "span" in one.pattern.groupindex else 0
                start, end = match.span(group)
                yield Entity(
                    one.entity, value, text[start:end], start, end, confidence=one.confidence
                )
