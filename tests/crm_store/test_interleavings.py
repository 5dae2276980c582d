"""Whatever order workers, senders, agents and clocks act in, the promises hold.

Each example is a list of steps played on a database of its own; a small model beside it knows
what must have happened.
"""

import asyncio
import contextlib
import shutil
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import pytest
from clocks import HandClock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_store.errors import ConflictError
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.conversations import (
    ConversationKey,
    Delivery,
    InboundMessage,
    Lease,
    MessageState,
    NewReply,
)
from crm_store.types.handoffs import HandoffReason
from crm_store.vault import Vault

LEASE = timedelta(seconds=30)
EXAMPLES = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
Play: TypeAlias = Callable[[SqlStore, HandClock], Awaitable[None]]


def key(number: int) -> ConversationKey:
    return ConversationKey("telegram", "shop", f"s{number}")


@pytest.fixture(scope="module")
def staffed_sqlite(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, vault: Vault
) -> Path:
    """A database with an agent, whose id is 1."""
    path = tmp_path_factory.mktemp("staffed") / "huike.db"
    shutil.copyfile(migrated_sqlite, path)

    async def hire() -> None:
        store = await SqlStore.open(f"sqlite:///{path}", vault)
        async with store.writing(SYSTEM) as work:
            assert (await work.staff.add("lin", "林", "secret", Role.AGENT)).id == 1
        await store.close()

    asyncio.run(hire())
    return path


def on_fresh_store(migrated: Path, folder: Path, vault: Vault, play: Play) -> None:
    """Play on a copy of the migrated database."""
    path = folder / "example.db"
    for leftover in folder.glob("example.db*"):
        leftover.unlink()
    shutil.copyfile(migrated, path)

    async def run() -> None:
        clock = HandClock()
        store = await SqlStore.open(f"sqlite:///{path}", vault, clock=clock)
        try:
            await play(store, clock)
        finally:
            await store.close()

    asyncio.run(run())


class Workers:
    """Two workers that claim, handle and lose leases, and what they handled."""

    def __init__(self, store: SqlStore, clock: HandClock) -> None:
        self.store, self.clock = store, clock
        self.held: dict[int, Lease | None] = {0: None, 1: None}
        self.sent: dict[int, list[int]] = defaultdict(list)
        self.handled: dict[int, list[int]] = defaultdict(list)

    async def receive(self, who: int, number: int) -> None:
        message = InboundMessage(key(who), f"m{number}", str(number))
        async with self.store.writing(SYSTEM) as work:
            [receipt] = await work.conversations.receive([message])
        known = self.sent[receipt.conversation_id]
        assert receipt.duplicate == (receipt.message_id in known)
        if not receipt.duplicate:
            known.append(receipt.message_id)

    async def claim(self, who: int, _: int) -> None:
        async with self.store.writing(SYSTEM) as work:
            self.held[who] = await work.conversations.claim(f"w{who}", LEASE)

    async def handle(self, who: int, _: int) -> None:
        held = self.held[who]
        if held is None:
            return
        with contextlib.suppress(ConflictError):
            async with self.store.writing(SYSTEM) as work:
                waiting = await work.conversations.unhandled(held, limit=1)
                for message in waiting:
                    await work.conversations.handled(held, message.id, parse=None, language=None)
            self.handled[held.conversation_id] += [message.id for message in waiting]

    async def release(self, who: int, _: int) -> None:
        held = self.held[who]
        if held is not None:
            async with self.store.writing(SYSTEM) as work:
                await work.conversations.release(held)

    async def wait(self, _: int, seconds: int) -> None:
        self.clock.advance(seconds=10 * seconds)

    async def finish(self) -> None:
        """Let one worker do what is left."""
        self.clock.advance(hours=1)
        await self.claim(0, 0)
        while (held := self.held[0]) is not None:
            for _ in self.sent[held.conversation_id]:
                await self.handle(0, 0)
            await self.release(0, 0)
            await self.claim(0, 0)


WORK = st.tuples(
    st.sampled_from(["receive", "receive", "claim", "handle", "handle", "release", "wait"]),
    st.integers(0, 1),
    st.integers(0, 4),
)


@EXAMPLES
@given(steps=st.lists(WORK, max_size=25))
def test_every_message_is_handled_once_and_in_order(
    migrated_sqlite: Path, tmp_path: Path, vault: Vault, steps: list[tuple[str, int, int]]
) -> None:
    async def play(store: SqlStore, clock: HandClock) -> None:
        workers = Workers(store, clock)
        for step, who, number in steps:
            await getattr(workers, step)(who, number)
        await workers.finish()
        assert workers.handled == {here: ids for here, ids in workers.sent.items() if ids}

    on_fresh_store(migrated_sqlite, tmp_path, vault, play)


class Senders:
    """A sender that may die, an agent who may take over, and what was given to the channel."""

    def __init__(self, store: SqlStore, clock: HandClock, agent: Actor) -> None:
        self.store, self.clock, self.agent = store, clock, agent
        self.here: list[int] = []
        self.flying: list[Delivery] = []
        self.given: dict[int, list[int]] = defaultdict(list)

    async def open(self) -> None:
        async with self.store.writing(SYSTEM) as work:
            messages = [InboundMessage(key(number), "1", "在吗") for number in range(2)]
            receipts = await work.conversations.receive(messages)
        self.here = [receipt.conversation_id for receipt in receipts]

    async def reply(self, who: int) -> None:
        async with self.store.writing(SYSTEM) as work:
            found = await work.conversations.get(self.here[who])
            assert found is not None
            await work.conversations.reply(found.id, [NewReply("好")], epoch=found.epoch)

    async def fetch(self, _: int) -> None:
        async with self.store.writing(SYSTEM) as work:
            deliveries = await work.conversations.next_deliveries(["telegram"], LEASE)
            for one in deliveries:
                found = await work.conversations.get(one.message.conversation_id)
                assert found is not None
                assert one.message.epoch == found.epoch, "an outdated reply was sent"
        for one in deliveries:
            if one.attempt == 1:
                self.given[one.message.conversation_id].append(one.message.id)
        self.flying += deliveries

    async def deliver(self, _: int) -> None:
        if self.flying:
            one = self.flying.pop(0)
            async with self.store.writing(SYSTEM) as work:
                await work.conversations.delivered(one.message.id, None)

    async def retry(self, _: int) -> None:
        if self.flying:
            one = self.flying.pop(0)
            with contextlib.suppress(ConflictError):
                async with self.store.writing(SYSTEM) as work:
                    at = self.clock() + timedelta(seconds=5)
                    await work.conversations.retry_delivery(one.message.id, at, "429")

    async def die(self, _: int) -> None:
        self.flying.clear()
        self.clock.advance(seconds=31)

    async def take_over(self, who: int) -> None:
        async with self.store.writing(SYSTEM) as work:
            before = await work.conversations.get(self.here[who])
            assert before is not None
            handoff = await work.handoffs.request(
                before.id, HandoffReason.ASKED, {}, epoch=before.epoch
            )
        async with self.store.writing(self.agent) as work:
            await work.handoffs.take(handoff.id)
            await work.handoffs.hand_back(handoff.id)
            after = await work.conversations.get(before.id)
        assert after is not None
        assert after.epoch == before.epoch + 3

    async def check(self) -> None:
        async with self.store.reading(SYSTEM) as work:
            for here in self.here:
                messages = await work.conversations.tail(here)
                states = [message.state for message in messages]
                assert states.count(MessageState.SENDING) <= 1


SENDING = st.tuples(
    st.sampled_from(["reply", "reply", "fetch", "fetch", "deliver", "retry", "die", "take_over"]),
    st.integers(0, 1),
)


@EXAMPLES
@given(steps=st.lists(SENDING, max_size=25))
def test_one_message_flies_at_a_time_in_order_and_under_its_epoch(
    staffed_sqlite: Path, tmp_path: Path, vault: Vault, steps: list[tuple[str, int]]
) -> None:
    async def play(store: SqlStore, clock: HandClock) -> None:
        senders = Senders(store, clock, Actor(Role.AGENT, staff_id=1, surface=Surface.DESK))
        await senders.open()
        for step, who in steps:
            await getattr(senders, step)(who)
            await senders.check()
        for ids in senders.given.values():
            assert ids == sorted(ids)

    on_fresh_store(staffed_sqlite, tmp_path, vault, play)


@EXAMPLES
@given(texts=st.lists(st.tuples(st.integers(0, 3), st.text(max_size=20)), max_size=12))
def test_any_text_can_be_received_again_and_again(
    migrated_sqlite: Path, tmp_path: Path, vault: Vault, texts: list[tuple[int, str]]
) -> None:
    async def play(store: SqlStore, clock: HandClock) -> None:
        seen: dict[int, int] = {}
        for number, text in texts:
            async with store.writing(SYSTEM) as work:
                message = InboundMessage(key(0), f"m{number}", text, payload={text: text})
                [receipt] = await work.conversations.receive([message])
            assert receipt.duplicate == (number in seen)
            assert seen.setdefault(number, receipt.message_id) == receipt.message_id

    on_fresh_store(migrated_sqlite, tmp_path, vault, play)
