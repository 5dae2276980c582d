"""Records that were set aside: which, why, and another try after something was mended.

A record is worth another try when the mapping was corrected, or when what it names (a card, a
product) has arrived since. Text that is no record of its format can only be mended in its file.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from crm_store.errors import InvalidRecordError, SourceFileError
from crm_store.models import SourceRecordRow
from crm_store.repositories.imports import Batch
from crm_store.repositories.imports_records import held_back, held_by_source, traced_record
from crm_store.sources.batches import entry_of
from crm_store.sources.chosen import PACKAGED, mapping_of
from crm_store.sources.importer import Import, ImportTarget, Tally
from crm_store.sources.loaders.registry import LOADERS
from crm_store.sources.mapping import Mappings, SourceMapping
from crm_store.sources.reading import RawRecord, Unreadable
from crm_store.types.records import HeldBack, ImportReport, TracedRecord

PAGE = 1000
Held = tuple[HeldBack, str, str]
"""A record, its key and its raw text."""


async def counts(store: ImportTarget) -> dict[str, int]:
    """Return how many records of each source are set aside."""
    async with store.importing() as context:
        return await held_by_source(Batch(context, ""))


async def held(store: ImportTarget, source: str, *, limit: int = 100) -> list[HeldBack]:
    """Return the first records of a source that are set aside."""
    async with store.importing() as context:
        return [one for one, _, _ in await held_back(Batch(context, source), limit=limit)]


async def trace(store: ImportTarget, source: str, key: str, *, purpose: str) -> TracedRecord:
    """Return a record with its raw text and what cleaning changed; the look is audited.

    Raises `SourceFileError` when the source has no such record, `InvalidRecordError` without a
    purpose.
    """
    if not purpose.strip():
        raise InvalidRecordError("say why you look: the purpose is written into the audit")
    async with store.importing() as context:
        found = await traced_record(Batch(context, source), key)
        if found is None:
            raise SourceFileError(f"{source} has no record {key}")
        subject = found.entity or f"source:{source}"
        await context.record("record.traced", subject, {"source": source, "purpose": purpose})
    return found


async def retry(
    store: ImportTarget,
    source: str,
    *,
    mappings: Mappings = PACKAGED,
    progress: Callable[[int], None] | None = None,
) -> ImportReport:
    """Try everything of a source that is set aside once more; ``progress`` is told how much."""
    mapping = mapping_of(source, None, mappings)
    total, last = Tally(), 0
    while page := await _page(store, source, last):
        last = page[-1][0].id
        by_file = sorted(page, key=lambda one: (one[0].file, one[0].id))
        for file, found in groupby(by_file, key=lambda one: one[0].file):
            await _again(store, mapping, file, list(found), total)
        if progress is not None:
            progress(total.read)
    return total.report(source)


async def _page(store: ImportTarget, source: str, after: int) -> list[Held]:
    async with store.importing() as context:
        return await held_back(Batch(context, source), after=after, limit=PAGE)


async def _again(
    store: ImportTarget, mapping: SourceMapping, file: str, found: Sequence[Held], total: Tally
) -> None:
    load = Import(store, mapping, LOADERS[mapping.loader], file)
    await load.load(_records(found), total)
    await _forget_renamed(store, mapping, found)


def _records(found: Sequence[Held]) -> Iterator[RawRecord | Unreadable]:
    return (_record(one, text) for one, _, text in found)


def _record(one: HeldBack, text: str) -> RawRecord | Unreadable:
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        return Unreadable(one.line, text, one.reason)
    return RawRecord(one.line, text, values)


async def _forget_renamed(
    store: ImportTarget, mapping: SourceMapping, found: Sequence[Held]
) -> None:
    """Delete what was kept without a key when the mapping gives the record one now."""
    renamed = [
        one.id for one, key, text in found if entry_of(_record(one, text), mapping).key != key
    ]
    async with store.importing() as context:
        await Batch(context, mapping.source).delete(SourceRecordRow, "id", renamed)
