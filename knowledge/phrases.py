"""Names, brands and numbers of products found in a text, exactly or with a typo or two."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz, process

from knowledge.lexical import units
from knowledge.types import CatalogItem

_SHORTEST = 2
_LONGEST_PHRASE = 24
_SHORTEST_WITH_TYPO = 4
_SHORTEST_WITH_TWO_TYPOS = 8
_CANDIDATES = 50


class PhraseKind(StrEnum):
    """What a phrase is to a product; the value is what `Hit.matched` says."""

    SKU = "sku"
    NAME = "name"
    BRAND = "brand"


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase found: what it is, whose it is, how much of the text it is."""

    kind: PhraseKind
    position: int
    """Position of the product."""
    coverage: float
    """Share of the text's units inside the phrase, 0 to 1."""


class PhraseBook:
    """Every phrase that names a product, looked up without regard to case and spacing."""

    def __init__(self, items: Sequence[CatalogItem]) -> None:
        self._owners: dict[str, set[tuple[PhraseKind, int]]] = {}
        for position, item in enumerate(items):
            for kind, phrase in _phrases(item):
                key = "".join(units(phrase))
                if len(key) >= _SHORTEST:
                    self._owners.setdefault(key, set()).add((kind, position))
        named = {
            f" {' '.join(units(name))} ": position
            for position, item in reversed(list(enumerate(items)))
            for name in (*item.names.values(), *item.aliases)
        }
        self._names = [name for name in named if name.strip()]
        self._name_positions = [named[name] for name in self._names]

    def mentions(self, text: str) -> list[Mention]:
        """Phrases that stand in the text exactly, the longest first."""
        parts = units(text)
        found = [
            Mention(kind, position, length / len(parts))
            for length in range(min(len(parts), _LONGEST_PHRASE), 0, -1)
            for start in range(len(parts) - length + 1)
            for kind, position in self._owners.get("".join(parts[start : start + length]), ())
        ]
        return sorted(found, key=lambda m: (-m.coverage, m.kind, m.position))

    def near(self, text: str) -> dict[int, float]:
        """Products whose name is nearly in the text, or the text nearly in it: likeness 0 to 1.

        One typo is forgiven from 4 letters on, two from 8. Latin text is compared between word
        boundaries, so that "ring" is not in "earring".
        """
        wanted = f" {' '.join(units(text))} "
        best: dict[int, float] = {}
        for name, likeness, place in process.extract(
            wanted, self._names, scorer=fuzz.partial_ratio, limit=_CANDIDATES
        ):
            if likeness / 100 >= _least_likeness(wanted, name) and _numbers_agree(wanted, name):
                position = self._name_positions[place]
                best[position] = max(best.get(position, 0.0), likeness / 100)
        return best


def _phrases(item: CatalogItem) -> Iterator[tuple[PhraseKind, str]]:
    for sku in item.skus:
        yield PhraseKind.SKU, sku.sku
    yield PhraseKind.SKU, item.product_id
    for name in (*item.names.values(), *item.aliases):
        yield PhraseKind.NAME, name
    yield PhraseKind.BRAND, item.brand


def _least_likeness(one: str, other: str) -> float:
    """The likeness that the forgiven typos leave of the shorter of two spaced phrases."""
    shorter = min(one, other, key=len)
    letters = len(shorter.replace(" ", ""))
    typos = (letters >= _SHORTEST_WITH_TYPO) + (letters >= _SHORTEST_WITH_TWO_TYPOS)
    return 1.0 - (typos + 0.01) / len(shorter)


def _numbers_agree(one: str, other: str) -> bool:
    """A typo in a number is another product: "iphone 15" is not near "iphone 16"."""
    numbers = [{part for part in text.split() if part[0].isdigit()} for text in (one, other)]
    return not numbers[0] or not numbers[1] or bool(numbers[0] & numbers[1])
