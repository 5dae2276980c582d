"""Engines: how the store talks to SQLite and to PostgreSQL.

SQLite runs in WAL mode, so readers never wait, with ``synchronous=FULL``: a channel acknowledges
a message after the commit, and a commit that a power cut can take back would break that promise.
The driver's own transaction handling is switched off, because it begins a transaction only at the
first write; `writing_engine` begins with the write lock in hand instead, so that two writers queue
up (up to five seconds) rather than fail on a stale snapshot.
"""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from crm_store.errors import DatabaseURLError

BUSY_TIMEOUT_MS = 5000
BEGIN = "huike_begin"
"""Execution option: the statement that begins a transaction on SQLite."""

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
)
POSTGRES_NAMES = frozenset({"postgres", "postgresql", "postgresql+asyncpg"})
SQLITE_NAMES = frozenset({"sqlite", "sqlite+aiosqlite"})


def make_engine(url: str, *, pool_size: int = 5) -> AsyncEngine:
    """Return an engine for ``sqlite:///path`` or ``postgresql://…``; connects to nothing yet."""
    parsed = _async_url(url)
    if parsed.get_backend_name() == "postgresql":
        return create_async_engine(
            parsed, json_serializer=_dump, pool_size=pool_size, pool_pre_ping=True
        )
    Path(parsed.database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(parsed, json_serializer=_dump, pool_size=pool_size)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def writing_engine(engine: AsyncEngine) -> AsyncEngine:
    """Return the same engine and pool, whose transactions take SQLite's write lock at once."""
    return engine.execution_options(**{BEGIN: "BEGIN IMMEDIATE"})


def _async_url(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseURLError("a database URL is sqlite:///PATH or postgresql://…") from error
    if parsed.drivername in POSTGRES_NAMES:
        return _postgres_url(parsed)
    if parsed.drivername not in SQLITE_NAMES:
        raise DatabaseURLError(f"no such kind of database: {parsed.drivername}")
    if parsed.database in (None, "", ":memory:"):
        raise DatabaseURLError("SQLite needs a file: sqlite:///PATH")
    return parsed.set(drivername="sqlite+aiosqlite")


def _postgres_url(parsed: URL) -> URL:
    """Speak asyncpg's dialect: libpq's ``sslmode`` is called ``ssl`` there."""
    query = {("ssl" if name == "sslmode" else name): value for name, value in parsed.query.items()}
    return parsed.set(drivername="postgresql+asyncpg", query=query)


def _dump(value: Any) -> str:  # noqa: ANN401 - SQLAlchemy's hook takes anything
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(BEGIN, "BEGIN"))
