"""What analytics runs write: the run itself, and the figures of the buyers it looked at."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert

from crm_store.analytics.scoring import Model, Score
from crm_store.errors import NotFoundError
from crm_store.models import AnalyticsRunRow, MemberAnalyticsRow
from crm_store.repositories.analytics import last_run_row, to_run
from crm_store.repositories.context import Context
from crm_store.repositories.purchases import Seen, Span
from crm_store.types.analytics import AnalyticsRun, Buyer


async def last_model(context: Context) -> Model | None:
    """Return what the last finished full run fitted; ``None`` before the first one."""
    row = await last_run_row(context.session, full=True)
    return None if row is None else Model.from_json(row.parameters)


async def start_run(context: Context, model: Model, today: date, *, full: bool) -> int:
    """Note the beginning of a run and the models it scores with; return its id."""
    row = AnalyticsRunRow(
        full=full, as_of=today, started_at=context.clock(), parameters=model.to_json()
    )
    context.session.add(row)
    await context.session.flush()
    return row.id


async def finish_run(
    context: Context, run_id: int, *, buyers: int, recomputed: int
) -> AnalyticsRun:
    """Note the end of a run; it counts from now on."""
    row = await context.session.get(AnalyticsRunRow, run_id)
    if row is None:
        raise NotFoundError(f"no analytics run {run_id}")
    row.finished_at, row.buyers, row.recomputed = context.clock(), buyers, recomputed
    await context.session.flush()
    return to_run(row)


async def write_figures(
    context: Context,
    run_id: int,
    today: date,
    found: Sequence[tuple[Buyer, Seen]],
    scores: Sequence[Score],
) -> None:
    """Replace the figures of these buyers."""
    row = MemberAnalyticsRow
    ids = [buyer.member_id for buyer, _ in found]
    await context.session.execute(delete(row).where(row.member_id.in_(ids)))
    rows = [
        {"run_id": run_id, "as_of": today, **_figures(buyer, seen, one)}
        for (buyer, seen), one in zip(found, scores, strict=True)
    ]
    await context.session.execute(insert(row), rows)


async def drop_figures(
    context: Context,
    span: Span,
    *,
    only: Collection[int] | None = None,
    kept: Collection[int] = (),
) -> None:
    """Delete the figures of a span's members: of ``only`` these, or of all but ``kept``."""
    row = MemberAnalyticsRow
    chosen = row.member_id.in_(only) if only is not None else row.member_id.not_in(kept)
    await context.session.execute(
        delete(row).where(row.member_id >= span.first, row.member_id < span.end, chosen)
    )


def _figures(buyer: Buyer, seen: Seen, found: Score) -> dict[str, Any]:
    return {
        "member_id": buyer.member_id,
        "seen_orders": seen.orders,
        "seen_total": seen.total,
        "seen_last": seen.last,
        "purchases": buyer.purchases,
        "first_on": buyer.first_on,
        "last_on": buyer.last_on,
        "spent": Decimal(buyer.spent),
        "recency": found.rfm.recency,
        "frequency": found.rfm.frequency,
        "monetary": found.rfm.monetary,
        "segment": found.segment,
        "lifecycle": found.lifecycle.value,
        "alive": found.alive,
        "expected": found.expected,
        "clv": None if found.clv is None else Decimal(found.clv),
    }
