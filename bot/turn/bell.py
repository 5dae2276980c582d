"""Bells: wake whoever waits for news in this process.

They only shorten the wait; the truth is in the store, which every waiter looks at after a ring and
after a time-out alike. A lost ring therefore costs a moment, never a message.
"""

import asyncio
from collections import defaultdict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress


class Bell:
    """Rings by topic: ``inbox``, ``outbox``, ``desk`` or a conversation's id."""

    def __init__(self) -> None:
        self._waiting: defaultdict[Hashable, set[asyncio.Event]] = defaultdict(set)

    def ring(self, topic: Hashable) -> None:
        """Wake all who wait for the topic."""
        for event in self._waiting.get(topic, ()):
            event.set()

    @contextmanager
    def listening(self, topic: Hashable) -> Iterator[asyncio.Event]:
        """Listen for a while: the event is set by a ring, also while nobody waits for it."""
        event = asyncio.Event()
        self._waiting[topic].add(event)
        try:
            yield event
        finally:
            self._waiting[topic].discard(event)
            if not self._waiting[topic]:
                del self._waiting[topic]

    async def wait(self, topic: Hashable, seconds: float) -> bool:
        """Wait for a ring, at most some seconds; returns whether it rang."""
        with self.listening(topic) as event:
            with suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), seconds)
            return event.is_set()
