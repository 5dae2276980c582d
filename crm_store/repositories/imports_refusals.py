"""Marketing that members refused by way of a campaign, many at once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from crm_store.models import ConsentRow
from crm_store.repositories.imports import Batch
from crm_store.types.imports import RefusalDraft

MARKETING = "marketing"
WORDING = "campaign"


async def save_refusals(batch: Batch, drafts: Sequence[RefusalDraft]) -> None:
    """Note refusals once each, at the time at which they were made."""
    if not drafts:
        return
    row = ConsentRow
    found = await batch.session.execute(
        select(row.member_id, row.channel, row.at).where(
            row.member_id.in_({one.member_id for one in drafts}),
            row.purpose == MARKETING,
            row.source == batch.source,
        )
    )
    known: set[tuple[int, str, datetime]] = {(member, channel, at) for member, channel, at in found}
    new = {(one.member_id, one.channel, one.at): one for one in drafts}
    decision = {"purpose": MARKETING, "granted": False, "wording_version": WORDING}
    rows = [
        {"member_id": member, "channel": channel, "at": at, "source": batch.source, **decision}
        for member, channel, at in new
        if (member, channel, at) not in known
    ]
    await batch.insert(ConsentRow, rows)
