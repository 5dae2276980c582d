"""Rotating the data key: every encrypted value is encrypted anew, some rows at a time.

Each batch is a transaction of its own and writes down how far it got, so a rotation that was
stopped goes on where it was. The key that equality rests on (`SealedKey`, blind indexes) stays.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from sqlalchemy import Column, Table, Update, bindparam, func, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from crm_store.models import Base, KeyRotationRow
from crm_store.models.sealed import SealedJSON, SealedText
from crm_store.models.types import CleanJSON, CleanText
from crm_store.repositories.context import Context

BATCH = 500
Told: TypeAlias = Callable[[str, int, int], None]
"""Told the column, how many rows are done, and how many there are."""


class RotationTarget(Protocol):
    """What a rotation needs of the store; `SqlStore` has it."""

    def importing(self) -> AbstractAsyncContextManager[Context]:
        """Open a transaction of the system's."""


@dataclass(frozen=True, slots=True)
class Place:
    """One encrypted column."""

    table: Table
    column: Column[Any]
    stored: TypeEngine[Any]
    """Reads the token itself."""

    @property
    def name(self) -> str:
        """Table and column."""
        return f"{self.table.name}.{self.column.name}"


def encrypted_columns() -> Iterator[Place]:
    """Yield every column that is encrypted under the data key."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, SealedJSON):
                yield Place(table, column, CleanJSON())
            elif isinstance(column.type, SealedText) or column.name.endswith("_enc"):
                yield Place(table, column, CleanText())


async def rotate(store: RotationTarget, told: Told) -> int:
    """Encrypt everything under the newest key; return how many values were not yet."""
    changed = 0
    for place in encrypted_columns():
        async with store.importing() as context:
            total = await context.session.scalar(select(func.count(place.column))) or 0
            row = await _progress(context, place)
            done, finished = 0, row.done
        while not finished:
            async with store.importing() as context:
                seen, fresh = await _batch(context, place)
            changed, done, finished = changed + fresh, done + seen, seen == 0
            told(place.name, min(done, total), total)
    return changed


async def _progress(context: Context, place: Place) -> KeyRotationRow:
    """Return how far the rotation to the newest key got; a new key begins anew."""
    mark = context.vault.key_mark
    row = await context.session.get(KeyRotationRow, place.name, populate_existing=True)
    if row is None or row.key_mark != mark:
        fresh = KeyRotationRow(place=place.name, key_mark=mark, last="", done=False)
        row = await context.session.merge(fresh)
        await context.session.flush()
    return row


async def _batch(context: Context, place: Place) -> tuple[int, int]:
    """Rotate the next rows; return how many were looked at and how many were changed."""
    progress = await _progress(context, place)
    rows = await _rows(context.session, place, progress.last)
    if not rows:
        progress.done = True
        return 0, 0
    vault = context.vault
    changed = [
        {"row_key": row_key, "token": vault.rotate(token)}
        for row_key, token in rows
        if token and not vault.is_current(token)
    ]
    if changed:
        await (await context.session.connection()).execute(_change(place), changed)
    progress.last = str(rows[-1][0])
    return len(rows), len(changed)


def _change(place: Place) -> Update:
    (key,) = place.table.primary_key.columns
    new = bindparam("token", type_=place.stored)
    return update(place.table).where(key == bindparam("row_key")).values({place.column.name: new})


async def _rows(session: AsyncSession, place: Place, last: str) -> list[tuple[Any, str]]:
    """Return keys and tokens of the next rows, locked."""
    (key,) = place.table.primary_key.columns
    query = select(key, type_coerce(place.column, place.stored)).where(place.column.is_not(None))
    if last:
        query = query.where(key > key.type.python_type(last))
    found = await session.execute(query.order_by(key).limit(BATCH).with_for_update())
    return [(row_key, token) for row_key, token in found]
