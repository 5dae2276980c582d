"""One import: from raw records, batch by batch, to what they become in the store.

A batch is one transaction. Its records are compared with what is known of their keys; new and
corrected ones are kept raw (encrypted), cleaned, and handed to the loader; malformed ones are
kept as quarantined with the reason. Records held back once are tried again by every import.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Protocol

from sqlalchemy.exc import DataError, IntegrityError

from crm_store.errors import InvalidRecordError
from crm_store.repositories.context import Context
from crm_store.repositories.imports import Batch
from crm_store.repositories.imports_records import (
    KeptRecord,
    KnownRecord,
    accepted_within,
    forget_mended,
    hold_back,
    keep_records,
    known_records,
    name_entities,
    raw_records,
)
from crm_store.sources.batches import NO_KEY, Entry, batches
from crm_store.sources.fields import Fields
from crm_store.sources.loaders.base import Loader, Outcome, Record
from crm_store.sources.mapping import KEY_SEPARATOR, SourceMapping
from crm_store.sources.reading import RawRecord, Unreadable
from crm_store.types.records import ImportReport, Quarantined, RecordState

REFUSED = "the database refuses this record"


class ImportTarget(Protocol):
    """What an import needs of the store; `SqlStore` has it."""

    def importing(self) -> AbstractAsyncContextManager[Context]:
        """Open a transaction of the system's for bulk writes."""


@dataclass(slots=True)
class Tally:
    """What an import has done so far."""

    read: int = 0
    accepted: int = 0
    unchanged: int = 0
    quarantined: list[Quarantined] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Count another tally in."""
        self.read += other.read
        self.accepted += other.accepted
        self.unchanged += other.unchanged
        self.quarantined += other.quarantined


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
        for entries in batches(records, self._mapping):
            tally.add(await self._load(entries))
            if progress is not None:
                progress(entries[-1].position)
        if whole:
            async with self._store.importing() as context:
                await forget_mended(self._batch(context), self._origin, started, NO_KEY)
        return ImportReport(
            self._mapping.source,
            tally.read,
            tally.accepted,
            tally.unchanged,
            tuple(sorted(tally.quarantined, key=lambda one: one.line)),
        )

    async def _load(self, entries: Sequence[Entry]) -> Tally:
        """Load a batch; when the database refuses it, load its groups one by one."""
        try:
            return await self._transaction(entries)
        except (IntegrityError, DataError):
            groups = [list(group) for _, group in groupby(entries, key=lambda one: one.group)]
        tally = Tally()
        for group in groups:
            try:
                tally.add(await self._transaction(group))
            except (IntegrityError, DataError):
                tally.add(await self._transaction([_refused(entry) for entry in group]))
        return tally

    async def _transaction(self, entries: Sequence[Entry]) -> Tally:
        async with self._store.importing() as context:
            batch = self._batch(context)
            await batch.begin()
            return await _BatchRun(batch, self._mapping, self._loader, self._origin).run(entries)

    def _batch(self, context: Context) -> Batch:
        return Batch(context, self._mapping.source)


class _BatchRun:
    """One batch within its transaction."""

    def __init__(
        self, batch: Batch, mapping: SourceMapping, loader: Loader[Any], origin: str
    ) -> None:
        self._batch = batch
        self._mapping = mapping
        self._loader = loader
        self._origin = origin
        self._reasons: dict[str, str] = {}
        """Why entries are held back, by key."""

    async def run(self, entries: Sequence[Entry]) -> Tally:
        """Load the entries; return what became of them."""
        known = await known_records(self._batch, [one.key for one in entries])
        changed = [one for one in entries if not _same(one, known.get(one.key))]
        cleaned = self._clean(changed)
        before = await self._before([known[key].id for key in cleaned if _was_good(key, known)])
        ids = await keep_records(self._batch, [self._kept(one) for one in changed])
        groups: dict[str, list[Record]] = {}
        for one in changed:
            if one.key in cleaned:
                row_id = ids[one.key]
                record = Record(row_id, one.key, cleaned[one.key], before.get(row_id))
                groups.setdefault(one.group, []).append(record)
        if self._mapping.group:
            self._add_unchanged(groups, entries, known, set(cleaned))
            await self._add_absent(groups)
        await self._write(groups, set(cleaned))
        return self._tally(entries, changed)

    def _clean(self, entries: Iterable[Entry]) -> dict[str, Fields]:
        """Return cleaned records by key, and note why others cannot be."""
        cleaned: dict[str, Fields] = {}
        for one in entries:
            if one.raw is None:
                self._reasons[one.key] = one.reason or "unreadable"
                continue
            try:
                cleaned[one.key] = self._mapping.fields_of(one.raw.values)
            except InvalidRecordError as error:
                self._reasons[one.key] = str(error)
        return cleaned

    def _kept(self, one: Entry) -> KeptRecord:
        reason = self._reasons.get(one.key)
        return KeptRecord(one.key, self._origin, one.line, one.checksum, one.text, reason)

    async def _before(self, ids: Sequence[int]) -> dict[int, Fields]:
        """Return what corrected records said before."""
        raw = await raw_records(self._batch, ids)
        return {key: fields for key, text in raw.items() if (fields := self._parsed(text))}

    def _add_unchanged(
        self,
        groups: dict[str, list[Record]],
        entries: Sequence[Entry],
        known: Mapping[str, KnownRecord],
        changed: set[str],
    ) -> None:
        for one in entries:
            if one.group in groups and one.key not in changed and one.key not in self._reasons:
                fields = self._parsed(one.text)
                if fields is not None:
                    groups[one.group].append(Record(known[one.key].id, one.key, fields))

    async def _add_absent(self, groups: dict[str, list[Record]]) -> None:
        """Add stored records of these groups that the file does not hold."""
        if self._loader.known_groups is None or not groups:
            return
        stored = await self._loader.known_groups(self._batch, list(groups))
        prefixes = [group + KEY_SEPARATOR for group in stored]
        for record_id, key, text in await accepted_within(self._batch, prefixes):
            group = groups[key.rpartition(KEY_SEPARATOR)[0]]
            fields = self._parsed(text)
            if fields is not None and all(one.key != key for one in group):
                group.append(Record(record_id, key, fields))

    def _parsed(self, text: str) -> Fields | None:
        """Return a record as this mapping cleans it; None when it was kept under another one."""
        try:
            return self._mapping.fields_of(json.loads(text))
        except (InvalidRecordError, ValueError):
            return None

    async def _write(self, groups: Mapping[str, list[Record]], changed: set[str]) -> None:
        drafts: list[tuple[list[Record], Any]] = []
        outcomes: list[tuple[list[Record], Outcome]] = []
        for records in groups.values():
            try:
                drafts.append((records, self._loader.draft(records)))
            except InvalidRecordError as error:
                outcomes.append((records, error))
        saved = await self._loader.save(self._batch, [draft for _, draft in drafts])
        outcomes += [
            (records, outcome) for (records, _), outcome in zip(drafts, saved, strict=True)
        ]
        await self._note(outcomes, changed)

    async def _note(
        self, outcomes: Iterable[tuple[list[Record], Outcome]], changed: set[str]
    ) -> None:
        """Write down what each record became."""
        entities: list[tuple[int, str]] = []
        refused: list[tuple[int, str]] = []
        for record, outcome in _each(outcomes):
            if isinstance(outcome, str):
                entities.append((record.id, outcome))
            elif isinstance(outcome, InvalidRecordError) and record.key in changed:
                self._reasons[record.key] = str(outcome)
                refused.append((record.id, str(outcome)))
        await name_entities(self._batch, entities)
        await hold_back(self._batch, refused)

    def _tally(self, entries: Sequence[Entry], changed: Sequence[Entry]) -> Tally:
        held = [one for one in changed if one.key in self._reasons]
        return Tally(
            read=len(entries),
            accepted=len(changed) - len(held),
            unchanged=len(entries) - len(changed),
            quarantined=[
                Quarantined(self._origin, one.line, self._reasons[one.key]) for one in held
            ],
        )


def _same(entry: Entry, known: KnownRecord | None) -> bool:
    """Return whether a record is known and good; one held back is tried again."""
    good = known is not None and known.state is RecordState.ACCEPTED
    return good and known is not None and known.checksum == entry.checksum


def _was_good(key: str, known: Mapping[str, KnownRecord]) -> bool:
    return key in known and known[key].state is RecordState.ACCEPTED


def _each(
    outcomes: Iterable[tuple[list[Record], Outcome]],
) -> Iterator[tuple[Record, Outcome]]:
    for records, outcome in outcomes:
        for record in records:
            yield record, outcome


def _refused(entry: Entry) -> Entry:
    return Entry(
        entry.key,
        entry.group,
        entry.line,
        entry.text,
        entry.checksum,
        entry.position,
        None,
        REFUSED,
    )
