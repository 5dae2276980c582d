"""The retailer's own names: products, categories, brands, stores, cities."""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from nlu.entities.fuzzy import FuzzyIndex
from nlu.entities.partial_names import PartialNames, without_pack
from nlu.entities.word_index import Word, WordIndex
from nlu.types import Entity

_LATIN: Final = re.compile(r"[a-z]+")


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
            for surface in _spellings(entry)
        ]
        self._words = frozenset(
            word for named in words for word in _LATIN.findall(named.surface.lower())
        )
        self._exact = WordIndex(words, "gazetteer")
        self._fuzzy = FuzzyIndex(words)
        self._parts = PartialNames(word for word in words if word.entity == "product")

    @property
    def words(self) -> frozenset[str]:
        """Every Latin word of the names, in lower case."""
        return self._words

    def find(self, text: str, known: Container[str] = frozenset()) -> Iterator[Entity]:
        """All names found in `text`; they may overlap.

        Words in `known` (in lower case) are right as they are: "shops" is no misspelt "shoes".
        """
        yield from self._exact.find(text)
        yield from self._fuzzy.find(text, known)
        yield from self._parts.find(text)


def _spellings(entry: GazetteerEntry) -> Iterator[str]:
    """What an entry is called, and what people call it: 徐家汇店 also 徐家汇."""
    for surface in entry.surfaces:
        yield surface
        if entry.entity == "product" and (bare := without_pack(surface)) != surface:
            yield bare
        if entry.entity == "store":
            yield from _store_spellings(surface)


def _store_spellings(name: str) -> Iterator[str]:
    if name.startswith("The "):
        yield name.removeprefix("The ")
    bare = re.sub(r"(?:路|街)?店$", "", name)
    if bare != name and len(bare) > 1:
        yield name.removesuffix("店")
        yield bare
    turned = re.fullmatch(r"(East|West|North|South|Central) (\w+) (Road|Street|Avenue)", name)
    if turned:
        yield f"{turned[2]} {turned[1]} {turned[3]}"
        yield f"{turned[2]} Road {turned[1]}"
