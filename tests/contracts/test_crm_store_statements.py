"""How often the database is asked: what a clerk waits for is mostly that."""

import aiosqlite
import pytest
from sqlalchemy import event

from crm_store.store import SqlStore
from crm_store.types.actors import Role
from crm_store.types.people import IdentityKind
from tests.store_rows import PHONE, SmallShop

OF_A_CARD = 10
"""BEGIN, whose phone it is, seven statements of the card (its head, spending, identifiers,
orders, preferences, notes, facts) and the audit rows."""


class Counted:
    """Statements of a store, as they are sent."""

    def __init__(self, store: SqlStore) -> None:
        self.statements: list[str] = []
        event.listen(store._writer.sync_engine, "before_cursor_execute", self._sent)

    def _sent(self, *sent: object) -> None:
        self.statements.append(str(sent[2]))


async def test_a_complete_card_by_phone_is_a_handful_of_statements(
    store: SqlStore, shop: SmallShop
) -> None:
    counted = Counted(store)
    async with store.reading(shop.actor(Role.CLERK)) as work:
        found = await work.members.by_identity(IdentityKind.PHONE, PHONE)
        assert found is not None
        assert await work.profiles.complete(found.id) is not None
    assert len(counted.statements) <= OF_A_CARD, "\n".join(counted.statements)
    assert sum("INSERT INTO audit" in one for one in counted.statements) == 1


async def test_on_sqlite_a_statement_is_one_trip_to_the_connection_s_thread(
    sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    trips, original = 0, aiosqlite.Connection._execute

    async def counting(connection: aiosqlite.Connection, *call: object) -> object:
        nonlocal trips
        trips += 1
        return await original(connection, *call)  # type: ignore[no-untyped-call]

    counted = Counted(sqlite_store)
    async with sqlite_store.reading(SmallShop(1, 2, 3, 4, 5, 6).actor(Role.CLERK)) as work:
        monkeypatch.setattr(aiosqlite.Connection, "_execute", counting)
        before = len(counted.statements)
        assert await work.members.by_identity(IdentityKind.PHONE, PHONE) is None
        assert await work.timelines.page(1) is not None
        assert trips == len(counted.statements) - before
