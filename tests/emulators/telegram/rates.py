"""Rates: how many messages may be sent within a time, in a chat and overall."""

import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from emulators.telegram.errors import too_many_requests


@dataclass(frozen=True)
class Rate:
    """At most ``messages`` within ``seconds``."""

    messages: int
    seconds: float


class Window:
    """The last messages under one rate."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._sent: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Return in how many seconds the next message may be sent."""
        while self._sent and self._sent[0] <= now - self._rate.seconds:
            self._sent.popleft()
        if len(self._sent) < self._rate.messages:
            return 0.0
        return self._sent[0] + self._rate.seconds - now

    def add(self, now: float) -> None:
        self._sent.append(now)


class Limits:
    """The limits of one bot; none unless a test sets them."""

    def __init__(
        self,
        clock: Callable[[], float],
        per_chat: Rate | None,
        overall: Rate | None,
        per_group: Rate | None = None,
    ) -> None:
        self._clock = clock
        self._overall = Window(overall) if overall else None
        self._chats = _windows(per_chat)
        self._groups = _windows(per_group)

    def take(self, chat: int) -> None:
        """Count a message; raises 429 when it is one too many. Groups have ids below zero."""
        now = self._clock()
        windows = [self._overall] if self._overall else []
        windows += [self._chats[chat]] if self._chats is not None else []
        windows += [self._groups[chat]] if self._groups is not None and chat < 0 else []
        if (seconds := max((window.wait(now) for window in windows), default=0.0)) > 0:
            raise too_many_requests(max(1, math.ceil(seconds)))
        for window in windows:
            window.add(now)


def _windows(rate: Rate | None) -> defaultdict[int, Window] | None:
    return None if rate is None else defaultdict(lambda: Window(rate))
