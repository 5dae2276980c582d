"""Loads the demo retailer into a store, through the importers that real sources go through."""

import asyncio
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Protocol

from crm_store.demo.generator import GENERATOR_VERSION, Progress, silent, write_files
from crm_store.errors import ConflictError
from crm_store.ports import CrmStore
from crm_store.repositories.imports import Batch
from crm_store.repositories.imports_records import (
    KeptRecord,
    keep_records,
    known_records,
    raw_records,
)
from crm_store.sources import SOURCES, import_file
from crm_store.sources.importer import ImportTarget
from crm_store.types.actors import SYSTEM, Role
from crm_store.types.records import ImportReport

SOURCE = "demo"
"""Source of the marks that tell how far a load has come."""


class DemoTarget(CrmStore, ImportTarget, Protocol):
    """A store that takes imports."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody who works for the demo retailer."""

    login: str
    name: str
    role: Role
    store_id: str | None = None


ACCOUNTS = (
    DemoAccount("clerk-sh01", "陈卓", Role.CLERK, "SH01"),
    DemoAccount("clerk-bj01", "何静", Role.CLERK, "BJ01"),
    DemoAccount("agent-lin", "林晓", Role.AGENT),
    DemoAccount("agent-zhou", "周敏", Role.AGENT),
    DemoAccount("manager", "沈知秋", Role.MANAGER),
)


async def load(
    store: DemoTarget,
    *,
    seed: int,
    today: date,
    people: int = 5000,
    orders: int = 40000,
    folder: Path,
    staff_password: str,
    progress: Progress | None = None,
) -> list[ImportReport]:
    """Write the files into a folder and import them; return a report for each.

    Once loaded from a seed, the store stays as it is and the list is empty. A load that was
    interrupted goes on with the reference date with which it began.
    """
    told = progress or silent
    await employ(store, staff_password)
    marks = _Marks(store, seed)
    if await marks.read("done") is not None:
        return []
    begun = await marks.read("begun")
    if begun is None:
        await marks.write("begun", today.isoformat())
    else:
        today = date.fromisoformat(begun)
    # In a thread, so that a server that loads the demo goes on answering.
    files = await asyncio.to_thread(
        write_files, folder, seed=seed, today=today, people=people, orders=orders, progress=told
    )
    reports = []
    for source in SOURCES:
        if (path := files.by_source.get(source)) is None:
            continue  # the demo retailer has no such system
        bar = partial(told, f"import {source}")
        reports.append(await import_file(store, source, path, progress=bar))
    await marks.write("done", today.isoformat())
    return reports


async def employ(store: DemoTarget, password: str) -> None:
    """Add the staff accounts that are missing; those that exist keep their passwords."""
    async with store.reading(SYSTEM) as work:
        known = {staff.login for staff in await work.staff.all()}
    for account in ACCOUNTS:
        if account.login in known:
            continue
        try:
            async with store.writing(SYSTEM) as work:
                await work.staff.add(
                    account.login, account.name, password, account.role, account.store_id
                )
        except ConflictError:  # another process was faster
            continue


@dataclass(frozen=True, slots=True)
class _Marks:
    """Records of the source ``demo``: that a load began, that it was done, and for which date."""

    store: DemoTarget
    seed: int

    def _key(self, step: str) -> str:
        return f"{step}/{self.seed}/{GENERATOR_VERSION}"

    async def read(self, step: str) -> str | None:
        """Return the reference date of the mark, if it stands."""
        key = self._key(step)
        async with self.store.importing() as context:
            batch = Batch(context, SOURCE)
            known = (await known_records(batch, [key])).get(key)
            return (await raw_records(batch, [known.id]))[known.id] if known else None

    async def write(self, step: str, today: str) -> None:
        """Set the mark."""
        mark = KeptRecord(key=self._key(step), file=SOURCE, line=0, checksum=today, raw=today)
        async with self.store.importing() as context:
            batch = Batch(context, SOURCE)
            await keep_records(batch, [mark], await known_records(batch, [mark.key]))
