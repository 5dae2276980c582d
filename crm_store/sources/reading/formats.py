"""Which reader reads which format."""

from collections.abc import Iterator
from pathlib import Path

from crm_store.errors import SourceFileError
from crm_store.sources.mapping import SourceMapping
from crm_store.sources.reading.json_lines import read_json_lines, read_json_list
from crm_store.sources.reading.records import RawRecord, Unreadable
from crm_store.sources.reading.tables import read_table


def open_records(path: Path, mapping: SourceMapping) -> Iterator[RawRecord | Unreadable]:
    """Return the raw records of a file; raises `SourceFileError` on an unreadable file."""
    if not path.is_file():
        raise SourceFileError(f"{path.name}: no such file")
    if mapping.format == "csv":
        return read_table(path, mapping.encoding, mapping.delimiter, mapping.columns)
    if mapping.format == "jsonl":
        return read_json_lines(path, mapping.encoding)
    return read_json_list(path, mapping.encoding, mapping.records)
