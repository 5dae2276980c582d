"""How fast an import is, against a bare bulk insert of the very rows that it wrote.

    python -m benchmarks.imports [--events N] [--parts N]

Events of a mini-program are imported as `huike import` does it: read, told apart, cleaned,
encrypted, looked up, written. After each part of the file, the rows that the import wrote for it
are inserted into a second database by SQLAlchemy Core alone, with the store's own tables, already
clean, and with raw records encrypted beforehand; in batches and transactions of the same size. So
both see the same machine. Both databases are new SQLite files with the same schema.
"""

import argparse
import asyncio
import json
import resource
import tempfile
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from crm_store import migrations
from crm_store.engine import make_engine, make_writer
from crm_store.models import IdentityRow, InteractionRow, MemberRow, SourceRecordRow
from crm_store.repositories.imports import table_of
from crm_store.sources import import_file
from crm_store.sources.batches import BATCH_SIZE
from crm_store.store import SqlStore
from crm_store.vault import Vault

PEOPLE = 2000
WRITTEN = (table_of(SourceRecordRow), table_of(InteractionRow))
VISITS: Sequence[dict[str, object]] = (
    {"event": "browse", "product_id": "COS-0012"},
    {"event": "search", "query": "保湿精华"},
    {"event": "favourite", "product_id": "COS-0012"},
    {"event": "cart", "sku": "COS-0012-30ML", "quantity": 1},
    {"event": "coupon", "code": "HG8801", "action": "claim"},
)


@dataclass
class Rates:
    """Seconds that each part took: by the clock, and of processor time."""

    imported: list[tuple[float, float]] = field(default_factory=list)
    inserted: list[tuple[float, float]] = field(default_factory=list)


async def main(events: int, parts: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="huike-imports-") as name:
        folder = Path(name)
        files = _write_files(folder, events, parts)
        rates = await _measure(folder, files)
    _print(events // parts, rates)


def _write_files(folder: Path, events: int, parts: int) -> list[Path]:
    """Write a file of registrations, and the events in parts."""
    everybody = folder / "everybody.jsonl"
    everybody.write_text("".join(_line(_registration(one)) for one in range(PEOPLE)))
    files = [everybody]
    for part in range(parts):
        path = folder / f"events-{part}.jsonl"
        numbers = range(part * events // parts, (part + 1) * events // parts)
        with path.open("w", encoding="utf-8") as file:
            file.writelines(_line(_event(number)) for number in numbers)
        files.append(path)
    return files


def _line(record: dict[str, object]) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"


def _registration(person: int) -> dict[str, object]:
    user = {"nickname": f"visitor {person}", "language": "zh"}
    return {**_head(f"r{person}", person), "event": "register", "user": user}


def _event(number: int) -> dict[str, object]:
    return _head(f"mp-{number:08d}", number * 7 % PEOPLE) | VISITS[number % len(VISITS)]


def _head(event_id: str, person: int) -> dict[str, object]:
    return {"event_id": event_id, "openid": f"o{person}", "at": "2026-02-05T10:00:00+08:00"}


async def _measure(folder: Path, files: Sequence[Path]) -> Rates:
    rates = Rates()
    urls = [f"sqlite:///{folder / name}" for name in ("imported.db", "inserted.db")]
    for url in urls:
        await asyncio.to_thread(migrations.upgrade, url)
    vault = Vault([Vault.new_key()], index_key=Vault.new_key())
    store = await SqlStore.open(urls[0], vault)
    source, target = make_engine(urls[0], vault), make_writer(make_engine(urls[1]), vault)
    await import_file(store, "mini_program", files[0])
    await _copy_members(source, target)
    await _insert(target, await _rows(source, {}))
    for path in files[1:]:
        seen = await _last_ids(source)
        rates.imported.append(await _timed(import_file(store, "mini_program", path)))
        rows = await _rows(source, seen)
        rates.inserted.append(await _timed(_insert(target, rows)))
    for engine in (source, target):
        await engine.dispose()
    await store.close()
    return rates


async def _timed(work: Awaitable[object]) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    await work
    return time.perf_counter() - wall, time.process_time() - processor


async def _copy_members(source: AsyncEngine, target: AsyncEngine) -> None:
    """Copy what the events point at."""
    async with source.connect() as reading, target.begin() as writing:
        for table in (table_of(MemberRow), table_of(IdentityRow)):
            rows = [dict(row) for row in (await reading.execute(select(table))).mappings()]
            await writing.execute(insert(table), rows)


async def _last_ids(engine: AsyncEngine) -> dict[str, int]:
    async with engine.connect() as connection:
        return {
            table.name: await connection.scalar(select(func.max(table.c.id))) or 0
            for table in WRITTEN
        }


Written = list[tuple[Table, list[dict[str, Any]]]]


async def _rows(engine: AsyncEngine, after: dict[str, int]) -> Written:
    """Return the rows that an import wrote."""
    async with engine.connect() as connection:
        found = [(table, await connection.execute(_newer(table, after))) for table in WRITTEN]
        return [(table, [dict(row) for row in rows.mappings()]) for table, rows in found]


def _newer(table: Table, after: dict[str, int]) -> Any:  # noqa: ANN401 - SQLAlchemy's Select
    return select(table).where(table.c.id > after.get(table.name, 0)).order_by(table.c.id)


async def _insert(engine: AsyncEngine, written: Written) -> None:
    """Insert the rows in transactions as large as those of an import."""
    longest = max(len(rows) for _, rows in written)
    for start in range(0, longest, BATCH_SIZE):
        async with engine.begin() as connection:
            for table, rows in written:
                if batch := rows[start : start + BATCH_SIZE]:
                    await connection.execute(insert(table), batch)


def _print(part: int, rates: Rates) -> None:
    pairs = list(zip(rates.imported, rates.inserted, strict=True))
    ours, bare = median(wall for wall, _ in rates.imported), median(w for w, _ in rates.inserted)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"records             {part * len(pairs)} in {len(pairs)} parts, {len(WRITTEN)} rows each"
    )
    print(f"import              {part / ours:8.0f} records/s")
    print(f"bare insert         {part / bare:8.0f} records/s")
    print(f"import / bare       {median(b[0] / a[0] for a, b in pairs):8.2f}x by the clock")
    print(f"                    {median(b[1] / a[1] for a, b in pairs):8.2f}x by processor time")
    print(f"peak memory         {peak:8.0f} MB (the rows of a part for the comparison included)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--parts", type=int, default=10)
    asyncio.run(main(**vars(parser.parse_args())))
