"""Finding listed words in a text: every occurrence, by one dictionary look-up per length."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nlu.language import to_simplified
from nlu.types import Entity


@dataclass(frozen=True, slots=True)
class Word:
    """A word that is an entity."""

    surface: str
    entity: str
    value: str


class WordIndex:
    """Listed words, whatever their case, in texts that are normalised.

    A Latin word must stand for itself: "tea" is not in "team", but in "teas".
    """

    def __init__(self, words: Iterable[Word], extractor: str) -> None:
        self._extractor = extractor
        self._words: dict[str, list[Word]] = defaultdict(list)
        lengths: dict[str, set[int]] = defaultdict(set)
        for word in words:
            surface = fold(to_simplified(word.surface))
            if surface and word not in self._words[surface]:
                self._words[surface].append(word)
                lengths[surface[:2]].add(len(surface))
        self._lengths = {key: sorted(found) for key, found in lengths.items()}

    def find(self, text: str) -> Iterator[Entity]:
        """All occurrences in `text`; they may overlap."""
        folded = fold(text)
        for start in range(len(folded)):
            for key in (folded[start], folded[start : start + 2]):
                for length in self._lengths.get(key, ()):
                    yield from self._at(text, folded, start, start + length)

    def _at(self, text: str, folded: str, start: int, end: int) -> Iterator[Entity]:
        words = self._words.get(folded[start:end]) if end <= len(folded) else None
        if words and stands_alone(folded, start, end):
            yield from self._entities(words, text, start, end)

    def _entities(self, words: list[Word], text: str, start: int, end: int) -> Iterator[Entity]:
        for word in words:
            yield Entity(
                word.entity, word.value, text[start:end], start, end, extractor=self._extractor
            )


def fold(text: str) -> str:
    """`text` for comparison, of the same length."""
    lowered = text.lower()
    # A few capitals grow when they are made small (İ): positions are worth more than they are.
    return lowered if len(lowered) == len(text) else text


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no Latin word or number is cut at either end; a plural s may follow."""
    if start > 0 and _latin(text[start]) and _latin(text[start - 1]):
        return False
    if end == len(text) or not (_latin(text[end - 1]) and _latin(text[end])):
        return True
    return text[end] == "s" and (end + 1 == len(text) or not _latin(text[end + 1]))


def _latin(character: str) -> bool:
    return character.isalnum() and character < "\u2e80"
