"""The schema: migrations, marks, indexes, and what the program says about a wrong database."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from crm_store import migrations
from crm_store.engine import make_engine
from crm_store.errors import DatabaseURLError, SchemaError
from crm_store.models import Base
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM
from crm_store.vault import Vault

COLUMNS = [column for table in Base.metadata.tables.values() for column in table.columns]


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_every_column_says_whether_it_is_personal(column: Any) -> None:
    assert column.info.get("personal") in (True, False)


async def test_migrations_and_tables_agree(database_url: str) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, Base.metadata)

    engine = make_engine(database_url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_the_audit_only_grows(database_url: str, vault: Vault) -> None:
    store = await SqlStore.open(database_url, vault)
    async with store.writing(SYSTEM) as work:
        await work.audit.record("test", "order:1")
    await store.close()
    engine = make_engine(database_url)
    for change in ("UPDATE audit SET purpose = 'other'", "DELETE FROM audit"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with engine.begin() as connection:
                await connection.execute(text(change))
    await engine.dispose()


class TestRevision:
    def test_upgrading_twice_is_upgrading_once(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'new' / 'huike.db'}"
        assert migrations.current_revision(url) is None
        migrations.upgrade(url)
        migrations.upgrade(url)
        assert migrations.current_revision(url) == migrations.head_revision()

    async def test_workers_that_start_at_once_take_turns(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'huike.db'}"
        await asyncio.gather(*(asyncio.to_thread(migrations.upgrade, url) for _ in range(3)))
        revision = await asyncio.to_thread(migrations.current_revision, url)
        assert revision == migrations.head_revision()

    @pytest.mark.postgres
    async def test_workers_on_postgres_take_turns_too(self, postgres_server: Any) -> None:
        url = postgres_server.create()
        await asyncio.gather(*(asyncio.to_thread(migrations.upgrade, url) for _ in range(3)))
        revision = await asyncio.to_thread(migrations.current_revision, url)
        assert revision == migrations.head_revision()

    async def test_a_database_that_was_not_migrated_is_refused(
        self, tmp_path: Path, vault: Vault
    ) -> None:
        with pytest.raises(SchemaError, match="huike db upgrade"):
            await SqlStore.open(f"sqlite:///{tmp_path / 'huike.db'}", vault)

    async def test_a_database_of_a_newer_program_is_refused(
        self, sqlite_url: str, vault: Vault
    ) -> None:
        with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.close()
        with pytest.raises(SchemaError, match="9999"):
            await SqlStore.open(sqlite_url, vault)

    @pytest.mark.parametrize(
        "url", ["", "huike.db", "mysql://x/y", "sqlite://", "sqlite:///:memory:", "postgresql:x"]
    )
    async def test_another_kind_of_database_is_refused(self, url: str, vault: Vault) -> None:
        with pytest.raises(DatabaseURLError):
            await SqlStore.open(url, vault)


class TestSqlite:
    async def test_it_is_durable_and_checks_references(self, sqlite_url: str) -> None:
        engine = make_engine(sqlite_url)
        async with engine.connect() as connection:
            settings = {
                name: (await connection.execute(text(f"PRAGMA {name}"))).scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            }
        await engine.dispose()
        assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}

    @pytest.mark.parametrize(
        ("query", "index"),
        [
            (
                "SELECT id FROM conversations WHERE pending_since IS NOT NULL "
                "AND (lease_until IS NULL OR lease_until <= '2026') ORDER BY pending_since LIMIT 1",
                "ix_conversations_pending",
            ),
            (
                "SELECT * FROM messages WHERE conversation_id = 1 ORDER BY id DESC LIMIT 50",
                "ix_messages_conversation",
            ),
            (
                "SELECT * FROM messages WHERE conversation_id = 1 AND id > 7 ORDER BY id",
                "ix_messages_conversation",
            ),
            (
                "SELECT min(created_at) FROM messages "
                "WHERE conversation_id = 1 AND state = 'received'",
                "ix_messages_unhandled",
            ),
            (
                "UPDATE messages SET state = 'uncertain' "
                "WHERE state = 'sending' AND lease_until <= '2026'",
                "ix_messages_leased",
            ),
            (
                "SELECT m.id FROM messages m WHERE m.state = 'queued' AND m.due_at <= '2026' "
                "ORDER BY m.due_at, m.id LIMIT 20",
                "ix_messages_due",
            ),
            (
                "SELECT count(*) FROM audit WHERE subject = 'order:1' AND at > '2026'",
                "ix_audit_subject",
            ),
        ],
    )
    def test_what_runs_all_the_time_has_its_index(
        self, migrated_sqlite: Path, query: str, index: str
    ) -> None:
        connection = sqlite3.connect(migrated_sqlite)
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
        connection.close()
        assert any(f"INDEX {index}" in step for step in plan), plan
        assert not any("TEMP B-TREE" in step for step in plan), plan
