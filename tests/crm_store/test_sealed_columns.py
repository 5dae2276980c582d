"""Encrypted columns: keys that are compared, and databases of the time before they were sealed."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from crm_store import migrations
from crm_store.engine import make_engine
from crm_store.errors import SchemaError, VaultError
from crm_store.models import MessageRow
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import ConversationKey
from crm_store.vault import Vault

VAULT = Vault([Vault.new_key()], Vault.new_key())
LINE = st.text(st.characters(exclude_categories=["Cs"]))


@given(LINE, LINE)
def test_equal_keys_have_equal_tokens_and_others_do_not(one: str, other: str) -> None:
    token = VAULT.seal_key("records", one, ":")
    assert VAULT.open_key("records", token, ":") == one
    assert (token == VAULT.seal_key("records", other, ":")) == (one == other)
    assert one == "" or token != VAULT.seal_key("talks", one, ":") or set(one) == {":"}


def test_the_lines_of_one_receipt_begin_alike() -> None:
    first, second = (VAULT.seal_key("records", key, ":") for key in ("R1:1", "R1:2"))
    assert first.startswith(VAULT.seal_key("records", "R1:", ":"))
    assert second.startswith(VAULT.seal_key("records", "R1:", ":"))


def test_an_altered_key_is_noticed() -> None:
    token = VAULT.seal_key("talks", "998877")
    with pytest.raises(VaultError):
        VAULT.open_key("talks", ("B" if token[0] == "A" else "A") + token[1:])


async def test_an_engine_without_keys_neither_writes_nor_reads(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    async with engine.connect() as connection:
        with pytest.raises(Exception, match="without keys"):
            await connection.execute(MessageRow.__table__.select().where(MessageRow.text == "a"))
    await engine.dispose()


class TestUpgrade:
    """Revision 0012 encrypts what stood in clear text."""

    @pytest.fixture
    def old(self, tmp_path: Path) -> str:
        """A database at revision 0011, with a conversation in clear text."""
        path = tmp_path / "old.db"
        url = f"sqlite:///{path}"
        asyncio.run(upgrade_to(url, "0011"))
        with sqlite3.connect(path) as connection:
            connection.execute(
                "INSERT INTO conversations (id, channel, account, external_id, verification, owner,"
                " epoch, opened_orders, lease_token, created_at, updated_at) VALUES (1, 'telegram',"
                " 'shop', '99887766', 'guest', 'bot', 0, '[]', 0, '2026-01-01', '2026-01-01')"
            )
            connection.execute(
                "INSERT INTO messages (conversation_id, direction, author, text, payload, state,"
                " epoch, attempt, created_at) VALUES (1, 'in', 'customer', '我的电话13912345678',"
                """ '{"title": "你好"}', 'handled', 0, 0, '2026-01-01')"""
            )
        connection.close()
        return url

    def test_it_needs_the_keys(self, old: str) -> None:
        with pytest.raises(SchemaError, match="with the keys"):
            migrations.upgrade(old)
        assert migrations.current_revision(old) == "0011"

    def test_what_was_readable_is_not_any_more_and_means_the_same(self, old: str) -> None:
        migrations.upgrade(old, VAULT)
        with sqlite3.connect(old.removeprefix("sqlite:///")) as connection:
            stored = str(connection.execute("SELECT * FROM messages, conversations").fetchall())
        connection.close()
        assert "13912345678" not in stored
        assert "99887766" not in stored
        message = asyncio.run(first_message(old))
        assert message == ("我的电话13912345678", {"title": "你好"})


async def upgrade_to(url: str, revision: str) -> None:
    """Bring a new database to an earlier revision."""

    def run(connection: Connection) -> None:
        command.upgrade(migrations.alembic_config(connection), revision)

    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("SELECT 1"))
        await connection.run_sync(run)
    await engine.dispose()


async def first_message(url: str) -> tuple[str, object]:
    """Return text and payload of the Telegram conversation's message, as the store reads them."""
    store = await SqlStore.open(url, VAULT)
    async with store.reading(SYSTEM) as work:
        talk = await work.conversations.find(ConversationKey("telegram", "shop", "99887766"))
        assert talk is not None
        [message] = await work.conversations.messages(talk.id)
    await store.close()
    return message.text, message.payload
