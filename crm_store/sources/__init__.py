"""Importers: exports of other systems become members, orders, points and events.

`import_file` reads one file of one source; `import_records` takes records that arrived in another
way. Both keep every raw record, change nothing when the same comes again, apply corrections, and
hold back what is malformed with the reason while the rest is loaded. How a source's export looks
is described by a mapping under ``mappings/``; another retailer's export of the same kind needs a
mapping of its own (see `crm_store.sources.mapping`), no code.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from crm_store.repositories.imports_records import dumped
from crm_store.sources.chosen import PACKAGED, mapping_of
from crm_store.sources.importer import Import, ImportTarget
from crm_store.sources.loaders.registry import LOADERS
from crm_store.sources.mapping import Mappings, SourceMapping
from crm_store.sources.reading import RawRecord, open_records
from crm_store.types.conversations import JSONObject
from crm_store.types.records import ImportReport

SOURCES: Mapping[str, str] = {
    "catalog": "Products with their variants (JSON Lines)",
    "stores": "Shops and the online warehouse (JSON list)",
    "stock": "Units of a SKU in a store (CSV)",
    "promotions": "Current and coming offers (JSON list)",
    "loyalty": "Card holders of the loyalty programme (CSV)",
    "shop": "Orders of the web shop with their customers (JSON list, as Shopify exports them)",
    "pos": "Till receipts, a row for each line of a receipt (CSV)",
    "mini_program": "What visitors of the mini-program did, orders included (JSON Lines)",
    "points": "Bookings of points (CSV)",
    "coupons": "Coupons in wallets and public codes (CSV)",
    "social": "Followers on social platforms (JSON Lines)",
    "tickets": "Tickets of the service centre (CSV)",
    "campaigns": "What became of campaigns by e-mail and text message (CSV)",
}
"""Names with a line about each, in the order in which a full load finds what records name."""


async def import_file(
    store: ImportTarget,
    source: str,
    path: Path,
    *,
    mapping: Path | None = None,
    mappings: Mappings = PACKAGED,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Import a file of a source; it may be imported again at any time.

    ``mapping`` names another description of the file than the source's own. ``progress`` is told
    bytes read and bytes in all. Raises `SourceFileError` when the file cannot be read at all.
    """
    chosen = mapping_of(source, mapping, mappings)
    records = open_records(path, chosen)
    size = _size(path)
    told = None if progress is None else lambda position: progress(position, size)
    return await _import(store, chosen, path.name).run(records, told, whole=True)


async def import_records(
    store: ImportTarget,
    source: str,
    records: Sequence[JSONObject],
    *,
    origin: str,
    mappings: Mappings = PACKAGED,
) -> ImportReport:
    """Import records that were pushed to us; ``line`` in the report counts them from 1."""
    chosen = mapping_of(source, None, mappings)
    return await _import(store, chosen, origin).run(_numbered(records), whole=False)


def _size(path: Path) -> int:
    return path.stat().st_size


def _import(store: ImportTarget, mapping: SourceMapping, origin: str) -> Import:
    return Import(store, mapping, LOADERS[mapping.loader], origin)


def _numbered(records: Sequence[JSONObject]) -> Iterator[RawRecord]:
    for number, record in enumerate(records, start=1):
        yield RawRecord(number, dumped(record), record)


__all__ = ["SOURCES", "Mappings", "import_file", "import_records", "mapping_of"]
