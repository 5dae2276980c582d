"""The retailer's own names: products, categories, brands, stores, cities."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nlu.entities.fuzzy import FuzzyIndex
from nlu.entities.word_index import Word, WordIndex
from nlu.types import Entity


@dataclass(frozen=True, slots=True)
class GazetteerEntry:
    """One named thing and everything it is called."""

    entity: str
    """product, category, brand, store or city."""
    value: str
    """What the skills receive, whatever it was called."""
    surfaces: tuple[str, ...]
    """Its names in all languages."""


class Gazetteer:
    """Finds the names of its entries in a text; longer ones with one or two typos too."""

    def __init__(self, entries: Iterable[GazetteerEntry] = ()) -> None:
        words = [
            Word(surface, entry.entity, entry.value)
            for entry in entries
            for surface in entry.surfaces
        ]
        self._exact = WordIndex(words, "gazetteer")
        self._fuzzy = FuzzyIndex(words)

    def find(self, text: str) -> Iterator[Entity]:
        """All names found in `text`; they may overlap."""
        yield from self._exact.find(text)
        yield from self._fuzzy.find(text)
