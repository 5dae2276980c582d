"""Raw records gathered into batches: no key twice in one, no group in two."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from crm_store.errors import InvalidRecordError
from crm_store.sources.mapping import SourceMapping
from crm_store.sources.reading import RawRecord, Unreadable

BATCH_SIZE = 1000
NO_KEY = "?"
"""Begins the keys of records that have none of their own; the rest is the checksum."""


class Entry(NamedTuple):
    """One raw record, told apart and ready to be compared with what is known."""

    key: str
    group: str
    line: int
    text: str
    checksum: str
    position: int
    raw: RawRecord | None
    reason: str | None = None
    """Why the record cannot be read; then there is no ``raw``."""


@dataclass(slots=True)
class _Gathering:
    entries: list[Entry] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)

    def is_full(self, coming: Entry) -> bool:
        """Return whether a batch ends before this entry."""
        if coming.key in self.keys:
            return True
        if len(self.entries) < BATCH_SIZE:
            return False
        return coming.group != self.entries[-1].group


def batches(
    records: Iterable[RawRecord | Unreadable], mapping: SourceMapping
) -> Iterator[list[Entry]]:
    """Yield batches of about `BATCH_SIZE` entries in the order of the file."""
    gathering = _Gathering()
    for record in records:
        entry = entry_of(record, mapping)
        if gathering.entries and gathering.is_full(entry):
            yield gathering.entries
            gathering = _Gathering()
        gathering.entries.append(entry)
        gathering.keys.add(entry.key)
    if gathering.entries:
        yield gathering.entries


def entry_of(record: RawRecord | Unreadable, mapping: SourceMapping) -> Entry:
    """Return the entry of a raw record."""
    checksum = hashlib.sha256(record.text.encode("utf-8", "surrogatepass")).hexdigest()
    if isinstance(record, Unreadable):
        return _unread(record, checksum, record.reason)
    try:
        key = mapping.key_of(record.values)
        group = mapping.group_of(record.values) if mapping.group else key
    except InvalidRecordError as error:
        return _unread(record, checksum, str(error))
    return Entry(key, group, record.line, record.text, checksum, record.position, record)


def _unread(record: RawRecord | Unreadable, checksum: str, reason: str) -> Entry:
    """Return an entry without a key: the same broken text is the same record wherever it stands."""
    key = f"{NO_KEY}{checksum[:32] if record.text else record.line}"
    return Entry(key, key, record.line, record.text, checksum, record.position, None, reason)
