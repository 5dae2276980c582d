"""The schema: migrations, marks, indexes, and what the program says about a wrong database."""

import asyncio
import re
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError

from crm_store import migrations
from crm_store.engine import make_engine
from crm_store.errors import DatabaseURLError, SchemaError
from crm_store.models import Base
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import ConversationKey, InboundMessage, NewReply
from crm_store.vault import Vault


def test_every_column_says_whether_it_is_personal() -> None:
    columns = [column for table in Base.metadata.tables.values() for column in table.columns]
    assert [str(one) for one in columns if one.info.get("personal") not in (True, False)] == []


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

    async def test_what_runs_all_the_time_reads_no_whole_table(
        self, sqlite_url: str, vault: Vault
    ) -> None:
        statements = await hot_statements(sqlite_url, vault)
        connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
        for statement, parameters in statements:
            plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [row[3] for row in plan]
            assert not any(re.fullmatch(r"SCAN \w+", step) for step in steps), (statement, steps)
        connection.close()

    async def test_the_queues_are_found_by_their_partial_indexes(
        self, sqlite_url: str, vault: Vault
    ) -> None:
        used = indexes_used(sqlite_url, await hot_statements(sqlite_url, vault))
        assert used >= {
            "ix_audit_subject",
            "ix_conversations_pending",
            "ix_messages_conversation",
            "ix_messages_leased",
            "ix_messages_queued",
            "ix_messages_unhandled",
            "uq_messages_sending",
        }


async def hot_statements(url: str, vault: Vault) -> list[tuple[str, Any]]:
    """Return what the store runs on SQLite in a turn of the bot and of a sender."""
    statements: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith(("SELECT", "UPDATE")):
            statements.append((statement, parameters))

    store = await SqlStore.open(url, vault)
    event.listen(store._writer.sync_engine, "before_cursor_execute", note)
    key, lease = ConversationKey("telegram", "shop", "s1"), timedelta(seconds=30)
    async with store.writing(SYSTEM) as work:
        talk = work.conversations
        [receipt] = await talk.receive([InboundMessage(key, "1", "在吗")])
        held = await talk.claim("w1", lease)
        assert held is not None
        await talk.unhandled(held)
        await talk.tail(held.conversation_id)
        await talk.messages(held.conversation_id, after=1)
        await talk.handled(held, receipt.message_id, parse=None, language=None)
        await talk.reply(held.conversation_id, [NewReply("在")], epoch=0)
        [delivery] = await talk.next_deliveries(["telegram"], lease)
        await talk.delivered(delivery.message.id, None)
        await work.orders.open("O-1", "8000")
    await store.close()
    return statements


def indexes_used(url: str, statements: list[tuple[str, Any]]) -> set[str]:
    """Return the indexes that SQLite picks for these statements."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    used = {
        found
        for statement, parameters in statements
        for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        for found in re.findall(r"INDEX (\w+)", row[3])
    }
    connection.close()
    return used
