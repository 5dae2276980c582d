"""Where members live, out of the addresses that are kept already.

For members who were here before a profile had a region: imports fill it as they go. Each batch is
a transaction of its own, and a member of whom a region is known is passed over, so a run that was
stopped goes on where it was, and a second one changes nothing.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeAlias

from sqlalchemy import Select, exists, func, select

from crm_store.models import MemberRow, OrderRow, ProfileFactRow, SourceRecordRow
from crm_store.profile.places import place_of
from crm_store.repositories.context import Context
from crm_store.repositories.facts import REGION, Statement, believe, member_origin, record_facts
from crm_store.repositories.imports import Batch
from crm_store.repositories.imports_people import names_of, owners_of
from crm_store.types.people import IdentityKind, MemberStatus

STEP = 500
SOURCES: Mapping[str, str] = {"web": "shop"}
"""Who told of an order whose raw record is gone, where that is not the name of its channel."""
Told: TypeAlias = Callable[[int, int], None]
"""Told how many members were looked at, and how many there are."""


class Target(Protocol):
    """What this needs of the store; `SqlStore` has it."""

    def importing(self) -> AbstractAsyncContextManager[Context]:
        """Open a transaction of the system's."""


class _Parcel(NamedTuple):
    """An order that was sent somewhere; what is encrypted is so still."""

    id: int
    member_id: int
    channel: str
    placed_at: datetime
    recipient: str | None
    phone: str | None
    address: str


PARCELS: Select[*tuple[Any, ...]] = select(
    OrderRow.id,
    OrderRow.member_id,
    OrderRow.channel,
    OrderRow.placed_at,
    OrderRow.recipient_enc,
    OrderRow.phone_enc,
    OrderRow.address_enc,
).order_by(OrderRow.placed_at, OrderRow.id)
"""The columns of a `_Parcel`, in its order."""


async def derive_regions(store: Target, told: Told) -> int:
    """Give every member without a region the one their addresses tell; return how many got one."""
    last = done = found = 0
    async with store.importing() as context:
        total = await context.session.scalar(_without(select(func.count(MemberRow.id)))) or 0
    while True:
        async with store.importing() as context:
            batch = Batch(context, "regions")
            await batch.begin()
            some = _without(select(MemberRow.id)).where(MemberRow.id > last)
            members = list(await context.session.scalars(some.order_by(MemberRow.id).limit(STEP)))
            if not members:
                return found
            found += await _derive(batch, members)
        last, done = members[-1], done + len(members)
        told(min(done, total), total)


def _without(query: Select[int]) -> Select[int]:
    """Return the query for members of whom no region is known."""
    fact, here = ProfileFactRow, MemberStatus.ACTIVE
    known = exists().where(fact.member_id == MemberRow.id, fact.field == REGION)
    return query.where(MemberRow.status == here, ~known)


async def _derive(batch: Batch, members: Sequence[int]) -> int:
    statements = [*await _addresses(batch, members), *await _parcels(batch, members)]
    await believe(batch.session, await record_facts(batch.session, batch.vault, statements))
    return len({one.member_id for one in statements})


async def _addresses(batch: Batch, members: Collection[int]) -> list[Statement]:
    """Return what members' own addresses tell, each with the source and time of the address."""
    fact = ProfileFactRow
    rows = await batch.session.scalars(
        select(fact).where(fact.member_id.in_(members), fact.field == "address")
    )
    told = ((row, place_of(row.value).region) for row in rows)
    return [
        Statement(
            row.member_id, REGION, region, row.source, row.origin, row.at, row.source_record_id
        )
        for row, region in told
        if region
    ]


async def _parcels(batch: Batch, members: Collection[int]) -> list[Statement]:
    """Return what members' parcels to themselves tell, the oldest first."""
    order = OrderRow
    rows = await batch.session.execute(
        PARCELS.where(order.member_id.in_(members), order.address_enc.is_not(None))
    )
    opened = [_opened(batch.vault.decrypt, _Parcel(*row)) for row in rows]
    names = await names_of(batch, members)
    phones = await owners_of(batch, IdentityKind.PHONE, (one.phone for one in opened))
    own = [
        one
        for one in opened
        if one.recipient in (None, names.get(one.member_id))
        or phones.get(one.phone or "") == one.member_id
    ]
    records = await _records(batch, [one.id for one in own])
    return [
        Statement(
            one.member_id,
            REGION,
            region,
            source or SOURCES.get(one.channel, one.channel),
            member_origin(one.member_id),
            one.placed_at,
            record_id,
        )
        for one in own
        for source, record_id in [records.get(one.id, (None, None))]
        if (region := place_of(one.address).region)
    ]


def _opened(decrypt: Callable[[str], str], one: _Parcel) -> _Parcel:
    recipient, phone = (decrypt(part) if part else None for part in (one.recipient, one.phone))
    return one._replace(recipient=recipient, phone=phone, address=decrypt(one.address))


async def _records(batch: Batch, orders: Sequence[int]) -> dict[int, tuple[str, int]]:
    """Return the source and the raw record of orders, where that is still kept."""
    record = SourceRecordRow
    found: dict[int, tuple[str, int]] = {}
    for start in range(0, len(orders), STEP):
        names = {f"order:{order}": order for order in orders[start : start + STEP]}
        rows = await batch.session.execute(
            select(record.entity, record.source, record.id).where(record.entity.in_(names))
        )
        found |= {names[entity or ""]: (source, row_id) for entity, source, row_id in rows}
    return found
