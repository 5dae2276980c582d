"""Cleaning a text for understanding, and the way back to the text as it was received."""

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

from nlu.language import detect_language, to_simplified
from nlu.types import Language

MAX_CHARACTERS: Final = 4000
"""What is read of a message; the rest cannot change what it is about."""

# Format and private-use characters, lone surrogates, and selectors of emoji and glyph variants.
_DROPPED_CATEGORIES: Final = frozenset({"Cf", "Cc", "Cs", "Co"})
_VARIATION_SELECTORS: Final = frozenset(map(chr, range(0xFE00, 0xFE10)))


@dataclass(frozen=True, slots=True)
class NormalisedText:
    """A cleaned text whose every character knows where it came from."""

    original: str
    text: str
    """Full-width forms made plain, invisible characters gone, spaces single, Chinese Simplified."""
    language: Language
    starts: tuple[int, ...]
    """For each character of `text`, the start of its source in `original`."""
    ends: tuple[int, ...]
    """For each character of `text`, the end of its source in `original`."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` came from in `original`; the span must not be empty."""
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"no such span: {start}..{end} of {len(self.text)}")
        return self.starts[start], self.ends[end - 1]

    def position(self, original: int) -> int:
        """The first character of `text` that comes from `original[original:]`."""
        return bisect_right(self.ends, original)


def normalise(original: str, default: Language = "zh") -> NormalisedText:
    """Clean `original`; `default` is its language where it has no words."""
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _clusters(original[:MAX_CHARACTERS]):
        for character in _cleaned(original[start:end]):
            if character == " " and (not characters or characters[-1] == " "):
                continue
            characters.append(character)
            starts.append(start)
            ends.append(end)
    if characters and characters[-1] == " ":
        for kept in (characters, starts, ends):
            kept.pop()
    text = "".join(characters)
    return NormalisedText(
        original, to_simplified(text), detect_language(text, default), tuple(starts), tuple(ends)
    )


def _clusters(text: str) -> list[tuple[int, int]]:
    """Spans of a character and the marks combined with it: they are normalised as one."""
    starts = [i for i, c in enumerate(text) if i == 0 or not unicodedata.combining(c)]
    return list(zip(starts, [*starts[1:], len(text)], strict=False))


def _cleaned(cluster: str) -> str:
    if cluster.isascii() and cluster.isprintable():
        return cluster
    return "".join(
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFKC", cluster)
        if character.isspace() or not _is_dropped(character)
    )


def _is_dropped(character: str) -> bool:
    return (
        unicodedata.category(character) in _DROPPED_CATEGORIES or character in _VARIATION_SELECTORS
    )
