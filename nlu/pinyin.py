"""Chinese by its sound: pinyin to characters, and characters that only sound right.

Both go by how often the training data has one character after another.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

_LONGEST_SYLLABLE: Final = 6
_OFTEN: Final = 4
"""A pair of characters the training data has this often may stand for a homophone."""
_RARE: Final = 10
_SELDOM: Final = 5
"""Added to what every character was seen, so that those seen once prove little."""
_SMOOTHING: Final = 0.5
_FAMILIAR: Final = 0.6
"""Least share of pairs that the training data has, in what pinyin is read as."""
_FAR_OFTENER: Final = 10
_HAN_RUN: Final = re.compile(r"[\u4e00-\u9fff]+")

Change = tuple[int, int, str]
"""Start and end of what is replaced, and what replaces it."""


class Pinyin:
    """Syllables to the characters that the training data would have there."""

    def __init__(self, runs: Counter[str]) -> None:
        self._single: Counter[str] = Counter()
        self._pairs: Counter[str] = Counter()
        for run, count in runs.items():
            for character in run:
                self._single[character] += count
            for last, character in zip(f"^{run}", run, strict=False):
                self._pairs[last + character] += count
        self._total = sum(self._single.values())
        self._heard = _heard(runs)
        self._characters: dict[str, list[str]] = defaultdict(list)
        for character, syllables in self._heard.items():
            for syllable in syllables:
                self._characters[syllable].append(character)
        self._same_sound: dict[tuple[str, str], str] = {}
        for pair, count in sorted(self._pairs.items(), key=lambda item: item[1]):
            if count >= _OFTEN and pair[0] != "^":
                for first in self._sounds(pair[0]):
                    for second in self._sounds(pair[1]):
                        self._same_sound[first, second] = pair

    def _sounds(self, character: str) -> Iterable[str]:
        return self._heard.get(character) or _usual_syllables(character)

    def decode(self, tokens: Iterable[str]) -> str | None:
        """The likeliest characters for tokens of whole syllables; None if some have others."""
        # Best text and its score for each last character.
        states: dict[str, tuple[float, str]] = {"^": (0.0, "")}
        for token in tokens:
            states = self._through(token, states)
            if not states:
                return None
        _, text = max(states.values())
        pairs = [text[i : i + 2] for i in range(len(text) - 1)]
        familiar = sum(self._pairs[pair] > 0 for pair in pairs)
        return text if pairs and familiar >= _FAMILIAR * len(pairs) else None

    def _through(
        self, token: str, states: dict[str, tuple[float, str]]
    ) -> dict[str, tuple[float, str]]:
        at: list[dict[str, tuple[float, str]]] = [{} for _ in range(len(token) + 1)]
        at[0] = states
        for start, before in enumerate(at):
            for end in range(start + 1, min(start + _LONGEST_SYLLABLE, len(token)) + 1):
                if before:
                    self._step(before, self._characters.get(token[start:end], ()), at[end])
        return at[-1]

    def _step(
        self,
        before: dict[str, tuple[float, str]],
        characters: Iterable[str],
        after: dict[str, tuple[float, str]],
    ) -> None:
        for character in characters:
            score, text = max(
                (total + self._log_chance(last, character), said)
                for last, (total, said) in before.items()
            )
            if character not in after or score > after[character][0]:
                after[character] = (score, text + character)

    def _log_chance(self, last: str, character: str) -> float:
        alone = self._single[character] / self._total
        follows = self._pairs[last + character] + _SMOOTHING * alone
        return math.log(follows / (self._single.get(last, 0) + _SELDOM))

    def homophones(self, text: str) -> Iterator[Change]:
        """Pairs that the training data does not have, where it often has one of the same sound."""
        changed_to = 0
        for run in _HAN_RUN.finditer(text):
            for start in range(run.start(), run.end() - 1):
                pair = text[start : start + 2]
                meant = self._meant(pair, text, start) if start >= changed_to else None
                if meant is not None:
                    yield start, start + 2, meant
                    changed_to = start + 2

    def _meant(self, pair: str, text: str, start: int) -> str | None:
        if self._pairs[pair] > 1 or _is_word(pair):
            return None
        sounds = ((a, b) for a in self._sounds(pair[0]) for b in self._sounds(pair[1]))
        found = [self._same_sound[sound] for sound in sounds if sound in self._same_sound]
        least = _FAR_OFTENER * self._pairs[pair]
        alike = [
            meant
            for meant in found
            if (meant[0] == pair[0]) != (meant[1] == pair[1]) and self._pairs[meant] >= least
        ]
        meant = max(alike, key=self._pairs.__getitem__, default=None)
        return None if meant is None or self._at_home(pair, meant, text, start) else meant

    def _at_home(self, pair: str, meant: str, text: str, start: int) -> bool:
        """Whether the character in doubt makes sense with its other neighbour."""
        other = text[start + 1 : start + 3] if meant[0] == pair[0] else text[start - 1 : start + 1]
        return len(other) > 1 and (self._pairs[other] > 0 or _is_word(other))


def _heard(runs: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """How each character is read in these texts; readings that are rare there are left out."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - reads large tables

    readings: dict[str, Counter[str]] = defaultdict(Counter)
    for run in runs:
        for character, syllable in zip(run, lazy_pinyin(run), strict=True):
            readings[character][syllable] += 1
    return {
        character: tuple(s for s, n in found.items() if n * _RARE >= found.total())
        for character, found in readings.items()
    }


@cache
def _usual_syllables(character: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    return tuple(lazy_pinyin(character))


@cache
def _is_word(pair: str) -> bool:
    from pypinyin.constants import PHRASES_DICT  # noqa: PLC0415

    return pair in PHRASES_DICT
