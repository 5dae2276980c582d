"""What a loader is."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from crm_store.errors import InvalidRecordError
from crm_store.repositories.imports import Batch
from crm_store.sources.fields import Fields

DraftT = TypeVar("DraftT")


class Record(NamedTuple):
    """One cleaned record, its raw text already kept in the store."""

    id: int
    """Of the raw record."""
    key: str
    fields: Fields
    before: Fields | None = None
    """What the record said when it was accepted before; None when it is new."""


Outcome: TypeAlias = str | InvalidRecordError | None
"""What a record became, for instance ``member:42``; or why it is refused."""


@dataclass(frozen=True, slots=True)
class Loader(Generic[DraftT]):
    """Turns records into drafts one by one, and writes the drafts of a batch at once."""

    draft: Callable[[Sequence[Record]], DraftT]
    """Takes the records of one group (a single one, mostly); raises `InvalidRecordError`."""
    save: Callable[[Batch, Sequence[DraftT]], Awaitable[Sequence[Outcome]]]
    """Returns an outcome for each draft."""
    known_groups: Callable[[Batch, Sequence[str]], Awaitable[set[str]]] | None = None
    """Which groups the store has already; for sources whose records are loaded in groups."""


def named(kind: str, ids: Sequence[int | InvalidRecordError]) -> list[Outcome]:
    """Return outcomes such as ``member:42``."""
    return [key if isinstance(key, InvalidRecordError) else f"{kind}:{key}" for key in ids]
