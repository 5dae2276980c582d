"""Housekeeping: expired reservations, and once a day, by one process of all, retention."""

import asyncio
import logging
from collections import Counter
from datetime import timedelta

from bot.turn.worker import worker_name
from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM
from crm_store.types.privacy import RetentionRules

log = logging.getLogger(__name__)

CHORE = "retention"
EVERY_HOURS = 24
LOOK = timedelta(minutes=10)
"""How often a process asks whether it is time."""
BREATH = 0.05
"""Seconds between two batches, so that conversations get their turn to write."""


class Housekeeper:
    """Frees what nobody came for, and applies the retention rules."""

    def __init__(self, store: CrmStore, rules: RetentionRules) -> None:
        self._store = store
        self._rules = rules
        self._name = worker_name()

    async def run(self) -> None:
        """Look now and then until cancelled."""
        while True:
            try:
                await self.release()
                await self.step()
            except Exception:
                log.exception("housekeeping failed; trying again later")
            await asyncio.sleep(LOOK.total_seconds())

    async def release(self) -> int:
        """Write down which reservations nobody came for; returns how many."""
        async with self._store.writing(SYSTEM) as uow:
            return await uow.stock.release_expired()

    async def step(self) -> bool:
        """Tidy up if nobody has for a day; returns whether it was this process's turn."""
        async with self._store.writing(SYSTEM) as uow:
            mine = await uow.privacy.take_chore(CHORE, self._name, EVERY_HOURS)
        if mine:
            await self.tidy()
        return mine

    async def tidy(self, *, dry_run: bool = False) -> dict[str, int]:
        """Apply the rules batch by batch; returns rows by rule."""
        gone: Counter[str] = Counter()
        while True:
            async with self._store.writing(SYSTEM) as uow:
                done = await uow.privacy.retain(self._rules, dry_run=dry_run)
            gone.update(done.counts)
            if dry_run or not any(done.counts.values()):
                return dict(gone)
            await asyncio.sleep(BREATH)
