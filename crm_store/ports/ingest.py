"""Port of records that arrive one by one, as things happen elsewhere."""

from typing import Protocol

from crm_store.types.records import IngestAnswer


class Ingest(Protocol):
    """Takes the records of one request."""

    async def take(self, source: str, body: bytes, digest: str) -> IngestAnswer:
        """Store the records of a body; a request with a known digest gets its first answer.

        Raises `SourceFileError` when the source has no mapping or the body is no records at all.
        """
