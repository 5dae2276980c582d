"""Listed words with one or two typos in them.

A typo destroys at most two of a word's bigrams, so the bigrams a text shares with each word,
counted for all words at once, leave few words to compare letter by letter.
"""

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from nlu.entities.word_index import Word, fold
from nlu.language import to_simplified
from nlu.types import Entity

_LATIN_WORD: Final = re.compile(r"[^\W_]+(?:['’&-][^\W_]+)*")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
# (shortest word, typos it may have): in a short word a typo makes another word.
_TWO_NAMES: Final = re.compile(r"[\u3400-\u9fff] [a-z]")
"""A name in both languages, as nobody writes it: "听屿 Tingyu"."""
_LATIN_TYPOS: Final = ((10, 2), (5, 1))
_HAN_TYPOS: Final = ((8, 2), (4, 1))


class FuzzyIndex:
    """Finds listed words that were misspelt; exact ones are for `WordIndex`."""

    def __init__(self, words: Iterable[Word]) -> None:
        folded = ((fold(to_simplified(word.surface)), word) for word in words)
        self._words = [(surface, word) for surface, word in folded if _typos(surface)]
        posting: dict[str, list[int]] = defaultdict(list)
        for number, (surface, _) in enumerate(self._words):
            for bigram in _bigrams(surface):
                posting[bigram].append(number)
        self._posting = {b: np.array(found, dtype=np.int64) for b, found in posting.items()}
        self._needed: NDArray[np.int64] = np.array(
            [max(len(_bigrams(s)) - 2 * _typos(s), 1) for s, _ in self._words], dtype=np.int64
        )

    def find(self, text: str, known: Container[str] = frozenset()) -> Iterator[Entity]:
        """Misspelt words in `text`, each at its best place; they may overlap.

        What consists of words in `known` (in lower case) is not misspelt.
        """
        folded = fold(text)
        for number in self._candidates(folded):
            surface, word = self._words[number]
            best = _best_window(folded, surface)
            if best is not None and not _all_known(folded[best[0] : best[1]], known):
                start, end, typos = best
                yield Entity(
                    word.entity,
                    word.value,
                    text[start:end],
                    start,
                    end,
                    confidence=1 - typos / len(surface),
                    extractor="gazetteer",
                )

    def _candidates(self, folded: str) -> list[int]:
        found = [self._posting[b] for b in _bigrams(folded) if b in self._posting]
        if not found:
            return []
        shared = np.bincount(np.concatenate(found), minlength=len(self._words))
        candidates: list[int] = np.flatnonzero(shared >= self._needed).tolist()
        return candidates


def _all_known(words: str, known: Container[str]) -> bool:
    if _HAN.search(words):
        return False
    return all(match[0] in known for match in _LATIN_WORD.finditer(words))


def _typos(surface: str) -> int:
    """How many typos a word may have."""
    if _TWO_NAMES.search(surface):
        return 0
    limits = _HAN_TYPOS if _HAN.search(surface) else _LATIN_TYPOS
    return next((typos for shortest, typos in limits if len(surface) >= shortest), 0)


def _bigrams(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}


def _best_window(text: str, surface: str) -> tuple[int, int, int] | None:
    """Start, end and typos of the piece of `text` closest to `surface`, if it is close enough."""
    allowed = _typos(surface)
    scored = (
        (OSA.distance(surface, text[start:end], score_cutoff=allowed), start, end)
        for start, end in _windows(text, surface, allowed)
    )
    typos, start, end = min(scored, default=(allowed + 1, 0, 0))
    return (start, end, typos) if 0 < typos <= allowed else None


def _windows(text: str, surface: str, slack: int) -> Iterator[tuple[int, int]]:
    if _HAN.search(surface):
        starts, ends = range(len(text)), range(1, len(text) + 1)
        yield from _spans(starts, ends, len(surface), slack)
        return
    words = [match.span() for match in _LATIN_WORD.finditer(text)]
    # Few people get the first letter wrong, and many words differ in nothing else.
    starts_here = [start for start, _ in words if text[start] == surface[0]]
    yield from _spans(starts_here, [end for _, end in words], len(surface), slack)


def _spans(
    starts: Iterable[int], ends: Iterable[int], length: int, slack: int
) -> Iterator[tuple[int, int]]:
    all_ends = list(ends)
    for start in starts:
        for end in all_ends:
            if abs(end - start - length) <= slack:
                yield start, end
