"""Raw records: what was seen before, what is kept, what is held back."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, type_coerce

from crm_store.models import SourceRecordRow
from crm_store.models.records import RECORD_KEYS
from crm_store.models.types import CleanText
from crm_store.repositories.imports import Batch
from crm_store.types.records import RecordState

PREFIXES_A_QUERY = 50


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """A record that was imported before."""

    id: int
    checksum: str
    state: RecordState


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A raw record to be kept; ``reason`` is set when it is held back."""

    key: str
    file: str
    line: int
    checksum: str
    raw: str
    reason: str | None = None


async def known_records(batch: Batch, keys: Collection[str]) -> dict[str, KnownRecord]:
    """Return what is known of these keys."""
    row = SourceRecordRow
    found = await batch.session.execute(
        select(row.record_key, row.id, row.checksum, row.state).where(
            row.source == batch.source, row.record_key.in_(keys)
        )
    )
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


async def keep_records(batch: Batch, records: Sequence[KeptRecord]) -> dict[str, int]:
    """Store raw records, new or changed; return their ids by key."""
    rows = [
        {
            "source": batch.source,
            "record_key": record.key,
            "file": record.file,
            "line": record.line,
            "checksum": record.checksum,
            "raw_enc": batch.vault.encrypt(record.raw),
            "state": RecordState.QUARANTINED if record.reason else RecordState.ACCEPTED,
            "reason": record.reason,
            "imported_at": batch.now,
        }
        for record in records
    ]
    found = await batch.upsert(
        SourceRecordRow, ("source", "record_key"), rows, returning=("record_key", "id")
    )
    return {row.record_key: row.id for row in found}


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
            row.state == RecordState.QUARANTINED,
            row.imported_at < before,
        )
    )
    await batch.delete(row, "id", [key for key, name in found if name.startswith(marked)])


def _sealed(batch: Batch, prefix: str) -> str:
    """Return what the stored keys begin with that begin so; the parts are sealed one by one."""
    return batch.vault.seal_key(RECORD_KEYS.domain, prefix, RECORD_KEYS.separator)
