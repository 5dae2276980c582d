"""Who is writing, and who looks at a conversation right now, in this process.

It is for the eye alone: a hint that is lost or a moment late costs nobody anything, so it is kept
in memory. Several processes each know those who are connected to them.
"""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

TYPING_SECONDS: Final = 5.0
"""How long somebody counts as writing after a key was pressed."""
LOOKING_SECONDS: Final = 10.0
"""How long somebody counts as looking after their page was last heard of."""
Side: TypeAlias = Literal["customer", "agent"]


@dataclass(frozen=True, slots=True)
class Looker:
    """A colleague who has a conversation open."""

    staff_id: int
    name: str


class Presence:
    """Remembers for seconds who does what; forgets by itself."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._typing: dict[tuple[int, Side], float] = {}
        self._looking: dict[tuple[int, Hashable], tuple[Looker, float]] = {}

    def typed(self, conversation_id: int, side: Side) -> bool:
        """Note that somebody pressed a key; returns whether that is news."""
        news = not self.is_typing(conversation_id, side)
        self._forget()
        self._typing[(conversation_id, side)] = self._clock() + TYPING_SECONDS
        return news

    def stopped(self, conversation_id: int, side: Side) -> None:
        """Note that what was being written has been sent."""
        self._typing.pop((conversation_id, side), None)

    def is_typing(self, conversation_id: int, side: Side) -> bool:
        """Whether somebody on that side is writing."""
        return self._typing.get((conversation_id, side), 0.0) > self._clock()

    def looks(self, conversation_id: int, page: Hashable, who: Looker) -> None:
        """Note that a page of a colleague shows the conversation."""
        self._looking[(conversation_id, page)] = (who, self._clock() + LOOKING_SECONDS)

    def leaves(self, conversation_id: int, page: Hashable) -> None:
        """Note that a page no longer shows it."""
        self._looking.pop((conversation_id, page), None)

    def others(self, conversation_id: int, staff_id: int) -> tuple[Looker, ...]:
        """Return the colleagues who look at it too, by name."""
        self._forget()
        found = {
            looker
            for (looked_at, _), (looker, _) in self._looking.items()
            if looked_at == conversation_id and looker.staff_id != staff_id
        }
        return tuple(sorted(found, key=lambda looker: (looker.name, looker.staff_id)))

    def _forget(self) -> None:
        now = self._clock()
        self._typing = {key: until for key, until in self._typing.items() if until > now}
        self._looking = {key: seen for key, seen in self._looking.items() if seen[1] > now}
