"""Two stores on one database, as two processes would have them, working at the same time."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from crm_store.errors import ConflictError
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.conversations import (
    ConversationKey,
    InboundMessage,
    MessageState,
    NewReply,
    Owner,
)
from crm_store.types.handoffs import HandoffReason
from crm_store.types.people import IdentityKind, IdentityStatus, NewIdentity, NewMember
from crm_store.vault import Vault

LEASE = timedelta(minutes=5)
CONVERSATIONS, MESSAGES = 6, 4


@pytest.fixture
async def stores(database_url: str, vault: Vault) -> AsyncIterator[tuple[SqlStore, SqlStore]]:
    pair = (await SqlStore.open(database_url, vault), await SqlStore.open(database_url, vault))
    yield pair
    for store in pair:
        await store.close()


def key(number: int) -> ConversationKey:
    return ConversationKey("telegram", "shop", f"s{number}")


async def receive(store: SqlStore, conversation: int, number: int) -> tuple[int, int, bool]:
    message = InboundMessage(key(conversation), f"m{number}", str(number))
    async with store.writing(SYSTEM) as work:
        [receipt] = await work.conversations.receive([message])
    return receipt.conversation_id, receipt.message_id, receipt.duplicate


async def work_off(store: SqlStore, worker: str, log: list[tuple[int, str]]) -> None:
    """Claim, handle and answer until nothing is left; a message a transaction."""
    while True:
        async with store.writing(SYSTEM) as work:
            held = await work.conversations.claim(worker, LEASE)
        if held is None:
            return
        while True:
            async with store.writing(SYSTEM) as work:
                talk = work.conversations
                waiting = await talk.unhandled(held, limit=1)
                if not waiting:
                    await talk.release(held)
                    break
                [message] = waiting
                await talk.reply(held.conversation_id, [NewReply(message.text)], epoch=0)
                await talk.handled(held, message.id, parse=None, language=None)
            log.append((held.conversation_id, message.text))


async def send_off(store: SqlStore, log: list[tuple[int, str]]) -> None:
    """Send until nothing is queued or in flight."""
    while True:
        async with store.writing(SYSTEM) as work:
            deliveries = await work.conversations.next_deliveries(["telegram"], LEASE, limit=3)
        for one in deliveries:
            log.append((one.message.conversation_id, one.message.text))
            async with store.writing(SYSTEM) as work:
                await work.conversations.delivered(one.message.id, None)
        if not deliveries and await all_sent(store):
            return


async def all_sent(store: SqlStore) -> bool:
    async with store.reading(SYSTEM) as work:
        found = [await work.conversations.find(key(number)) for number in range(CONVERSATIONS)]
        tails = [await work.conversations.tail(one.id) for one in found if one is not None]
    pending = {MessageState.QUEUED, MessageState.SENDING}
    return not any(message.state in pending for tail in tails for message in tail)


def by_conversation(log: list[tuple[int, str]]) -> dict[int, list[str]]:
    grouped = defaultdict(list)
    for conversation, said in log:
        grouped[conversation].append(said)
    return grouped


async def test_messages_are_handled_and_sent_once_and_in_order(
    stores: tuple[SqlStore, SqlStore],
) -> None:
    rows = [
        await receive(stores[0], conversation, number)
        for number in range(MESSAGES)
        for conversation in range(CONVERSATIONS)
    ]
    expected = {here: [str(number) for number in range(MESSAGES)] for here, _, _ in rows}
    handled: list[tuple[int, str]] = []
    sent: list[tuple[int, str]] = []
    await asyncio.gather(
        *(work_off(stores[number % 2], f"w{number}", handled) for number in range(4))
    )
    await asyncio.gather(*(send_off(stores[number % 2], sent) for number in range(4)))
    assert by_conversation(handled) == expected
    assert by_conversation(sent) == expected


async def test_a_message_that_arrives_twice_at_once_is_stored_once(
    stores: tuple[SqlStore, SqlStore],
) -> None:
    receipts = await asyncio.gather(*(receive(stores[n % 2], 0, 1) for n in range(8)))
    assert len({message for _, message, _ in receipts}) == 1
    assert [duplicate for _, _, duplicate in receipts].count(False) == 1


async def test_ids_of_a_conversation_rise_as_its_messages_are_committed(
    stores: tuple[SqlStore, SqlStore],
) -> None:
    """A reader that resumes after the last id it saw misses nothing."""
    here, _, _ = await receive(stores[0], 0, 0)
    seen: list[int] = []

    async def follow() -> None:
        while len(seen) <= 16:
            async with stores[1].reading(SYSTEM) as work:
                fresh = await work.conversations.messages(here, after=max(seen, default=0))
            seen.extend(message.id for message in fresh)

    await asyncio.gather(
        asyncio.wait_for(follow(), 60), *(receive(stores[n % 2], 0, n + 1) for n in range(16))
    )
    assert seen == sorted(set(seen))
    assert len(seen) == 17


async def test_of_two_agents_one_takes_it(stores: tuple[SqlStore, SqlStore]) -> None:
    here, _, _ = await receive(stores[0], 0, 0)
    async with stores[0].writing(SYSTEM) as work:
        staff = [await work.staff.add(name, name, "secret", Role.AGENT) for name in ("lin", "wu")]
        handoff = await work.handoffs.request(here, HandoffReason.ASKED, {}, epoch=0)

    async def take(store: SqlStore, staff_id: int) -> int | None:
        try:
            async with store.writing(
                Actor(Role.AGENT, staff_id=staff_id, surface=Surface.DESK)
            ) as work:
                return (await work.handoffs.take(handoff.id)).taken_by
        except ConflictError:
            return None

    takers = await asyncio.gather(
        *(take(store, one.id) for store, one in zip(stores, staff, strict=True))
    )
    async with stores[0].reading(SYSTEM) as work:
        found = await work.conversations.get(here)
        current = await work.handoffs.current(here)
    assert found is not None
    assert current is not None
    assert (found.owner, found.epoch) == (Owner.HUMAN, 2)
    assert sorted(takers, key=str) == sorted([current.taken_by, None], key=str)


async def test_of_two_members_one_gets_the_phone(stores: tuple[SqlStore, SqlStore]) -> None:
    phone = NewIdentity(IdentityKind.PHONE, "13800138000", IdentityStatus.ATTESTED)

    async def enrol(store: SqlStore, name: str) -> bool:
        try:
            async with store.writing(SYSTEM) as work:
                await work.members.add(NewMember(name, identities=(phone,)))
        except ConflictError:
            return False
        return True

    enrolled = await asyncio.gather(enrol(stores[0], "林"), enrol(stores[1], "吴"))
    assert sorted(enrolled) == [False, True]
