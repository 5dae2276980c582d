"""The queue of updates, as ``getUpdates`` shows it.

An update stays until a request comes whose offset is higher than its id. A request that waits is
terminated by the next one: only one program can receive.
"""

import asyncio
from collections.abc import Iterable
from itertools import count
from typing import Any

from emulators.telegram.errors import OTHER_POLL, bad_request

NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
MOST = 100
LONGEST_POLL = 50


class UpdateQueue:
    """Updates that are not acknowledged yet."""

    def __init__(self, first_id: int = 500_000) -> None:
        self._ids = count(first_id)
        self._allowed: frozenset[str] | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._updates: list[dict[str, Any]] = []
        self.waited_for = asyncio.Event()
        """Set while a long poll waits for the next update."""
        self.acknowledged = 0
        """How many updates were forgotten because a higher offset was asked for."""

    def push(self, kind: str, content: dict[str, Any]) -> int | None:
        """Add an update, unless the bot said that it does not want the kind."""
        wanted = kind not in NOT_BY_DEFAULT if self._allowed is None else kind in self._allowed
        if not wanted:
            return None
        update_id = next(self._ids)
        self._updates.append({"update_id": update_id, kind: content})
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
        return update_id

    def __len__(self) -> int:
        return len(self._updates)

    @property
    def pending(self) -> list[dict[str, Any]]:
        """The updates that are not acknowledged yet."""
        return list(self._updates)

    def terminate_other(self) -> None:
        """End the request that is waiting, if there is one."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(OTHER_POLL)

    async def get(
        self, *, limit: int, seconds: int, allowed: Iterable[str] | None
    ) -> list[dict[str, Any]]:
        """Return unacknowledged updates; waits for the first one."""
        if not 0 <= seconds <= LONGEST_POLL:
            raise bad_request("timeout is out of range")
        if allowed is not None:
            self._allowed = frozenset(allowed) or None
        if not self._updates and seconds:
            await self._wait(seconds)
        return self._updates[: limit if 1 <= limit <= MOST else MOST]

    def acknowledge(self, offset: int) -> None:
        """Forget what lies before an offset, or all but the last ones for a negative offset."""
        before = len(self._updates)
        if offset < 0:
            self._updates = self._updates[offset:]
        else:
            self._updates = [update for update in self._updates if update["update_id"] >= offset]
        self.acknowledged += before - len(self._updates)

    async def _wait(self, seconds: int) -> None:
        waiting = asyncio.get_running_loop().create_future()
        self._waiting = waiting
        self.waited_for.set()
        try:
            await asyncio.wait([waiting], timeout=seconds)
            if waiting.done():
                waiting.result()
        finally:
            waiting.cancel()
            if self._waiting is waiting:
                self._waiting = None
                self.waited_for.clear()
