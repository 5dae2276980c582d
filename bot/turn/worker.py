"""The worker: claims conversations that have unhandled messages and answers them in order."""

import asyncio
import logging
import os
import socket
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.turn.bell import Bell
from crm_store.errors import ConflictError
from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import Lease, Message

log = logging.getLogger(__name__)


def worker_name() -> str:
    """Return a name that no other worker has, for leases and logs."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:6]}"


class Answerer(Protocol):
    """What answers a message: `TurnRunner`, or something around it that measures."""

    async def answer(self, lease: Lease, message: Message) -> None:
        """Answer one message of a claimed conversation."""


class Worker:
    """Answers one conversation at a time; run several for more."""

    def __init__(
        self,
        store: CrmStore,
        runner: Answerer,
        bell: Bell,
        *,
        lease: timedelta = timedelta(seconds=30),
        poll_seconds: float = 0.5,
    ) -> None:
        self._store = store
        self._runner = runner
        self._bell = bell
        self._lease = lease
        self._poll_seconds = poll_seconds
        self.name = worker_name()

    async def run(self) -> None:
        """Work until cancelled. A failed pass is logged and tried again after a pause."""
        while True:
            try:
                worked = await self.step()
            except Exception:
                log.exception("worker %s could not work; trying again", self.name)
                worked = False
                await asyncio.sleep(self._poll_seconds)
            if not worked:
                await self._bell.wait("inbox", self._poll_seconds)

    async def step(self) -> bool:
        """Claim one conversation and answer its messages; returns whether there was one."""
        async with self._store.writing(SYSTEM) as uow:
            lease = await uow.conversations.claim(self.name, self._lease)
            messages = await uow.conversations.unhandled(lease, limit=1) if lease else []
        if lease is None:
            return False
        try:
            await self._answer_all(lease, messages)
        except ConflictError as lost:
            log.warning("conversation %s was lost: %s", lease.conversation_id, lost)
        except BaseException:
            async with self._store.writing(SYSTEM) as uow:
                await uow.conversations.release(lease)
            raise
        return True

    async def _answer_all(self, lease: Lease, messages: Sequence[Message]) -> None:
        while messages:
            if lease.until - datetime.now(UTC) < self._lease / 2:
                async with self._store.writing(SYSTEM) as uow:
                    lease = await uow.conversations.renew(lease, self._lease)
            await self._runner.answer(lease, messages[0])
            for topic in (lease.conversation_id, "outbox", "desk"):
                self._bell.ring(topic)
            messages = await self._next(lease)

    async def _next(self, lease: Lease) -> Sequence[Message]:
        """Return the next unhandled message; the lease is given back when there is none."""
        async with self._store.writing(SYSTEM) as uow:
            messages = await uow.conversations.unhandled(lease, limit=1)
            if not messages:
                await uow.conversations.release(lease)
        return messages
