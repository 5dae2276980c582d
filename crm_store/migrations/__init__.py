"""Alembic migrations, packaged with the store and run from code: there is no alembic.ini.

`upgrade` is synchronous. It runs its own event loop, so asynchronous code calls it with
``asyncio.to_thread``. Any number of workers may call it at once: they take turns.
"""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crm_store.engine import make_engine, make_writer
from crm_store.errors import SchemaError
from crm_store.vault import Vault

ADVISORY_LOCK = 0x4855494B45
"""Any fixed number will do; this one spells HUIKE."""


def alembic_config(connection: Connection | None = None, vault: Vault | None = None) -> Config:
    """Return Alembic's configuration for the packaged scripts."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    config.attributes["vault"] = vault
    return config


def head_revision() -> str:
    """Return the revision that this version of the program needs."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    if head is None:
        raise SchemaError("the program was packaged without its migrations")
    return head


def upgrade(url: str, vault: Vault | None = None) -> None:
    """Bring the database at ``url`` to the head revision; does nothing when it is there.

    The vault is needed when a revision encrypts what is stored already; raises `SchemaError`
    when it is missing then.
    """
    asyncio.run(_upgrade(url, vault))


def current_revision(url: str) -> str | None:
    """Return the database's revision; ``None`` when it was never migrated."""
    return asyncio.run(_current_revision(url))


async def check_revision(engine: AsyncEngine) -> None:
    """Raise `SchemaError` when the database is not at the revision the program needs."""
    async with engine.connect() as connection:
        found = await _revision_of(connection)
    needed = head_revision()
    if found != needed:
        raise SchemaError(
            f"the database is at revision {found or 'none'}, this program needs {needed}: "
            "run `huike db upgrade`"
        )


async def _upgrade(url: str, vault: Vault | None) -> None:
    engine = make_writer(make_engine(url))
    try:
        async with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
            await connection.run_sync(
                lambda sync: command.upgrade(alembic_config(sync, vault), "head")
            )
    finally:
        await engine.dispose()


async def _current_revision(url: str) -> str | None:
    engine = make_engine(url)
    try:
        async with engine.connect() as connection:
            return await _revision_of(connection)
    finally:
        await engine.dispose()


async def _revision_of(connection: AsyncConnection) -> str | None:
    return await connection.run_sync(
        lambda sync: MigrationContext.configure(sync).get_current_revision()
    )
