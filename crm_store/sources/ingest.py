"""Records that other systems push: the same mappings and loaders as files."""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from crm_store.repositories.imports_records import dumped
from crm_store.repositories.imports_requests import answer_to, forget_requests, keep_answer
from crm_store.sources.chosen import PACKAGED, mapping_of
from crm_store.sources.importer import Import, ImportTarget
from crm_store.sources.loaders.registry import LOADERS
from crm_store.sources.mapping import Mappings, SourceMapping
from crm_store.sources.reading import RawRecord, Unreadable, open_records
from crm_store.sources.reading.json_lines import DECODER, NOT_JSON
from crm_store.types.conversations import JSON
from crm_store.types.records import ImportReport, IngestAnswer

ORIGIN = "pushed"
REASONS_TOLD = 100
REMEMBERED = timedelta(hours=1)
"""How long answers are kept: longer than a signature is good for."""


@dataclass(frozen=True, slots=True)
class SourceIngest:
    """The port's `Ingest` on a store."""

    store: ImportTarget
    mappings: Mappings = PACKAGED

    async def take(self, source: str, body: bytes, digest: str) -> IngestAnswer:
        """Store the records of a body; a request with a known digest gets its first answer."""
        mapping = mapping_of(source, None, self.mappings)
        async with self.store.importing() as context:
            known = await answer_to(context, digest)
        if known is not None:
            return known
        records = await asyncio.to_thread(_records, body, mapping)
        load = Import(self.store, mapping, LOADERS[mapping.loader], ORIGIN)
        answer = _answer(await load.run(records, whole=False))
        async with self.store.importing() as context:
            await forget_requests(context, context.clock() - REMEMBERED)
            return await keep_answer(context, source, digest, answer)


def _records(body: bytes, mapping: SourceMapping) -> Sequence[RawRecord | Unreadable]:
    """Take a body apart: one record, a JSON list of them, or what a file of the source holds."""
    try:
        found: JSON = DECODER.decode(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return _as_file(body, mapping)
    if isinstance(found, dict) and mapping.records is not None and mapping.records in found:
        found = found[mapping.records]
    items = found if isinstance(found, list) else [found]
    return [_record(number, item) for number, item in enumerate(items, start=1)]


def _record(number: int, item: JSON) -> RawRecord | Unreadable:
    if not isinstance(item, dict):
        return Unreadable(number, dumped(item), NOT_JSON)
    return RawRecord(number, dumped(item), item)


def _as_file(body: bytes, mapping: SourceMapping) -> Sequence[RawRecord | Unreadable]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "body"
        path.write_bytes(body)
        return list(open_records(path, mapping))


def _answer(report: ImportReport) -> IngestAnswer:
    return IngestAnswer(
        read=report.read,
        accepted=report.accepted,
        unchanged=report.unchanged,
        quarantined=report.held_back,
        reasons=tuple((one.line, one.reason) for one in report.quarantined[:REASONS_TOLD]),
    )
