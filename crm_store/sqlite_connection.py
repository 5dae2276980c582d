"""SQLite's connection for the event loop: each statement is one trip to the connection's thread.

SQLAlchemy's adapter makes a cursor, executes, fetches and closes; by aiosqlite each of these is
a trip of its own, and trips cost more than most of the store's statements do. Here the cursor is
made, read to its end and closed where the statement runs. Rows are therefore read at once: there
is no streaming, and the store asks for none.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Self

import aiosqlite
from typing_extensions import override

Row = tuple[Any, ...]
CHUNK = 64
"""Rows that aiosqlite's own iteration would fetch at a time; nothing here iterates so."""


class OneTripCursor:
    """What SQLAlchemy's adapter asks of a cursor; what it needs of the rows is there already."""

    def __init__(self, connection: "OneTripConnection") -> None:
        self._connection = connection
        self._rows: Sequence[Row] = ()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Run a statement and read all its rows."""
        await self._connection.run(self, sql, parameters, many=False)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Self:
        """Run a statement for each set of parameters."""
        await self._connection.run(self, sql, parameters, many=True)
        return self

    async def fetchall(self) -> Sequence[Row]:
        """Return the rows that are left."""
        return await self.fetchmany(len(self._rows))

    async def fetchmany(self, size: int | None = None) -> Sequence[Row]:
        """Return the next rows."""
        size = self.arraysize if size is None else size
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    async def fetchone(self) -> Row | None:
        """Return the next row."""
        rows = await self.fetchmany(1)
        return rows[0] if rows else None

    async def close(self) -> None:
        """Forget the rows; the database's cursor is closed already."""
        self._rows = ()

    def keep(self, cursor: sqlite3.Cursor) -> None:
        """Read a cursor that has executed to its end; rows first, or others are not counted."""
        self._rows = cursor.fetchall() if cursor.description else ()
        self.description = cursor.description
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid


class OneTripConnection(aiosqlite.Connection):
    """A connection whose cursors take one trip a statement."""

    @override
    def cursor(self) -> OneTripCursor:  # type: ignore[override]
        return OneTripCursor(self)

    async def run(self, keeper: OneTripCursor, sql: str, parameters: Any, *, many: bool) -> None:  # noqa: ANN401 - what sqlite3 takes
        """Execute on the connection's thread, and let ``keeper`` keep what comes of it."""
        await self._execute(self._run, keeper, sql, parameters, many)  # type: ignore[no-untyped-call]

    def _run(self, keeper: OneTripCursor, sql: str, parameters: Any, many: bool) -> None:  # noqa: ANN401 - what sqlite3 takes
        cursor = self._conn.cursor()
        try:
            (cursor.executemany if many else cursor.execute)(sql, parameters)
            keeper.keep(cursor)
        finally:
            cursor.close()


async def connect(path: str) -> OneTripConnection:
    """Return an open connection to a database file."""
    connection = OneTripConnection(lambda: sqlite3.connect(path), CHUNK)
    # As SQLAlchemy does for connections of its own: an open one must not keep a process alive.
    connection._thread.daemon = True
    await connection
    return connection
