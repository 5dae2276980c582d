"""Engines: how the store talks to SQLite and to PostgreSQL.

SQLite runs in WAL mode, so readers never wait, with ``synchronous=FULL``: a channel acknowledges
a message after the commit, and a commit that a power cut can take back would break that promise.
The driver's own transaction handling is switched off, because it begins a transaction only at the
first write and then fails on a snapshot that has become stale. The store begins them itself:
`make_writer` returns an engine of one connection, whose transactions hold the write lock from the
start. Writers of one process queue for that connection in turn; only writers of other processes
wait on the file lock, for up to thirty seconds: an import or a burst elsewhere may hold it for
longer than the five that are usual. What is deleted is overwritten with zeros
(``secure_delete``): an erased member must not linger in free pages.
"""

import json
import time
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from crm_store import sqlite_connection
from crm_store.errors import DatabaseURLError
from crm_store.models.sealed import bind_vault
from crm_store.vault import Vault

SQLITE_PRAGMAS = (
    "PRAGMA busy_timeout=30000",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
)
POSTGRES_NAMES = frozenset({"postgres", "postgresql", "postgresql+asyncpg"})
SQLITE_NAMES = frozenset({"sqlite", "sqlite+aiosqlite"})
IDLE = 5.0
"""Seconds after which PostgreSQL, or what stands before it, may have closed a connection."""
READERS = 8
"""Connections for reading on SQLite; each is a thread."""


def make_engine(url: str, vault: Vault | None = None) -> AsyncEngine:
    """Return an engine for ``sqlite:///path`` or ``postgresql://…``; connects to nothing yet.

    Without a vault it cannot read or write encrypted columns.
    """
    return _with_vault(_engine(url), vault)


def make_writer(reader: AsyncEngine, vault: Vault | None = None) -> AsyncEngine:
    """Return the engine for writing beside one for reading.

    It has a pool of its own: whoever reads may need a second connection to write with, and must
    not wait for another reader to give one back.
    """
    if reader.dialect.name == "postgresql":
        return make_engine(reader.url.render_as_string(hide_password=False), vault)
    return _with_vault(_sqlite_engine(reader.url, begin="BEGIN IMMEDIATE", connections=1), vault)


def _with_vault(engine: AsyncEngine, vault: Vault | None) -> AsyncEngine:
    if vault is not None:
        bind_vault(engine.dialect, vault)
    return engine


def _engine(url: str) -> AsyncEngine:
    parsed = _async_url(url)
    if parsed.get_backend_name() == "postgresql":
        return _postgres_engine(parsed)
    return _sqlite_engine(parsed, begin="BEGIN", connections=READERS)


def _postgres_engine(url: URL) -> AsyncEngine:
    """Ask a connection whether it still lives only after it lay idle.

    SQLAlchemy's ``pool_pre_ping`` asks each time, which by this driver is three trips to the
    server: a quarter of all that a member's card takes.
    """
    engine = create_async_engine(url, json_serializer=_dump)
    dialect = engine.dialect

    def checked_in(_connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info["since"] = time.monotonic()

    def checked_out(
        connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection
    ) -> None:
        idle = time.monotonic() - record.info.get("since", time.monotonic())
        if idle > IDLE and not _lives(dialect, connection):
            raise DisconnectionError("the connection was closed while it lay idle")

    event.listen(engine.sync_engine, "checkin", checked_in)
    event.listen(engine.sync_engine, "checkout", checked_out)
    return engine


def _lives(dialect: Dialect, connection: DBAPIConnection) -> bool:
    try:
        return dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error:
        return False


def _sqlite_engine(url: URL, *, begin: str, connections: int) -> AsyncEngine:
    Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url,
        async_creator=partial(sqlite_connection.connect, url.database or ""),
        json_serializer=_dump,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=60,
    )

    def begin_sqlite(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", begin_sqlite)
    return engine


def _async_url(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
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
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()
