"""Pacing: Telegram allows about one message a second in a chat and thirty a second overall.

In a group it allows twenty a minute, all its topics together. (core.telegram.org/bots/faq: "My bot
is hitting limits".) Whoever sends waits for a turn; being told 429 and waiting longer is the
exception.
"""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from typing import Final

CHAT_SECONDS: Final = 1.0
OVERALL_SECONDS: Final = 1 / 30
GROUP_MESSAGES: Final = 20
GROUP_SECONDS: Final = 60.0
_MANY_CHATS: Final = 1_000


class Pacer:
    """Gives out turns in the order in which they are asked for."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._overall = 0.0
        self._chats: dict[int, float] = {}
        self._groups: defaultdict[int, deque[float]] = defaultdict(
            lambda: deque(maxlen=GROUP_MESSAGES)
        )

    async def turn(self, chat: int) -> None:
        """Wait until one more message may go to a chat; groups have ids below zero."""
        now = self._clock()
        at = max(now, self._chats.get(chat, now), self._group_free(chat))
        self._forget_rested(now)
        self._chats[chat] = at + CHAT_SECONDS
        if chat < 0:
            self._groups[chat].append(at)
        await self._until(at)
        # Only now, so that a chat that must wait holds up no other.
        at = max(self._clock(), self._overall)
        self._overall = at + OVERALL_SECONDS
        await self._until(at)
        self._chats[chat] = max(self._chats.get(chat, at), at + CHAT_SECONDS)

    def _group_free(self, chat: int) -> float:
        """Return when a group's last minute has room again."""
        turns = self._groups.get(chat)
        return turns[0] + GROUP_SECONDS if turns and len(turns) == GROUP_MESSAGES else 0.0

    async def _until(self, at: float) -> None:
        if (seconds := at - self._clock()) > 0:
            await self._sleep(seconds)

    def _forget_rested(self, now: float) -> None:
        if len(self._chats) > _MANY_CHATS:
            self._chats = {chat: at for chat, at in self._chats.items() if at > now}
