"""Labelled sentences and the word lists that come with them."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nlu.types import Entity, Language


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence of the training data."""

    text: str
    """Without the entity markup."""
    intent: str
    language: Language
    entities: tuple[Entity, ...] = ()
    file: Path | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Regex:
    """A pattern whose matches are entities of the kind `name`."""

    name: str
    pattern: str


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Everything a model learns from."""

    examples: tuple[Example, ...]
    synonyms: Mapping[str, str] = field(default_factory=dict)
    """A word in lower case, and the value it stands for."""
    regexes: tuple[Regex, ...] = ()
    lookups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """A kind of entity, and the words that are one."""

    @property
    def intents(self) -> tuple[str, ...]:
        """All intents, sorted."""
        return tuple(sorted({example.intent for example in self.examples}))

    def fingerprint(self) -> str:
        """Hex SHA-256 over all that a model depends on; file names and order play no part."""
        content = {
            "examples": sorted([e.intent, e.text, *_marks(e)] for e in self.examples),
            "synonyms": sorted(self.synonyms.items()),
            "regexes": sorted([r.name, r.pattern] for r in self.regexes),
            "lookups": {kind: sorted(words) for kind, words in sorted(self.lookups.items())},
        }
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def _marks(example: Example) -> list[str]:
    return [f"{e.start}:{e.end}:{e.entity}:{e.value}:{e.role}" for e in example.entities]


def merge(parts: Iterable[TrainingData]) -> TrainingData:
    """One data set out of many; for a synonym given twice the later one holds."""
    examples: list[Example] = []
    synonyms: dict[str, str] = {}
    regexes: list[Regex] = []
    lookups: dict[str, tuple[str, ...]] = {}
    for part in parts:
        examples += part.examples
        synonyms |= part.synonyms
        regexes += part.regexes
        for kind, words in part.lookups.items():
            lookups[kind] = lookups.get(kind, ()) + words
    return TrainingData(tuple(examples), synonyms, tuple(regexes), lookups)
