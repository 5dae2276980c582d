"""The outbox: hands queued replies to their channels and keeps what became of them.

Only channels that push need it; where clients fetch what is stored, a committed reply is sent.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.turn.bell import Bell
from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import Delivery

log = logging.getLogger(__name__)


class RetryLaterError(Exception):
    """The channel asks to wait; the message was certainly not delivered."""

    def __init__(self, seconds: float, why: str) -> None:
        super().__init__(why)
        self.seconds = seconds


class DeliveryError(Exception):
    """The channel refused the message for good, or it is uncertain whether it arrived."""

    def __init__(self, why: str, *, uncertain: bool = False) -> None:
        super().__init__(why)
        self.uncertain = uncertain


class OutputChannel(Protocol):
    """The sending half of a channel."""

    async def send(self, delivery: Delivery) -> str | None:
        """Send one message and return the channel's id of it.

        Raises `RetryLaterError` or `DeliveryError`; any other exception counts as uncertain.
        """


class Outbox:
    """Delivers queued replies, one in flight per conversation."""

    LEASE = timedelta(seconds=60)
    MAX_ATTEMPTS = 8

    def __init__(
        self,
        store: CrmStore,
        channels: Mapping[str, OutputChannel],
        bell: Bell,
        *,
        poll_seconds: float = 0.5,
    ) -> None:
        self._store = store
        self._channels = channels
        self._bell = bell
        self._poll_seconds = poll_seconds

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            try:
                worked = await self.step()
            except Exception:
                log.exception("the outbox could not deliver; trying again")
                worked = False
                await asyncio.sleep(self._poll_seconds)
            if not worked:
                await self._bell.wait("outbox", self._poll_seconds)

    async def step(self) -> bool:
        """Deliver what is due; returns whether there was anything."""
        async with self._store.writing(SYSTEM) as uow:
            due = await uow.conversations.next_deliveries(tuple(self._channels), self.LEASE)
        await asyncio.gather(*(self._deliver(delivery) for delivery in due))
        return bool(due)

    async def _deliver(self, delivery: Delivery) -> None:
        message = delivery.message
        try:
            external_id = await self._channels[delivery.key.channel].send(delivery)
        except RetryLaterError as later:
            await self._later(delivery, later)
        except DeliveryError as refused:
            await self._failed(message.id, str(refused), uncertain=refused.uncertain)
        except Exception as unknown:
            log.exception("sending message %s broke off", message.id)
            await self._failed(message.id, type(unknown).__name__, uncertain=True)
        else:
            async with self._store.writing(SYSTEM) as uow:
                await uow.conversations.delivered(message.id, external_id)
        self._bell.ring(message.conversation_id)

    async def _later(self, delivery: Delivery, later: RetryLaterError) -> None:
        if delivery.attempt >= self.MAX_ATTEMPTS:
            await self._failed(delivery.message.id, f"gave up: {later}", uncertain=False)
            return
        due = datetime.now(UTC) + timedelta(seconds=later.seconds)
        async with self._store.writing(SYSTEM) as uow:
            await uow.conversations.retry_delivery(delivery.message.id, due, str(later))

    async def _failed(self, message_id: int, error: str, *, uncertain: bool) -> None:
        async with self._store.writing(SYSTEM) as uow:
            await uow.conversations.failed(message_id, error, uncertain=uncertain)
