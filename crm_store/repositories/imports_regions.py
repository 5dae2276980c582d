"""Where members live, as their parcels tell.

A parcel tells it only when it goes to the member: to their name, or to a phone that is attested
for them. A present for somebody else says nothing about who sends it.
"""

from collections.abc import Sequence

from crm_store.repositories.facts import REGION, Statement, believe, member_origin, record_facts
from crm_store.repositories.imports import Batch
from crm_store.repositories.imports_people import names_of, owners_of
from crm_store.types.imports import OrderDraft
from crm_store.types.people import IdentityKind


async def record_regions(
    batch: Batch, drafts: Sequence[OrderDraft], owners: Sequence[int | None]
) -> None:
    """Note the regions of parcels that members sent to themselves."""
    sent = [
        (owner, one)
        for owner, one in zip(owners, drafts, strict=True)
        if owner is not None and one.place.region
    ]
    if not sent:
        return
    names = await names_of(batch, {owner for owner, _ in sent})
    phones = await owners_of(batch, IdentityKind.PHONE, (one.phone for _, one in sent))
    statements = [
        _statement(batch, owner, one)
        for owner, one in sorted(sent, key=lambda pair: pair[1].placed_at)
        if one.recipient in (None, names.get(owner)) or phones.get(one.phone or "") == owner
    ]
    await believe(batch.session, await record_facts(batch.session, batch.vault, statements))


def _statement(batch: Batch, owner: int, order: OrderDraft) -> Statement:
    return Statement(
        owner,
        REGION,
        order.place.region,
        batch.source,
        member_origin(owner),
        order.placed_at,
        order.record_id,
    )
