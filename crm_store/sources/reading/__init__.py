"""Readers: a file becomes a stream of raw records, each with the line it stands on."""

from crm_store.sources.reading.formats import open_records
from crm_store.sources.reading.records import RawRecord, Unreadable

__all__ = ["RawRecord", "Unreadable", "open_records"]
