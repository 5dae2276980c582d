"""How well entities are found: by span and by value, for each kind, on sentences marked by hand.

A file of such sentences is YAML: `today`, and under `groups` lists of lines in which every entity
is marked as `[words](kind=value)`, with a role as `[words](kind@role=value)`. Without a value the
words are the value. See `tests/nlu/entity_sentences`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from nlu.errors import NluDataError
from nlu.types import DateRange, Entity, PriceRange

_MARK: Final = re.compile(
    r"\[(?P<text>[^\[\]]+)\]\((?P<kind>[a-z_]+)(?:@(?P<role>[a-z]+))?(?:=(?P<value>[^()]*))?\)"
)
CANDIDATE: Final = 0.5
"""Entities below this confidence are offers to a skill that waits for one, and not counted."""


@dataclass(frozen=True, slots=True)
class Marked:
    """An entity as a person marked it."""

    kind: str
    value: str
    """As `value_as_text` writes it."""
    role: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class MarkedSentence:
    """A sentence and all its entities."""

    text: str
    entities: tuple[Marked, ...]
    group: str
    today: date


@dataclass(frozen=True, slots=True)
class KindScore:
    """Counts of one kind of entity."""

    marked: int
    found: int
    same_span: int
    """Found with exactly the marked span."""
    same_value: int
    """Found where marked, give or take a character, with the marked value and role."""
    touching: int
    """Found where marked, whatever the value."""

    @property
    def span_f1(self) -> float:
        """Harmonic mean of precision and recall of exact spans."""
        return _f1(self.same_span, self.marked, self.found)

    @property
    def value_f1(self) -> float:
        """Harmonic mean of precision and recall of values."""
        return _f1(self.same_value, self.marked, self.found)

    @property
    def value_accuracy(self) -> float:
        """Of the entities found where one is marked, the share with the right value and role."""
        return self.same_value / self.touching if self.touching else 0.0


@dataclass(frozen=True, slots=True)
class Mistake:
    """A sentence whose entities are not those marked."""

    text: str
    missed: tuple[Marked, ...]
    invented: tuple[Marked, ...]


@dataclass(frozen=True, slots=True)
class EntityReport:
    """Scores by kind, and every sentence that went wrong."""

    kinds: dict[str, KindScore]
    mistakes: tuple[Mistake, ...]
    sentences: int

    @property
    def overall(self) -> KindScore:
        """All kinds together."""
        fields = [
            (k.marked, k.found, k.same_span, k.same_value, k.touching) for k in self.kinds.values()
        ]
        return KindScore(*(sum(column) for column in zip(*fields, strict=True)))


def read_marked(file: Path) -> list[MarkedSentence]:
    """The sentences of a file; NluDataError where it does not say what it should."""
    try:
        content = YAML(typ="safe").load(file.read_text("utf-8"))
        today = content["today"]
        groups = content["groups"].items()
        return [
            _sentence(line, group, today)
            for group, lines in groups
            for line in lines.splitlines()
            if line.strip()
        ]
    except (YAMLError, OSError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise NluDataError(f"{file}: no marked sentences: {error}") from error


def _sentence(line: str, group: str, today: date) -> MarkedSentence:
    line = line.strip().removeprefix("-").strip()
    text, entities, last = "", [], 0
    for mark in _MARK.finditer(line):
        text += line[last : mark.start()]
        value = mark["text"] if mark["value"] is None else mark["value"]
        end = len(text) + len(mark["text"])
        entities.append(Marked(mark["kind"], value, mark["role"], len(text), end))
        text += mark["text"]
        last = mark.end()
    text += line[last:]
    if re.search(r"\]\(", text):
        raise ValueError(f"broken markup in: {line}")
    return MarkedSentence(text, tuple(entities), group, today)


def value_as_text(entity: Entity) -> str:
    """An entity's value as files of marked sentences write it."""
    if entity.candidates:
        return "|".join(sorted(entity.candidates))
    match entity.value:
        case DateRange(start, end, at, until):
            days = f"{start}" if start == end else f"{start}..{end}"
            hours = "..".join(f"{hour:%H:%M}" for hour in (at, until) if hour is not None)
            return f"{days} {hours}".rstrip()
        case PriceRange(low, high, currency):
            bounds = "..".join("" if bound is None else _plain(bound) for bound in (low, high))
            return f"{bounds} {currency}" if currency else bounds
        case value:
            return str(value)


def _plain(amount: Decimal) -> str:
    """Without an exponent or zeros at the end: 59.9, 800."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def evaluate_entities(
    sentences: Iterable[MarkedSentence], extract: Callable[[str, date], tuple[Entity, ...]]
) -> EntityReport:
    """Score what `extract` finds in each sentence, read on its day."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    mistakes, number = [], 0
    for sentence in sentences:
        number += 1
        found = [_as_marked(e) for e in extract(sentence.text, sentence.today) if _counts(e)]
        _count(counts, sentence.entities, found)
        missed = tuple(m for m in sentence.entities if not _paired(m, found, _same))
        invented = tuple(f for f in found if not _paired(f, sentence.entities, _same))
        if missed or invented:
            mistakes.append(Mistake(sentence.text, missed, invented))
    fields = ("marked", "found", "same_span", "same_value", "touching")
    kinds = {kind: KindScore(*(c[name] for name in fields)) for kind, c in sorted(counts.items())}
    return EntityReport(kinds, tuple(mistakes), number)


def _counts(entity: Entity) -> bool:
    return entity.confidence >= CANDIDATE


def _as_marked(entity: Entity) -> Marked:
    return Marked(entity.entity, value_as_text(entity), entity.role, entity.start, entity.end)


def _count(
    counts: dict[str, Counter[str]], marked: tuple[Marked, ...], found: list[Marked]
) -> None:
    for entity in found:
        counts[entity.kind]["found"] += 1
    for entity in marked:
        score = counts[entity.kind]
        score["marked"] += 1
        score["touching"] += _paired(entity, found, _touching)
        score["same_value"] += _paired(entity, found, _same)
        score["same_span"] += _paired(entity, found, _same_span)


def _paired(
    entity: Marked, others: Iterable[Marked], alike: Callable[[Marked, Marked], bool]
) -> bool:
    return any(alike(entity, other) for other in others)


def _touching(one: Marked, other: Marked) -> bool:
    return one.kind == other.kind and one.start < other.end and other.start < one.end


def _same(one: Marked, other: Marked) -> bool:
    return _touching(one, other) and (one.value, one.role) == (other.value, other.role)


def _same_span(one: Marked, other: Marked) -> bool:
    return _touching(one, other) and (one.start, one.end) == (other.start, other.end)


def _f1(right: int, marked: int, found: int) -> float:
    return 2 * right / (marked + found) if marked + found else 1.0


def report_lines(report: EntityReport) -> Iterator[str]:
    """The report as a table."""
    yield f"{'kind':<18} {'marked':>6} {'found':>6} {'span F1':>8} {'value F1':>9} {'value acc':>9}"
    for kind, score in [*report.kinds.items(), ("all", report.overall)]:
        yield (
            f"{kind:<18} {score.marked:>6} {score.found:>6} {score.span_f1:>8.3f} "
            f"{score.value_f1:>9.3f} {score.value_accuracy:>9.3f}"
        )
