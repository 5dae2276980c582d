"""Classes: known to the assistant, large enough, in every language of the data."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from statistics import median
from typing import Final

from rapidfuzz import process

from nlu.training.data import Example, TrainingData
from nlu.types import OUT_OF_SCOPE
from nlu.validation.domain import Domain
from nlu.validation.finding import Finding, Rule, Severity, at
from nlu.validation.languages import written_in

_FEWEST: Final = 5
"""Examples of an intent; with fewer, no fold of a cross-validation sees them all."""
_LOPSIDED: Final = 8
"""How many times the usual number of examples is too many, or too few."""
_ALIKE: Final = 75
"""Percent of likeness at which a known name is offered for an unknown one."""


def classes(data: TrainingData, domain: Domain) -> Iterator[Finding]:
    """Findings about whole intents, at the first example of each."""
    first: dict[str, Example] = {}
    for example in data.examples:
        first.setdefault(example.intent, example)
    yield from _unknown(first, domain)
    yield from _sizes(Counter(example.intent for example in data.examples), first)
    yield from _one_language(data, first)


def suggestion(name: str, known: frozenset[str]) -> str:
    """A question after the known name that was probably meant; empty when none is like it."""
    best = process.extractOne(name, sorted(known), score_cutoff=_ALIKE)
    return f"; did you mean {best[0]}?" if best else ""


def _unknown(first: dict[str, Example], domain: Domain) -> Iterator[Finding]:
    if not domain.intents:
        return
    for intent, example in first.items():
        # Of a retrieval intent such as faq/ask_name the domain names the part before the slash.
        if not {intent, intent.split("/")[0]} & domain.intents:
            message = f"the assistant knows no intent {intent}{suggestion(intent, domain.intents)}"
            yield at(example, Rule.UNKNOWN_INTENT, Severity.ERROR, message)
    used = {name for intent in first for name in (intent, intent.split("/")[0])}
    for intent in sorted(domain.intents - used):
        message = f"{intent} has no example"
        yield Finding(Rule.EMPTY_CLASS, Severity.WARNING, message, intent=intent)


def _sizes(counts: Counter[str], first: dict[str, Example]) -> Iterator[Finding]:
    usual = median(n for intent, n in counts.items() if intent != OUT_OF_SCOPE or len(counts) == 1)
    for intent, n in counts.items():
        if n < _FEWEST:
            message = f"{intent} has {n} of at least {_FEWEST} examples"
            yield at(first[intent], Rule.UNBALANCED, Severity.WARNING, message)
        elif n * _LOPSIDED < usual or (n > usual * _LOPSIDED and intent != OUT_OF_SCOPE):
            message = f"{intent} has {n} examples, where {usual:.0f} are usual here"
            yield at(first[intent], Rule.UNBALANCED, Severity.WARNING, message)


def _one_language(data: TrainingData, first: dict[str, Example]) -> Iterator[Finding]:
    languages: defaultdict[str, set[str]] = defaultdict(set)
    for example in data.examples:
        languages[example.intent].add(written_in(example))
    every = set().union(*languages.values())
    for intent, spoken in languages.items():
        if missing := sorted(every - spoken):
            message = f"{intent} has no example in {' and '.join(missing)}"
            yield at(first[intent], Rule.ONE_LANGUAGE, Severity.WARNING, message)
