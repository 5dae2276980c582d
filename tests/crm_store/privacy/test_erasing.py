"""Erasing a person: everywhere, all or nothing, with a proof."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from people import CLERKS_KEY, LEASE, Trace, leave_traces
from sqlalchemy import select, text
from store_rows import SmallShop

from crm_store.engine import make_engine
from crm_store.errors import ConflictError, NotErasedError, NotFoundError, VaultError
from crm_store.models import Base
from crm_store.privacy import places
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import InboundMessage, NewReply
from crm_store.types.people import IdentityKind
from crm_store.types.privacy import Place, Proof
from crm_store.vault import Vault


@pytest.fixture
async def trace(store: SqlStore, database_url: str, vault: Vault, shop: SmallShop) -> Trace:
    return await leave_traces(store, database_url, vault, shop)


async def erase(store: SqlStore, member_id: int) -> Proof:
    async with store.writing(SYSTEM) as work:
        return await work.privacy.erase(member_id)


async def everything(url: str, vault: Vault) -> AsyncIterator[tuple[str, str]]:
    """Yield every stored value as text: as it stands, as its column opens it, and decrypted."""
    engine = make_engine(url, vault)
    async with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in await connection.execute(text(f"SELECT * FROM {table.name}")):
                for value in row:
                    yield table.name, str(value)
            for row in await connection.execute(select(table)):
                for value in row:
                    yield table.name, str(value)
                    yield table.name, opened(vault, value)
    await engine.dispose()


def opened(vault: Vault, value: object) -> str:
    try:
        return vault.decrypt(str(value))
    except VaultError:
        return ""


class TestEverywhere:
    async def test_the_traces_are_there_to_begin_with(
        self, trace: Trace, database_url: str, vault: Vault
    ) -> None:
        stored = "\n".join([value async for _, value in everything(database_url, vault)])
        assert [value for value in trace.values if value not in stored] == []

    async def test_no_value_of_the_person_is_left_in_any_column(
        self, store: SqlStore, trace: Trace, database_url: str, vault: Vault
    ) -> None:
        await erase(store, trace.member)
        left = [
            (table, value)
            async for table, value in everything(database_url, vault)
            if any(one in value for one in trace.values)
        ]
        assert left == []

    async def test_no_value_is_left_in_the_bytes_of_the_file(
        self, sqlite_url: str, vault: Vault
    ) -> None:
        from store_rows import open_shop

        store = await SqlStore.open(sqlite_url, vault)
        shop = await open_shop(store, sqlite_url, vault)
        trace = await leave_traces(store, sqlite_url, vault, shop)
        await erase(store, trace.member)
        await store.settle()
        path = Path(sqlite_url.removeprefix("sqlite:///"))
        stored = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
        await store.close()
        assert [value for value in trace.values if value.encode() in stored] == []

    async def test_others_keep_what_is_theirs(
        self, store: SqlStore, trace: Trace, shop: SmallShop
    ) -> None:
        await erase(store, trace.member)
        async with store.reading(SYSTEM) as work:
            card = await work.members.card(shop.member)
        assert card is not None
        assert (card.member.name, card.order_count, len(card.notes)) == ("王小明", 1, 1)

    async def test_the_sale_stays_without_whose_it_was(self, store: SqlStore, trace: Trace) -> None:
        await erase(store, trace.member)
        async with store.reading(SYSTEM) as work:
            order = await work.orders.by_number(trace.order)
        assert order is not None
        assert (order.member_id, str(order.total)) == (None, "88.00")

    async def test_the_member_is_unknown_from_then_on(self, store: SqlStore, trace: Trace) -> None:
        await erase(store, trace.member)
        async with store.reading(SYSTEM) as work:
            assert await work.members.get(trace.member) is None
            assert await work.members.by_identity(IdentityKind.PHONE, trace.phone) is None


class TestProof:
    async def test_it_lists_every_place_and_is_signed(self, store: SqlStore, trace: Trace) -> None:
        proof = await erase(store, trace.member)
        named = {place.name for place in proof.places}
        assert named >= {table.name for table in places.reachable()} | {"source_records"}
        assert {place.left for place in proof.places} == {0}
        found = {place.name: place.found for place in proof.places if place.found}
        assert found["messages"] == 3
        assert found["members"] == 2
        assert found["source_records"] == 3
        assert found["staff conversations"] == 3
        async with store.reading(SYSTEM) as work:
            assert await work.privacy.verify(proof)
            assert not await work.privacy.verify(replace(proof, suppressed=9))
            assert await work.privacy.proof(proof.id) == proof

    async def test_it_holds_nothing_personal(self, store: SqlStore, trace: Trace) -> None:
        proof = str(await erase(store, trace.member))
        assert [value for value in trace.values if value in proof] == []

    async def test_erasing_again_gives_the_same_proof(self, store: SqlStore, trace: Trace) -> None:
        proof = await erase(store, trace.member)
        assert await erase(store, trace.member) == proof

    async def test_somebody_unknown_cannot_be_erased(self, store: SqlStore) -> None:
        with pytest.raises(NotFoundError):
            await erase(store, 4711)

    async def test_if_something_is_left_nothing_is_done(
        self, store: SqlStore, trace: Trace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def kept(*_: object) -> Place:
            return Place("notes", 1, left=1)

        monkeypatch.setattr("crm_store.privacy.erasing.blank_talks", kept)
        with pytest.raises(NotErasedError, match="nothing was done"):
            await erase(store, trace.member)
        async with store.reading(SYSTEM) as work:
            member = await work.members.get(trace.member)
        assert member is not None
        assert member.name == trace.name


class TestOpenConversation:
    async def test_a_running_turn_cannot_write_the_data_back(
        self, store: SqlStore, trace: Trace
    ) -> None:
        async with store.writing(SYSTEM) as work:
            [receipt] = await work.conversations.receive(
                [InboundMessage(trace.key, "m2", "在吗", member_id=trace.member)]
            )
            lease = await work.conversations.claim("w2", LEASE)
        assert lease is not None
        await erase(store, trace.member)
        with pytest.raises(ConflictError):
            async with store.writing(SYSTEM) as work:
                await work.conversations.handled(
                    lease, receipt.message_id, parse=None, language="zh"
                )
        with pytest.raises(ConflictError):
            async with store.writing(SYSTEM) as work:
                await work.conversations.reply(trace.conversation, [NewReply(trace.name)], epoch=1)

    async def test_whoever_writes_again_is_a_stranger(self, store: SqlStore, trace: Trace) -> None:
        await erase(store, trace.member)
        async with store.writing(SYSTEM) as work:
            [receipt] = await work.conversations.receive([InboundMessage(trace.key, "m3", "你好")])
            conversation = await work.conversations.get(receipt.conversation_id)
        assert conversation is not None
        assert (conversation.id != trace.conversation, conversation.member_id) == (True, None)

    async def test_a_token_that_attests_the_erased_member_is_refused(
        self, store: SqlStore, trace: Trace
    ) -> None:
        await erase(store, trace.member)
        with pytest.raises(NotFoundError):
            async with store.writing(SYSTEM) as work:
                await work.conversations.receive(
                    [InboundMessage(trace.key, "m3", "你好", member_id=trace.member)]
                )

    async def test_a_clerk_who_is_just_asking_about_them_is_answered_anew(
        self, store: SqlStore, trace: Trace, shop: SmallShop
    ) -> None:
        async with store.writing(SYSTEM) as work:
            await work.conversations.receive(
                [InboundMessage(CLERKS_KEY, "c2", "她买过什么", staff_id=shop.clerk)]
            )
            lease = await work.conversations.claim("w2", LEASE)
        assert lease is not None
        await erase(store, trace.member)
        async with store.writing(SYSTEM) as work:
            with pytest.raises(ConflictError):
                await work.conversations.save_dialogue(lease, {"member_in_focus": trace.member})
            again = await work.conversations.claim("w3", LEASE)
            assert again is not None
            [message] = await work.conversations.unhandled(again)
            assert message.text == "她买过什么"
            assert json.dumps(await work.conversations.dialogue(again.conversation_id)) == "{}"


class TestSchema:
    def test_every_personal_column_is_reached_or_named(self) -> None:
        """A new table with personal columns must hang on a member, or say why it does not."""
        reached = {table.name for table in places.reachable()} | set(places.OUTSIDE)
        missing = [
            table.name
            for table in places.tables()
            if places.personal_columns(table) and table.name not in reached
        ]
        assert missing == []

    def test_what_stays_can_be_blanked(self) -> None:
        for table in places.reachable():
            if places.fate(table) is places.Fate.KEPT:
                assert places.personal_columns(table) == []
            if places.fate(table) is places.Fate.ANONYMISED:
                for column in places.personal_columns(table):
                    assert places.blank(column, 1) in (None, "", {}, "erased-1")

    def test_what_is_named_exists(self) -> None:
        names = {table.name for table in places.tables()}
        for named in (places.ANONYMISED, places.KEPT, places.OUTSIDE, places.RESETS):
            assert set(named) <= names
