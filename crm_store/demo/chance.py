"""Chance that can be repeated: every part of the generator draws from a stream of its own."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Chance(Random):
    """Pseudo-random draws. The same seed and part give the same draws on every machine."""

    @classmethod
    def of(cls, seed: int, part: str) -> "Chance":
        """Return the stream of one part, so that a change to one part leaves the others alone."""
        return cls(f"{seed}/{part}")

    def happens(self, probability: float) -> bool:
        """Return true in that share of cases."""
        return self.random() < probability

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items, all equally likely."""
        return items[int(self.random() * len(items))]

    def randint(self, a: int, b: int) -> int:
        """Return a whole number from ``a`` to ``b``, faster than the inherited one."""
        return a + int(self.random() * (b - a + 1))

    def between(self, low: float, high: float) -> float:
        """Return a number from ``low`` up to ``high``."""
        return low + (high - low) * self.random()

    def digits(self, count: int) -> str:
        """Return that many digits."""
        return f"{int(self.random() * 10**count):0{count}d}"

    def letters(self, count: int, alphabet: str = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ") -> str:
        """Return a code; the usual alphabet leaves out letters that look like digits."""
        return "".join(self.pick(alphabet) for _ in range(count))


class Wheel(Generic[T]):
    """Items of which some come up more often than others."""

    def __init__(self, weighted: Iterable[tuple[T, float]]) -> None:
        pairs = list(weighted)
        self._items = [item for item, _ in pairs]
        self._ends = list(accumulate(weight for _, weight in pairs))

    def spin(self, chance: Random) -> T:
        """Return an item with a probability in proportion to its weight."""
        return self._items[bisect_right(self._ends, chance.random() * self._ends[-1])]
