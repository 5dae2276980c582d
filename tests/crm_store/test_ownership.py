"""Ownership: the pure machine, and the store that follows it whatever order people act in."""

import asyncio
import contextlib
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from clocks import HandClock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from crm_store.errors import ConflictError, NotPermittedError
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.conversations import (
    Author,
    ConversationKey,
    InboundMessage,
    Lease,
    Message,
    NewReply,
    Owner,
)
from crm_store.types.handoffs import Handoff, HandoffReason, HandoffState
from crm_store.types.ownership import CLOSED, OPEN, Move, Ownership, Step, after
from crm_store.vault import Vault

LATER = datetime(2026, 3, 3, tzinfo=UTC)
TRANSFER = "已为您转接"
BOT_WORDS = "机器人"


def step(move: Move) -> Step:
    """A well-formed step of that kind, by agent 7."""
    named = move in (Move.TAKE, Move.TAKE_OVER, Move.REASSIGN)
    return Step(move, 7 if named else None, LATER if move is Move.SNOOZE else None)


class TestMachine:
    @given(moves=st.lists(st.sampled_from(Move), max_size=30))
    def test_every_step_raises_the_epoch_and_a_refused_one_changes_nothing(
        self, moves: list[Move]
    ) -> None:
        now = Ownership()
        for move in moves:
            try:
                then = after(now, step(move))
            except ConflictError:
                continue
            assert then.epoch == now.epoch + 1
            assert (then.owner is Owner.BOT) == (then.state in CLOSED)
            assert (then.owner is Owner.HUMAN) <= (then.agent is not None)
            assert (then.until is not None) == (then.state is HandoffState.SNOOZED)
            now = then

    @pytest.mark.parametrize("state", [*OPEN, *CLOSED])
    def test_only_what_waits_is_taken_by_an_agent(self, state: HandoffState) -> None:
        now = Ownership(state, agent=None if state is HandoffState.WAITING else 3, epoch=5)
        if state is HandoffState.WAITING:
            assert after(now, step(Move.TAKE)) == Ownership(HandoffState.TAKEN, 7, 6)
        else:
            with pytest.raises(ConflictError):
                after(now, step(Move.TAKE))

    def test_whoever_reopens_gets_it_and_a_customer_waits(self) -> None:
        done = Ownership(HandoffState.RESOLVED, agent=3, epoch=5)
        assert after(done, Step(Move.REOPEN, agent=3)).state is HandoffState.TAKEN
        assert after(done, Step(Move.REOPEN)) == Ownership(HandoffState.WAITING, None, 6)

    def test_a_step_lacks_nothing(self) -> None:
        waiting = Ownership(HandoffState.WAITING)
        with pytest.raises(ValueError, match="names an agent"):
            after(waiting, Step(Move.TAKE))
        with pytest.raises(ValueError, match="a time"):
            after(Ownership(HandoffState.TAKEN, 3), Step(Move.SNOOZE))


@dataclass
class Thinking:
    """A worker between understanding a message and committing its answer."""

    lease: Lease
    message: Message
    epoch: int
    owner: Owner
    calls: bool
    """Whether its answer calls a human and says so."""


@dataclass
class Desk:
    """The real store, several workers and agents, and what each has in hand."""

    store: SqlStore
    clock: HandClock
    agents: tuple[Actor, ...]
    manager: Actor
    here: list[int] = field(default_factory=list)
    thinking: dict[int, Thinking] = field(default_factory=dict)
    received: int = 0

    async def write(self, talk: int) -> None:
        """A customer writes."""
        self.received += 1
        key = ConversationKey("telegram", "shop", f"s{talk}")
        async with self.store.writing(SYSTEM) as work:
            message = InboundMessage(key, f"m{self.received}", "在吗")
            [receipt] = await work.conversations.receive([message])
        if receipt.conversation_id not in self.here:
            self.here.append(receipt.conversation_id)

    async def think(self, worker: int, *, calls: bool) -> None:
        """A worker claims a conversation and looks at it; its answer comes later, or never."""
        self.thinking.pop(worker, None)
        self.clock.advance(seconds=31)
        async with self.store.writing(SYSTEM) as work:
            lease = await work.conversations.claim(f"w{worker}", timedelta(seconds=30))
            if lease is None:
                return
            [message] = await work.conversations.unhandled(lease, limit=1)
            found = await work.conversations.get(lease.conversation_id)
        assert found is not None
        self.thinking[worker] = Thinking(lease, message, found.epoch, found.owner, calls)

    async def commit(self, worker: int) -> None:
        """The worker commits what it had in mind, all or nothing, as a turn does."""
        mind = self.thinking.pop(worker, None)
        if mind is None:
            return
        with contextlib.suppress(ConflictError):
            async with self.store.writing(SYSTEM) as work:
                talk, here = work.conversations, mind.lease.conversation_id
                await talk.handled(mind.lease, mind.message.id, parse=None, language=None)
                if mind.owner is not Owner.BOT:
                    return
                epoch = mind.epoch
                if mind.calls:
                    await work.handoffs.request(here, HandoffReason.ASKED, {}, epoch=epoch)
                    found = await talk.get(here)
                    assert found is not None
                    epoch = found.epoch
                words = TRANSFER if mind.calls else BOT_WORDS
                await talk.reply(here, [NewReply(words)], epoch=epoch)

    async def deliver(self) -> None:
        """The sender hands out what is due; it must not come from a bot that was replaced."""
        async with self.store.writing(SYSTEM) as work:
            due = await work.conversations.next_deliveries(["telegram"], timedelta(seconds=30))
            for one in due:
                found = await work.conversations.get(one.message.conversation_id)
                assert found is not None
                if one.message.author is Author.BOT:
                    assert found.owner is not Owner.HUMAN, "the bot spoke over a human"
                await work.conversations.delivered(one.message.id, None)

    async def do(self, actor: Actor, move: str, talk: int) -> None:
        """Somebody does something to a conversation's latest handoff, if they may."""
        handoff = await self._latest(self.here[talk % len(self.here)]) if self.here else None
        if handoff is None:
            return
        with contextlib.suppress(ConflictError, NotPermittedError):
            async with self.store.writing(actor) as work:
                desk = work.handoffs
                match move:
                    case "snooze":
                        await desk.snooze(handoff.id, self.clock() + timedelta(minutes=5))
                    case "reassign":
                        await desk.reassign(handoff.id, self.agents[-1].staff_id or 0)
                    case "resolve":
                        await desk.resolve(handoff.id, "好了", code="solved")
                    case "answer":
                        await desk.answer(handoff.id, "人工")
                    case "hand_back":
                        await desk.hand_back(handoff.id, "查一下订单")
                    case "withdraw":
                        await desk.withdraw(handoff.conversation_id)
                    case _:
                        await getattr(desk, move)(handoff.id)

    async def race(self, talk: int) -> None:
        """All agents claim one waiting conversation: exactly one gets it."""
        handoff = await self._latest(self.here[talk % len(self.here)]) if self.here else None
        if handoff is None or handoff.state is not HandoffState.WAITING:
            return
        won = await asyncio.gather(*(self._claims(one, handoff.id) for one in self.agents))
        assert sum(won) == 1

    async def _claims(self, agent: Actor, handoff_id: int) -> bool:
        try:
            async with self.store.writing(agent) as work:
                await work.handoffs.take(handoff_id)
        except ConflictError:
            return False
        return True

    async def _latest(self, here: int) -> Handoff | None:
        async with self.store.reading(SYSTEM) as work:
            found = await work.handoffs.open()
            past = await work.handoffs.closed(datetime(2026, 1, 1, tzinfo=UTC))
        mine = [one for one in (*found, *past) if one.conversation_id == here]
        return max(mine, key=lambda one: one.id, default=None)

    async def check(self) -> None:
        """What must hold at every moment, read from the timeline alone."""
        async with self.store.reading(SYSTEM) as work:
            found = await work.handoffs.open()
            for here in self.here:
                conversation = await work.conversations.get(here)
                timeline = await work.conversations.messages(here)
                assert conversation is not None
                mine = [one for one in found if one.conversation_id == here]
                assert len(mine) == (conversation.owner is not Owner.BOT)
                _check_timeline(timeline)
                assert _owner_at_end(timeline) is conversation.owner


def _check_timeline(timeline: list[Message]) -> None:
    """The bot is silent in a human's stretch, and speaks of a transfer only after its event."""
    owner = Owner.BOT
    for message in timeline:
        if message.author is Author.SYSTEM:
            owner = Owner(str(message.payload["owner"]))
        elif message.author is Author.BOT:
            assert owner is not Owner.HUMAN, "a bot message inside a human's stretch"
            assert (message.text == TRANSFER) == (owner is Owner.WAITING)
    said = [one for one in timeline if one.text == TRANSFER]
    asked = [one for one in timeline if one.payload.get("move") in ("request", "reopen")]
    assert {one.epoch for one in said} <= {one.epoch for one in asked}


def _owner_at_end(timeline: list[Message]) -> Owner:
    events = [one for one in timeline if one.author is Author.SYSTEM]
    return Owner(str(events[-1].payload["owner"])) if events else Owner.BOT


def machine(migrated: Path, folder: Path, vault: Vault) -> type[RuleBasedStateMachine]:
    """The machine over copies of a staffed database."""

    class Interleavings(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.runner = asyncio.Runner()
            for leftover in folder.glob("example.db*"):
                leftover.unlink()
            shutil.copyfile(migrated, folder / "example.db")
            self.desk = self.runner.run(self._open())

        async def _open(self) -> Desk:
            clock = HandClock()
            store = await SqlStore.open(f"sqlite:///{folder / 'example.db'}", vault, clock=clock)
            agents = tuple(
                Actor(Role.AGENT, staff_id=number, surface=Surface.DESK) for number in (1, 2, 3)
            )
            return Desk(store, clock, agents, Actor(Role.MANAGER, staff_id=4, surface=Surface.DESK))

        @rule(talk=st.integers(0, 1))
        def write(self, talk: int) -> None:
            self.runner.run(self.desk.write(talk))

        @rule(worker=st.integers(0, 2), calls=st.booleans())
        def think(self, worker: int, calls: bool) -> None:
            self.runner.run(self.desk.think(worker, calls=calls))

        @precondition(lambda self: self.desk.thinking)
        @rule(worker=st.integers(0, 2))
        def commit(self, worker: int) -> None:
            self.runner.run(self.desk.commit(worker))

        @rule()
        def deliver(self) -> None:
            self.runner.run(self.desk.deliver())

        @precondition(lambda self: self.desk.here)
        @rule(
            agent=st.integers(0, 2),
            talk=st.integers(0, 1),
            move=st.sampled_from(
                [
                    "take",
                    "answer",
                    "snooze",
                    "wake",
                    "reassign",
                    "requeue",
                    "resolve",
                    "hand_back",
                    "reopen",
                ]
            ),
        )
        def agent_acts(self, agent: int, talk: int, move: str) -> None:
            self.runner.run(self.desk.do(self.desk.agents[agent], move, talk))

        @precondition(lambda self: self.desk.here)
        @rule(talk=st.integers(0, 1), move=st.sampled_from(["take_over", "requeue", "reopen"]))
        def manager_acts(self, talk: int, move: str) -> None:
            self.runner.run(self.desk.do(self.desk.manager, move, talk))

        @precondition(lambda self: self.desk.here)
        @rule(talk=st.integers(0, 1))
        def customer_leaves(self, talk: int) -> None:
            self.runner.run(self.desk.do(SYSTEM, "withdraw", talk))

        @precondition(lambda self: self.desk.here)
        @rule(talk=st.integers(0, 1))
        def race(self, talk: int) -> None:
            self.runner.run(self.desk.race(talk))

        @invariant()
        def promises_hold(self) -> None:
            self.runner.run(self.desk.check())

        def teardown(self) -> None:
            self.runner.run(self.desk.store.close())
            self.runner.close()

    Interleavings.TestCase.settings = settings(
        max_examples=10,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    return Interleavings


@pytest.fixture(scope="module")
def staffed(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, vault: Vault) -> Path:
    """A database with three agents and a manager, whose ids are 1 to 4."""
    path = tmp_path_factory.mktemp("staffed") / "huike.db"
    shutil.copyfile(migrated_sqlite, path)

    async def hire() -> None:
        store = await SqlStore.open(f"sqlite:///{path}", vault)
        async with store.writing(SYSTEM) as work:
            for number, role in enumerate((*[Role.AGENT] * 3, Role.MANAGER), start=1):
                assert (await work.staff.add(f"s{number}", "某", "secret", role)).id == number
        await store.close()

    asyncio.run(hire())
    return path


def test_whatever_order_people_act_in(staffed: Path, tmp_path: Path, vault: Vault) -> None:
    case = machine(staffed, tmp_path, vault).TestCase()
    case.runTest()
