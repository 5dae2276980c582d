"""Whose record is it? The rule, and the bearers of sales, tickets and bookings.

*Attested* identifiers decide: the loyalty card, the phone that the loyalty programme or a shop's
verified login vouches for, and a source's own account. Profiles with the same attested identifier
are the same member. When the identifiers of one profile belong to several members, the first of
them in the profile's order decides; nobody is merged, and what is attested for another member is
kept as claimed, for identity resolution to judge. Any other profile is a new member.

*Claimed* identifiers (a phone that a cashier typed, a name on a ticket, an e-mail) never make one
member out of two. They only say whose a sale or ticket is: that of the member who has the card on
it; else of whom the order named on it is; else of whom that very phone is attested for, if the
name on it is the same too.
"""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import bindparam, select

from crm_store.models import IdentityRow, MemberRow, OrderRow
from crm_store.repositories.imports import Batch
from crm_store.types.imports import Bearer, Recipient
from crm_store.types.people import IdentityKind, IdentityStatus

ATTESTED = select(IdentityRow.value_index, IdentityRow.member_id).where(
    IdentityRow.kind == bindparam("kind"),
    IdentityRow.value_index.in_(bindparam("indexes", expanding=True)),
    IdentityRow.status == IdentityStatus.ATTESTED,
)
"""Built once: every batch asks."""


async def find_bearers(batch: Batch, bearers: Sequence[Bearer]) -> list[int | None]:
    """Return whose each record is by the rule above; None when nobody's."""
    cards = await owners_of(batch, IdentityKind.LOYALTY_CARD, (one.card for one in bearers))
    phones = await owners_of(batch, IdentityKind.PHONE, (one.phone for one in bearers))
    orders = await _buyers(batch, (one.order_number for one in bearers))
    names = await names_of(batch, set(phones.values()))

    def owner(one: Bearer) -> int | None:
        if one.member_id is not None:
            return one.member_id
        found = cards.get(one.card or "") or orders.get(one.order_number or "")
        if found is not None:
            return found
        by_phone = phones.get(one.phone or "")
        return by_phone if by_phone and one.name and names.get(by_phone) == one.name else None

    return [owner(one) for one in bearers]


async def find_recipients(batch: Batch, recipients: Sequence[Recipient]) -> list[int | None]:
    """Return who received campaigns: by card, by attested phone, by attested e-mail.

    Here a phone is enough without a name: the retailer itself took it from the member's record.
    """
    cards = await owners_of(batch, IdentityKind.LOYALTY_CARD, (one.card for one in recipients))
    phones = await owners_of(batch, IdentityKind.PHONE, (one.phone for one in recipients))
    emails = await owners_of(batch, IdentityKind.EMAIL, (one.email for one in recipients))
    return [
        cards.get(one.card or "") or phones.get(one.phone or "") or emails.get(one.email or "")
        for one in recipients
    ]


async def owners_of(
    batch: Batch, kind: IdentityKind, values: Iterable[str | None]
) -> dict[str, int]:
    """Return the members for whom these normalised identifiers are attested."""
    indexes = {batch.vault.blind_index(kind.value, value): value for value in set(values) if value}
    if not indexes:
        return {}
    found = await batch.session.execute(ATTESTED, {"kind": kind, "indexes": list(indexes)})
    owners = {indexes[index]: member_id for index, member_id in found}
    kept = await kept_members(batch, set(owners.values()))
    return {value: kept.get(member_id, member_id) for value, member_id in owners.items()}


async def kept_members(batch: Batch, ids: Collection[int]) -> dict[int, int]:
    """Return for each merged member whom they were merged into; others are left out."""
    merged: dict[int, int] = {}
    open_ids = set(ids)
    while open_ids:
        found = await batch.session.execute(
            select(MemberRow.id, MemberRow.merged_into_id).where(
                MemberRow.id.in_(open_ids), MemberRow.merged_into_id.is_not(None)
            )
        )
        steps = {key: into for key, into in found if into is not None and into not in merged}
        merged = {start: steps.get(end, end) for start, end in merged.items()} | steps
        open_ids = set(steps.values())
    return merged


async def _buyers(batch: Batch, numbers: Iterable[str | None]) -> dict[str, int]:
    wanted = {number for number in numbers if number}
    if not wanted:
        return {}
    found = await batch.session.execute(
        select(OrderRow.number, OrderRow.member_id).where(
            OrderRow.number.in_(wanted), OrderRow.member_id.is_not(None)
        )
    )
    return {number: member_id for number, member_id in found if member_id is not None}


async def names_of(batch: Batch, ids: Collection[int]) -> dict[int, str]:
    """Return the names of members."""
    if not ids:
        return {}
    found = await batch.session.execute(
        select(MemberRow.id, MemberRow.name).where(MemberRow.id.in_(ids))
    )
    return {member_id: name for member_id, name in found}  # noqa: C416 - rows are no tuples


async def claimants_of(
    batch: Batch, callers: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """Return members that this source made for callers: the same claimed phone, the same name."""
    indexes = {
        batch.vault.blind_index(IdentityKind.PHONE.value, phone): phone for phone, _ in callers
    }
    if not indexes:
        return {}
    found = await batch.session.execute(
        select(IdentityRow.value_index, MemberRow.name, MemberRow.id)
        .join(MemberRow, MemberRow.id == IdentityRow.member_id)
        .where(
            IdentityRow.kind == IdentityKind.PHONE,
            IdentityRow.value_index.in_(indexes),
            IdentityRow.source == batch.source,
        )
    )
    return {(indexes[index], name): member_id for index, name, member_id in found}
