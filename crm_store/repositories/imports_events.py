"""Interactions of other channels and tastes inferred from them, many at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete

from crm_store.models import InteractionRow, PreferenceRow
from crm_store.repositories.imports import Batch
from crm_store.types.imports import InteractionDraft

INTEREST = "interest"


async def save_interactions(
    batch: Batch, drafts: Sequence[InteractionDraft], corrected: Sequence[int]
) -> None:
    """Insert interactions; those of corrected records replace what was there."""
    await batch.delete(InteractionRow, "source_record_id", corrected)
    rows = [
        {
            "member_id": one.member_id,
            "source": batch.source,
            "kind": one.kind,
            "at": one.at,
            "detail": dict(one.detail),
            "source_record_id": one.record_id,
        }
        for one in drafts
    ]
    await batch.insert(InteractionRow, rows)


async def save_interests(
    batch: Batch, interests: Mapping[int, tuple[datetime, Sequence[str]]]
) -> None:
    """Replace the interests that this source infers for each member."""
    if not interests:
        return
    row = PreferenceRow
    await batch.session.execute(
        delete(row).where(
            row.member_id.in_(interests), row.source == batch.source, row.kind == INTEREST
        )
    )
    rows = [
        {"member_id": member_id, "kind": INTEREST, "value": value, "at": at}
        | {"stated": False, "source": batch.source}
        for member_id, (at, values) in interests.items()
        for value in values
    ]
    await batch.insert(PreferenceRow, rows)
