"""Members as identity resolution sees them. Values are decrypted here, in memory, and only here."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select

from crm_store.models import AddressRow, IdentityRow, MemberRow, OrderRow, StoreRow
from crm_store.repositories.context import Context
from crm_store.resolution.judging import EXCLUSIVE, StoredPerson
from crm_store.resolution.names import romanised
from crm_store.resolution.records import PersonRecord
from crm_store.types.people import IdentityKind, IdentityStatus, MemberStatus

PROVINCE: Final = re.compile(r"^.{2,4}?(?:省|自治区)")
TOWN: Final = re.compile(r"^\s*([\u3400-\u9fff]{2,7}?)市")
NICKNAMED: Final = frozenset({IdentityKind.SOCIAL, IdentityKind.PHONE, IdentityKind.EMAIL})
"""Who is known by nothing but these goes by a nickname, if a social network is among them."""


@dataclass(slots=True)
class _Known:
    """What is known of one member besides its own row."""

    attested: dict[IdentityKind, set[str]] = field(default_factory=lambda: defaultdict(set))
    values: dict[IdentityKind, set[str]] = field(default_factory=lambda: defaultdict(set))
    kinds: set[IdentityKind] = field(default_factory=set)
    address: str | None = None
    city: str | None = None
    orders: int = 0


async def stored_people(context: Context) -> list[StoredPerson]:
    """Return all active members; the caller audits that it looked."""
    known: dict[int, _Known] = defaultdict(_Known)
    await _read_identities(context, known)
    await _read_orders(context, known)
    await _read_addresses(context, known)
    found = await context.session.execute(select(StoreRow.id, StoreRow.city))
    cities = {store: city for store, city in found}  # noqa: C416 - rows are no tuples
    members = await context.session.scalars(
        select(MemberRow).where(MemberRow.status == MemberStatus.ACTIVE).order_by(MemberRow.id)
    )
    return [_person(row, known[row.id], cities.get(row.home_store_id or "")) for row in members]


async def _read_identities(context: Context, known: dict[int, _Known]) -> None:
    for row in await context.session.scalars(select(IdentityRow)):
        one = known[row.member_id]
        one.kinds.add(row.kind)
        if row.kind in (IdentityKind.PHONE, IdentityKind.EMAIL):
            one.values[row.kind].add(context.vault.decrypt(row.value_enc))
        if row.kind in EXCLUSIVE and row.status is IdentityStatus.ATTESTED:
            one.attested[row.kind].add(row.value_index)


async def _read_orders(context: Context, known: dict[int, _Known]) -> None:
    """Read how many orders each has, and where the newest one went."""
    row = OrderRow
    counted = await context.session.execute(
        select(row.member_id, func.count())
        .where(row.member_id.is_not(None))
        .group_by(row.member_id)
    )
    for member_id, orders in counted:
        known[member_id or 0].orders = orders
    sent = await context.session.execute(
        select(row.member_id, row.address_enc)
        .where(row.member_id.is_not(None), row.address_enc.is_not(None))
        .order_by(row.placed_at)
    )
    newest = {member_id: address for member_id, address in sent}  # noqa: C416 - rows are no tuples
    for member_id, address in newest.items():
        _set_address(known[member_id or 0], context.vault.decrypt(address or ""))


async def _read_addresses(context: Context, known: dict[int, _Known]) -> None:
    rows = await context.session.scalars(select(AddressRow).order_by(AddressRow.is_default))
    for row in rows:
        line = context.vault.decrypt(row.line_enc)
        _set_address(known[row.member_id], f"{row.province}{row.city}{row.district}{line}")


def _set_address(one: _Known, address: str) -> None:
    one.address = address
    town = TOWN.search(PROVINCE.sub("", address))
    one.city = romanised(town.group(1)) if town else None


def _person(row: MemberRow, known: _Known, home_city: str | None) -> StoredPerson:
    goes_by_nickname = IdentityKind.SOCIAL in known.kinds and known.kinds <= NICKNAMED
    record = PersonRecord(
        key=str(row.id),
        name=None if goes_by_nickname else row.name,
        gender=row.gender,
        birthday=row.birthday.isoformat() if row.birthday else None,
        phones=_values(known.values[IdentityKind.PHONE]),
        emails=_values(known.values[IdentityKind.EMAIL]),
        address=known.address,
        city=known.city or home_city,
    )
    attested = {kind: frozenset(values) for kind, values in known.attested.items()}
    vouched = 1000 if IdentityKind.LOYALTY_CARD in attested else 0
    return StoredPerson(row.id, record, attested, standing=vouched + known.orders)


def _values(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(values))
