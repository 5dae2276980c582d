"""What an engine can tell about its own work, for whoever shows metrics."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Figure:
    """One number at this moment."""

    name: str
    """As in Prometheus, without prefix and without `_total`: "nlu_answers"."""
    meaning: str
    """One line for people."""
    value: float
    counts: bool
    """Whether it only ever grows."""
    labels: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Watched(Protocol):
    """An engine that keeps figures."""

    def figures(self) -> Iterator[Figure]:
        """The figures now, with those of the engines inside."""


def figures_of(*parts: object) -> Iterator[Figure]:
    """The figures of those parts that keep any."""
    for part in parts:
        if isinstance(part, Watched):
            yield from part.figures()
