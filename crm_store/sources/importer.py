"""One import: from raw records, batch by batch, to what they become in the store.

A batch is one transaction (see `batch_run`). When the database refuses it, its records are loaded
group by group, so that one bad record costs itself alone.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Protocol

from sqlalchemy.exc import DataError, IntegrityError

from crm_store.repositories.context import Context
from crm_store.repositories.imports import Batch
from crm_store.repositories.imports_records import forget_mended
from crm_store.sources.batch_run import BatchRun, Loaded
from crm_store.sources.batches import NO_KEY, Entry, batches
from crm_store.sources.loaders.base import Loader
from crm_store.sources.mapping import SourceMapping
from crm_store.sources.reading import RawRecord, Unreadable
from crm_store.types.records import ImportReport, Quarantined

REFUSED = "the database refuses this record"
REASONS_KEPT = 1000
"""In a report; the store has them all. A million broken rows must not fill the memory."""
UNUSED_KEPT = 50


class ImportTarget(Protocol):
    """What an import needs of the store; `SqlStore` has it."""

    def importing(self) -> AbstractAsyncContextManager[Context]:
        """Open a transaction of the system's for bulk writes."""


@dataclass(slots=True)
class Tally:
    """What an import has done so far."""

    read: int = 0
    accepted: int = 0
    held_back: int = 0
    quarantined: list[Quarantined] = field(default_factory=list)
    unused: dict[str, None] = field(default_factory=dict)

    def add(self, batch: Loaded, origin: str) -> None:
        """Count a batch in."""
        self.read += batch.read
        self.accepted += batch.accepted
        self.held_back += len(batch.refused)
        room = REASONS_KEPT - len(self.quarantined)
        for line, reason in batch.refused[: max(room, 0)]:
            self.quarantined.append(Quarantined(origin, line, reason))
        for name in batch.unused:
            if len(self.unused) < UNUSED_KEPT:
                self.unused[name] = None

    def report(self, source: str) -> ImportReport:
        """Return the report."""
        return ImportReport(
            source=source,
            read=self.read,
            accepted=self.accepted,
            unchanged=self.read - self.accepted - self.held_back,
            quarantined=tuple(sorted(self.quarantined, key=lambda one: one.line)),
            held_back=self.held_back,
            unused=tuple(self.unused),
        )


class Import:
    """One run over one file, or over records that came in another way."""

    def __init__(
        self, store: ImportTarget, mapping: SourceMapping, loader: Loader[Any], origin: str
    ) -> None:
        self._store = store
        self._mapping = mapping
        self._loader = loader
        self._origin = origin
        """Name of the file, as reports show it."""

    async def run(
        self,
        records: Iterable[RawRecord | Unreadable],
        progress: Callable[[int], None] | None = None,
        *,
        whole: bool,
    ) -> ImportReport:
        """Import the records; ``whole`` when they are all that their origin holds."""
        tally = Tally()
        async with self._store.importing() as context:
            started = context.clock()
        await self.load(records, tally, progress)
        if whole:
            async with self._store.importing() as context:
                await forget_mended(self._batch(context), self._origin, started, NO_KEY)
        return tally.report(self._mapping.source)

    async def load(
        self,
        records: Iterable[RawRecord | Unreadable],
        tally: Tally,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Load records batch by batch and count them in."""
        async with aclosing(_read_ahead(batches(records, self._mapping))) as found:
            async for entries in found:
                await self._load(entries, tally)
                if progress is not None:
                    progress(entries[-1].position)

    async def _load(self, entries: Sequence[Entry], tally: Tally) -> None:
        """Load a batch; when the database refuses it, load its groups one by one."""
        try:
            loaded = await self._transaction(entries)
        except (IntegrityError, DataError):
            await self._load_groups(entries, tally)
        else:
            tally.add(loaded, self._origin)

    async def _load_groups(self, entries: Sequence[Entry], tally: Tally) -> None:
        groups = [list(group) for _, group in groupby(entries, key=lambda one: one.group)]
        for group in groups:
            try:
                loaded = await self._transaction(group)
            except (IntegrityError, DataError):
                loaded = await self._transaction([_refused(entry) for entry in group])
            tally.add(loaded, self._origin)

    async def _transaction(self, entries: Sequence[Entry]) -> Loaded:
        async with self._store.importing() as context:
            batch = self._batch(context)
            await batch.begin()
            return await BatchRun(batch, self._mapping, self._loader, self._origin).run(entries)

    def _batch(self, context: Context) -> Batch:
        return Batch(context, self._mapping.source)


async def _read_ahead(found: Iterator[list[Entry]]) -> AsyncGenerator[list[Entry], None]:
    """Yield batches, and have the next one read while the database works on this one."""
    coming = asyncio.create_task(asyncio.to_thread(next, found, None))
    try:
        while (entries := await coming) is not None:
            coming = asyncio.create_task(asyncio.to_thread(next, found, None))
            yield entries
    finally:
        await asyncio.gather(coming, return_exceptions=True)


def _refused(entry: Entry) -> Entry:
    return entry._replace(raw=None, reason=REFUSED)
