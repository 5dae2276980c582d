"""An analytics run: read purchases, fit, score, store.

A full run fits the models to all buyers and scores everybody. An incremental run keeps the models
of the last full one and scores only those whose orders changed since they were last looked at;
whom it leaves alone keep the figures of their own date. Both review tiers and book lapsed points,
which depend on the date alone.

Everything goes in spans of members, each in a transaction of its own, so that conversations are
answered meanwhile.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeAlias
from zoneinfo import ZoneInfo

from crm_store.analytics.naming import load_segments
from crm_store.analytics.scoring import Model, fit_model, score
from crm_store.repositories.analytics_writing import (
    drop_figures,
    finish_run,
    last_model,
    start_run,
    write_figures,
)
from crm_store.repositories.context import Context
from crm_store.repositories.inferred import save_inferred
from crm_store.repositories.purchases import Seen, Span, buyers_in, changes, last_member, spans
from crm_store.repositories.tiers import expire_points, review_tiers
from crm_store.types.analytics import AnalyticsRun, Buyer

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told the step, how much of it is done, and how much there is."""
SPAN = 2_000
"""Members in one transaction."""


class RunTarget(Protocol):
    """What a run writes to: `crm_store.store.SqlStore`."""

    def importing(self) -> AbstractAsyncContextManager[Context]:
        """Open a transaction of the system's."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did."""

    run: AnalyticsRun
    model: Model
    tiers_changed: int
    expired_for: int
    """Members for whom lapsed points were booked."""


async def recompute(
    store: RunTarget,
    *,
    zone: ZoneInfo,
    full: bool = False,
    progress: Progress | None = None,
) -> RunReport:
    """Run the analytics; the first run of a database is always a full one.

    ``zone`` says when a day of the shop begins.
    """
    async with store.importing() as context:
        stored = None if full else await last_model(context)
        today = context.clock().astimezone(zone).date()
        parts = spans(await last_member(context), SPAN)
    run = _Run(store, zone, progress or _tell_nobody, today, parts)
    found, buyers = await (run.read_changed() if stored else run.read_all())
    model = stored
    if model is None:
        model = await asyncio.to_thread(fit_model, [buyer for buyer, _ in found], today)
    async with store.importing() as context:
        run_id = await start_run(context, model, today, full=stored is None)
    await run.write(run_id, model, found)
    tiers, expired = await run.keep_ledgers()
    async with store.importing() as context:
        finished = await finish_run(context, run_id, buyers=buyers, recomputed=len(found))
    return RunReport(finished, model, tiers, expired)


def _tell_nobody(step: str, done: int, total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class _Run:
    """The steps of one run."""

    store: RunTarget
    zone: ZoneInfo
    progress: Progress
    today: date
    parts: Sequence[Span]

    async def read_all(self) -> tuple[list[tuple[Buyer, Seen]], int]:
        """Return all buyers, and their number; figures of who is none any more are dropped."""
        found: list[tuple[Buyer, Seen]] = []
        for number, span in enumerate(self.parts, start=1):
            async with self.store.importing() as context:
                part = await buyers_in(context, span, self.zone)
                await drop_figures(context, span, kept=[buyer.member_id for buyer, _ in part])
            found += part
            self.progress("purchases", number, len(self.parts))
        return found, len(found)

    async def read_changed(self) -> tuple[list[tuple[Buyer, Seen]], int]:
        """Return the buyers whose orders changed, and the number of all."""
        found: list[tuple[Buyer, Seen]] = []
        buyers = 0
        for number, span in enumerate(self.parts, start=1):
            async with self.store.importing() as context:
                what = await changes(context, span)
                if what.gone:
                    await drop_figures(context, span, only=what.gone)
                if what.changed:
                    found += await buyers_in(context, span, self.zone, what.changed)
            buyers += what.buyers
            self.progress("purchases", number, len(self.parts))
        return found, buyers

    async def write(self, run_id: int, model: Model, found: Sequence[tuple[Buyer, Seen]]) -> None:
        """Score buyers and store their figures, a span at a time."""
        table = load_segments()
        for start in range(0, len(found), SPAN):
            part = found[start : start + SPAN]
            buyers = [buyer for buyer, _ in part]
            scores = await asyncio.to_thread(score, buyers, model, table, self.today)
            async with self.store.importing() as context:
                await write_figures(context, run_id, self.today, part, scores)
                await save_inferred(context, buyers)
            self.progress("scores", min(start + SPAN, len(found)), len(found))

    async def keep_ledgers(self) -> tuple[int, int]:
        """Review tiers and book lapsed points; return how many members each concerned."""
        tiers = expired = 0
        for number, span in enumerate(self.parts, start=1):
            async with self.store.importing() as context:
                tiers += await review_tiers(context, span)
                expired += await expire_points(context, span)
            self.progress("tiers and points", number, len(self.parts))
        return tiers, expired
