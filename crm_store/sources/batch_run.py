"""One batch of an import within its transaction.

Records are compared with what is known of their keys; new and corrected ones are kept raw
(encrypted), cleaned, and handed to the loader; malformed ones are kept as quarantined with the
reason. Records held back once are tried again by every import.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from crm_store.errors import InvalidRecordError
from crm_store.privacy.records import erased_keys
from crm_store.repositories.imports import Batch
from crm_store.repositories.imports_records import (
    KeptRecord,
    KnownRecord,
    accepted_within,
    hold_back,
    keep_records,
    known_records,
    name_entities,
    raw_records,
)
from crm_store.sources.batches import Entry
from crm_store.sources.fields import Fields
from crm_store.sources.loaders.base import Loader, Outcome, Record
from crm_store.sources.mapping import KEY_SEPARATOR, SourceMapping
from crm_store.types.records import Change, RecordState

TOLERANCE = timedelta(days=1)
"""How far ahead of ours a clock may be: tills write local time, and not all know their zone."""


class Loaded(NamedTuple):
    """What became of a batch."""

    read: int
    accepted: int
    refused: Sequence[tuple[int, str]]
    """Line and reason of each record held back."""
    unused: Iterable[str]
    """Columns that the mapping does not read."""


class BatchRun:
    """A batch and the transaction it is loaded in."""

    def __init__(
        self, batch: Batch, mapping: SourceMapping, loader: Loader[Any], origin: str
    ) -> None:
        self._batch = batch
        self._mapping = mapping
        self._loader = loader
        self._origin = origin
        self._latest = batch.now + TOLERANCE
        self._reasons: dict[str, str] = {}
        """Why entries are held back, by key."""

    async def run(self, entries: Sequence[Entry]) -> Loaded:
        """Load the entries; return what became of them."""
        known = await known_records(self._batch, [one.key for one in entries])
        read, entries = len(entries), await self._without_erased(entries, known)
        changed = [one for one in entries if not _same(one, known.get(one.key))]
        cleaned = self._clean(changed)
        before = await self._before([known[key].id for key in cleaned if _was_good(key, known)])
        ids = await keep_records(self._batch, [self._kept(one, cleaned) for one in changed], known)
        groups: dict[str, list[Record]] = {}
        for one in changed:
            if one.key in cleaned:
                row_id = ids[one.key]
                record = Record(row_id, one.key, cleaned[one.key][0], before.get(row_id))
                groups.setdefault(one.group, []).append(record)
        if self._mapping.group:
            self._add_unchanged(groups, entries, known, cleaned)
            await self._add_absent(groups)
        await self._write(groups, cleaned)
        return self._loaded(entries, changed)._replace(read=read)

    async def _without_erased(
        self, entries: Sequence[Entry], known: Mapping[str, KnownRecord]
    ) -> Sequence[Entry]:
        """Leave out records of people who were erased: an old file must not bring them back."""
        gone = await erased_keys(
            self._batch.session,
            self._batch.vault,
            self._batch.source,
            [one.key for one in entries if one.key not in known],
        )
        return [one for one in entries if one.key not in gone] if gone else entries

    def _clean(self, entries: Iterable[Entry]) -> dict[str, tuple[Fields, tuple[Change, ...]]]:
        """Return cleaned records with what was changed, and note why others cannot be."""
        cleaned = {}
        for one in entries:
            if one.raw is None:
                self._reasons[one.key] = one.reason or "unreadable"
                continue
            try:
                cleaned[one.key] = self._mapping.fields_of(one.raw.values, self._latest)
            except InvalidRecordError as error:
                self._reasons[one.key] = str(error)
        return cleaned

    def _kept(
        self, one: Entry, cleaned: Mapping[str, tuple[Fields, tuple[Change, ...]]]
    ) -> KeptRecord:
        changes = cleaned[one.key][1] if one.key in cleaned else ()
        reason = self._reasons.get(one.key)
        return KeptRecord(one.key, self._origin, one.line, one.checksum, one.text, changes, reason)

    async def _before(self, ids: Sequence[int]) -> dict[int, Fields]:
        """Return what corrected records said before."""
        raw = await raw_records(self._batch, ids)
        return {key: fields for key, text in raw.items() if (fields := self._parsed(text))}

    def _add_unchanged(
        self,
        groups: dict[str, list[Record]],
        entries: Sequence[Entry],
        known: Mapping[str, KnownRecord],
        changed: Mapping[str, object],
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
            return self._mapping.fields_of(json.loads(text), self._latest)[0]
        except (InvalidRecordError, ValueError):
            return None

    async def _write(
        self, groups: Mapping[str, list[Record]], changed: Mapping[str, object]
    ) -> None:
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
        self, outcomes: Iterable[tuple[list[Record], Outcome]], changed: Mapping[str, object]
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

    def _loaded(self, entries: Sequence[Entry], changed: Sequence[Entry]) -> Loaded:
        held = [one for one in changed if one.key in self._reasons]
        names = self._mapping.names
        unused: dict[str, None] = {}
        for one in changed:
            if one.raw is not None and not one.raw.values.keys() <= names:
                unused |= dict.fromkeys(key for key in one.raw.values if key not in names)
        return Loaded(
            read=len(entries),
            accepted=len(changed) - len(held),
            refused=[(one.line, self._reasons[one.key]) for one in held],
            unused=unused,
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
