"""Raw records: what was seen before, what is kept, what is held back."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, literal_column, or_, select, type_coerce

from crm_store.models import SourceRecordRow
from crm_store.models.records import RECORD_KEYS
from crm_store.models.types import CleanText
from crm_store.repositories.imports import Batch, Values
from crm_store.types.conversations import JSON
from crm_store.types.records import Change, HeldBack, RecordState, TracedRecord

PREFIXES_A_QUERY = 50
HELD: ColumnElement[str] = literal_column("'quarantined'")
"""Written out: SQLite uses a partial index only when it sees its condition."""


KNOWN = select(
    SourceRecordRow.record_key, SourceRecordRow.id, SourceRecordRow.checksum, SourceRecordRow.state
).where(
    SourceRecordRow.source == bindparam("source"),
    SourceRecordRow.record_key.in_(bindparam("keys", expanding=True)),
)
"""Built once: every batch asks, with a thousand keys."""


class KnownRecord(NamedTuple):
    """A record that was imported before."""

    id: int
    checksum: str
    state: RecordState


class KeptRecord(NamedTuple):
    """A raw record to be kept; ``reason`` is set when it is held back."""

    key: str
    file: str
    line: int
    checksum: str
    raw: str
    changes: tuple[Change, ...] = ()
    reason: str | None = None


async def known_records(batch: Batch, keys: Collection[str]) -> dict[str, KnownRecord]:
    """Return what is known of these keys."""
    found = await batch.session.execute(KNOWN, {"source": batch.source, "keys": list(keys)})
    return {key: KnownRecord(row_id, checksum, state) for key, row_id, checksum, state in found}


async def raw_records(batch: Batch, ids: Collection[int]) -> dict[int, str]:
    """Return raw records as they were kept, by id."""
    if not ids:
        return {}
    found = await batch.session.execute(
        select(SourceRecordRow.id, SourceRecordRow.raw_enc).where(SourceRecordRow.id.in_(ids))
    )
    return {record_id: batch.vault.decrypt(raw) for record_id, raw in found}


async def accepted_within(batch: Batch, prefixes: Sequence[str]) -> list[tuple[int, str, str]]:
    """Return id, key and raw text of accepted records whose keys begin so."""
    row, result = SourceRecordRow, []
    stored = type_coerce(row.record_key, CleanText())
    for start in range(0, len(prefixes), PREFIXES_A_QUERY):
        some = prefixes[start : start + PREFIXES_A_QUERY]
        found = await batch.session.execute(
            select(row.id, row.record_key, row.raw_enc).where(
                row.source == batch.source,
                row.state == RecordState.ACCEPTED,
                or_(*(stored.startswith(_sealed(batch, one), autoescape=True) for one in some)),
            )
        )
        result += [(one.id, one.record_key, batch.vault.decrypt(one.raw_enc)) for one in found]
    return result


async def keep_records(
    batch: Batch, records: Sequence[KeptRecord], known: Mapping[str, KnownRecord]
) -> dict[str, int]:
    """Store raw records, new or changed; return their ids by key."""
    new = [one for one in records if one.key not in known]
    await batch.update(
        SourceRecordRow,
        [{"id": known[one.key].id, **_row(batch, one)} for one in records if one.key in known],
    )
    rows = [
        {"source": batch.source, "record_key": one.key, "entity": None, **_row(batch, one)}
        for one in new
    ]
    ids = await batch.insert_ids(SourceRecordRow, rows)
    made = {one.key: key for one, key in zip(new, ids, strict=True)}
    return {one.key: made.get(one.key) or known[one.key].id for one in records}


def _row(batch: Batch, one: KeptRecord) -> Values:
    changes: list[JSON] = [[change.field, change.raw, change.value] for change in one.changes]
    return {
        "file": one.file,
        "line": one.line,
        "checksum": one.checksum,
        "raw_enc": batch.vault.encrypt(one.raw),
        "changes_enc": batch.sealed(dumped(changes)) if changes else None,
        "state": RecordState.QUARANTINED if one.reason else RecordState.ACCEPTED,
        "reason": one.reason,
        "imported_at": batch.now,
    }


async def name_entities(batch: Batch, entities: Iterable[tuple[int, str]]) -> None:
    """Note what records became."""
    await batch.update(SourceRecordRow, [{"id": key, "entity": name} for key, name in entities])


async def hold_back(batch: Batch, refused: Iterable[tuple[int, str]]) -> None:
    """Quarantine records that were kept as accepted."""
    rows = [
        {"id": record_id, "state": RecordState.QUARANTINED, "reason": reason}
        for record_id, reason in refused
    ]
    await batch.update(SourceRecordRow, rows)


async def forget_mended(batch: Batch, file: str, before: datetime, marked: str) -> None:
    """Delete broken records of a file that an import since that time no longer met.

    Only those without a key of their own (their stored key begins with ``marked``): the others
    are replaced when a good record with their key comes.
    """
    row = SourceRecordRow
    found = await batch.session.execute(
        select(row.id, row.record_key).where(
            row.source == batch.source,
            row.file == file,
            row.state == HELD,
            row.imported_at < before,
        )
    )
    await batch.delete(row, "id", [key for key, name in found if name.startswith(marked)])


async def held_back(
    batch: Batch, *, after: int = 0, limit: int = 1000
) -> list[tuple[HeldBack, str, str]]:
    """Return quarantined records of the source with key and raw text, by rising id."""
    row = SourceRecordRow
    found = await batch.session.scalars(
        select(row)
        .where(row.source == batch.source, row.state == HELD, row.id > after)
        .order_by(row.id)
        .limit(limit)
    )
    return [(_held(one), one.record_key, batch.vault.decrypt(one.raw_enc)) for one in found]


async def held_by_source(batch: Batch) -> dict[str, int]:
    """Return how many records of each source are held back."""
    row = SourceRecordRow
    found = await batch.session.execute(
        select(row.source, func.count()).where(row.state == HELD).group_by(row.source)
    )
    return {source: count for source, count in found}  # noqa: C416 - rows are no tuples


async def traced_record(batch: Batch, key: str) -> TracedRecord | None:
    """Return a record as it was kept, with what cleaning changed; None when it is unknown."""
    row = await batch.session.scalar(
        select(SourceRecordRow).where(
            SourceRecordRow.source == batch.source, SourceRecordRow.record_key == key
        )
    )
    if row is None:
        return None
    changes = json.loads(batch.vault.decrypt(row.changes_enc)) if row.changes_enc else []
    return TracedRecord(
        source=row.source,
        key=row.record_key,
        file=row.file,
        line=row.line,
        checksum=row.checksum,
        state=row.state,
        reason=row.reason,
        entity=row.entity,
        imported_at=row.imported_at,
        raw=batch.vault.decrypt(row.raw_enc) if row.raw_enc else "",
        changes=tuple(Change(field, raw, value) for field, raw, value in changes),
    )


def dumped(value: JSON | Mapping[str, JSON]) -> str:
    """Return JSON without spaces, as raw records are kept."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _held(row: SourceRecordRow) -> HeldBack:
    return HeldBack(row.id, row.source, row.file, row.line, row.reason or "", row.imported_at)


def _sealed(batch: Batch, prefix: str) -> str:
    """Return what the stored keys begin with that begin so; the parts are sealed one by one."""
    return batch.vault.seal_key(RECORD_KEYS.domain, prefix, RECORD_KEYS.separator)
