"""Slows down guessing passwords: so many tries per login and address, in this process."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

TRIES: Final = 10
SPAN: Final = 600.0
"""Seconds in which so many wrong passwords are let pass."""
KEPT: Final = 10_000
"""When more pairs than this are remembered, those whose tries are old are forgotten."""


@dataclass(frozen=True, slots=True)
class Guesser:
    """Who tries: a login as typed, and the network address it is typed at."""

    login: str
    address: str


class Attempts:
    """Remembers tries; a right password clears them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: dict[Guesser, list[float]] = {}
        self._room = KEPT

    def take(self, who: Guesser) -> float:
        """Count a try, before the password is looked at; returns 0, or the seconds to wait."""
        tries = self._recent(who)
        if len(tries) >= TRIES:
            return SPAN - (self._clock() - tries[0])
        self._make_room()
        self._tries[who] = [*tries, self._clock()]
        return 0.0

    def used_up(self, who: Guesser) -> bool:
        """Whether the next try has to wait."""
        return len(self._recent(who)) >= TRIES

    def clear(self, who: Guesser) -> None:
        """Forget the tries of somebody who knew the password."""
        self._tries.pop(who, None)

    def _recent(self, who: Guesser) -> list[float]:
        since = self._clock() - SPAN
        return [at for at in self._tries.get(who, ()) if at > since]

    def _make_room(self) -> None:
        """Doubling the room keeps the cost of each try constant."""
        if len(self._tries) < self._room:
            return
        self._tries = {who: recent for who in self._tries if (recent := self._recent(who))}
        self._room = max(KEPT, 2 * len(self._tries))
