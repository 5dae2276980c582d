"""An INSERT of many rows with as little work for each as Python allows.

SQLAlchemy puts the parameters of each row together anew and looks at each of its columns. Here a
table's statement and the conversions of its column types are found once, and the values are
converted column by column. What reaches the database is the same.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Table, insert
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.schema import ScalarElementColumnDefault

Convert = Callable[[Any], Any]


class _Plan(NamedTuple):
    """A table's statement, its columns in order, and what converts their values."""

    sql: str
    columns: tuple[str, ...]
    converters: tuple[Convert | None, ...]
    defaults: Mapping[str, object]


async def insert_rows(
    session: AsyncSession, table: Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows that all name the same columns."""
    if not rows:
        return
    connection = await session.connection()
    plan = _plan(table, tuple(rows[0]), connection.dialect)
    columns = [
        _converted(_values(rows, name, plan.defaults), convert)
        for name, convert in zip(plan.columns, plan.converters, strict=True)
    ]
    await connection.exec_driver_sql(plan.sql, list(zip(*columns, strict=True)))


def _values(
    rows: Sequence[Mapping[str, Any]], name: str, defaults: Mapping[str, object]
) -> list[Any]:
    return [defaults[name]] * len(rows) if name in defaults else [row[name] for row in rows]


def _converted(values: list[Any], convert: Convert | None) -> list[Any]:
    """Convert a column; one and the same object in all rows, as the import's time, only once."""
    if convert is None:
        return values
    first = values[0]
    if all(value is first for value in values):
        return [convert(first)] * len(values)
    return [convert(value) for value in values]


@lru_cache(maxsize=64)
def _plan(table: Table, names: tuple[str, ...], dialect: Dialect) -> _Plan:
    defaults = {
        column.name: column.default.arg
        for column in table.columns
        if column.name not in names and isinstance(column.default, ScalarElementColumnDefault)
    }
    compiled = insert(table).inline().compile(dialect=dialect, column_keys=[*names, *defaults])
    columns = tuple(compiled.positiontup or ())
    types = [table.c[name].type.dialect_impl(dialect) for name in columns]
    converters = tuple(kind.bind_processor(dialect) for kind in types)
    return _Plan(str(compiled), columns, converters, defaults)
