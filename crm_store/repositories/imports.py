"""Writing many rows at once, with SQLAlchemy Core: what importers build upon.

A `Batch` is one transaction of one import. Batches of all imports take turns (SQLite has one
writer anyway; on PostgreSQL they share an advisory lock), so that what a batch looked up still
holds when it writes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias, cast

from sqlalchemy import Row, Table, bindparam, delete, func, select, text, update
from sqlalchemy import cast as cast_sql
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.models import Base
from crm_store.repositories.bulk import insert_rows
from crm_store.repositories.context import Context
from crm_store.vault import Vault

Values: TypeAlias = dict[str, Any]
"""One row to write, by column."""
IMPORT_LOCK = 0x48554B494D


@dataclass(frozen=True, slots=True)
class Batch:
    """One transaction of an import from one source."""

    context: Context
    source: str

    @property
    def session(self) -> AsyncSession:
        """The open transaction."""
        return self.context.session

    @property
    def vault(self) -> Vault:
        """What encrypts."""
        return self.context.vault

    @property
    def now(self) -> datetime:
        """The time of this import."""
        return self.context.clock()

    @property
    def _on_postgres(self) -> bool:
        return self.session.get_bind().dialect.name == "postgresql"

    def sealed(self, text_or_none: str | None) -> str | None:
        """Return a text encrypted; None stays None."""
        return self.vault.encrypt(text_or_none) if text_or_none else None

    async def begin(self) -> None:
        """Wait for the turn of this batch."""
        if self._on_postgres:
            await self.session.execute(text(f"SELECT pg_advisory_xact_lock({IMPORT_LOCK})"))

    async def insert(self, model: type[Base], rows: Sequence[Values]) -> None:
        """Insert rows."""
        if rows:
            await insert_rows(self.session, table_of(model), rows)

    async def insert_ids(self, model: type[Base], rows: Sequence[Values]) -> list[int]:
        """Insert rows and return their ids in the same order.

        The ids are reserved first: rows that are returned by the database have no order there,
        and asking for one makes SQLAlchemy insert them one by one on SQLite.
        """
        if not rows:
            return []
        ids = await self._reserve(table_of(model), len(rows))
        await self.insert(model, [{"id": key, **row} for key, row in zip(ids, rows, strict=True)])
        return ids

    async def _reserve(self, table: Table, number: int) -> list[int]:
        if not self._on_postgres:  # we hold the only write lock
            last = await self.session.scalar(select(func.max(table.c.id))) or 0
            return list(range(last + 1, last + 1 + number))
        sequence = func.pg_get_serial_sequence(table.name, "id")
        counted = func.generate_series(1, number).table_valued("value")
        query = select(func.nextval(cast_sql(sequence, REGCLASS))).select_from(counted)
        return list(await self.session.scalars(query))

    async def upsert(
        self,
        model: type[Base],
        keys: Collection[str],
        rows: Sequence[Values],
        returning: Sequence[str] = (),
    ) -> Sequence[Row[Any]]:
        """Insert rows, or update those with the same unique key; return these columns."""
        if not rows:
            return []
        table = table_of(model)
        statement = (postgresql.insert if self._on_postgres else sqlite.insert)(table)
        values = {name: statement.excluded[name] for name in rows[0] if name not in keys}
        statement = statement.on_conflict_do_update(index_elements=list(keys), set_=values)
        if not returning:
            await self.session.execute(statement, rows)
            return []
        wanted = statement.returning(*(table.c[name] for name in returning))
        return (await self.session.execute(wanted, rows)).all()

    async def update(self, model: type[Base], rows: Sequence[Values]) -> None:
        """Update rows by ``id``; all rows name the same columns."""
        if not rows:
            return
        table = table_of(model)
        values: Values = {name: bindparam(f"new_{name}") for name in rows[0] if name != "id"}
        statement = update(table).where(table.c.id == bindparam("row_id")).values(values)
        parameters = [_parameters(row) for row in rows]
        connection = await self.session.connection()
        await connection.execute(statement, parameters)

    async def delete(self, model: type[Base], column: str, values: Collection[Any]) -> None:
        """Delete the rows that have one of these values."""
        if values:
            table = table_of(model)
            await self.session.execute(delete(table).where(table.c[column].in_(values)))


def table_of(model: type[Base]) -> Table:
    """Return a model's table."""
    return cast("Table", model.__table__)


def _parameters(row: Mapping[str, Any]) -> Values:
    return {("row_id" if name == "id" else f"new_{name}"): value for name, value in row.items()}
