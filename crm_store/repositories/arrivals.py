"""Whose is what arrived after a merge, when the merge is undone?

It stays with the kept member, unless it came by an identifier of the other one: a conversation on
the other's account, or a record (order, case, booking, interaction) that names the other's card,
account, phone or e-mail and none of the kept member's.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from crm_store.models import (
    CaseRow,
    ConversationRow,
    IdentityRow,
    InteractionRow,
    MergeRow,
    OrderRow,
    PointsEntryRow,
    SourceRecordRow,
)
from crm_store.repositories.belongings import RowKey
from crm_store.repositories.context import Context
from crm_store.types.people import IdentityKind

Name = TypeVar("Name", str, int)
IDENTITIES = "identities.member_id"
BY_ENTITY: Mapping[str, tuple[type[OrderRow] | type[CaseRow], str]] = {
    "orders.member_id": (OrderRow, "order"),
    "cases.member_id": (CaseRow, "case"),
}
AT_ONCE = 500
SEPARATORS = re.compile(r"[\s\-().]+")


@dataclass(frozen=True, slots=True)
class _Owners:
    """The identifiers by which records reach the one and the other member."""

    kept: Collection[str]
    other: Collection[str]

    def is_others(self, raw: str) -> bool:
        """Whether a raw record names an identifier of the other member and none of the kept."""
        text = _squeezed(raw)
        named = any(value in text for value in self.other)
        return named and not any(value in text for value in self.kept)


async def arrived_for(
    context: Context, entry: MergeRow, moved: Mapping[str, Sequence[RowKey]]
) -> dict[str, list[RowKey]]:
    """Return the keys of rows that came to the kept member but belong to the other, by column."""
    owners = await _owners(context, entry, {int(key[0]) for key in moved.get(IDENTITIES, ())})
    if not owners.other:
        return {}
    found = {"conversations.member_id": await _conversations(context, entry, owners)}
    for name, (table, prefix) in BY_ENTITY.items():
        ids = await context.session.scalars(
            select(table.id).where(table.member_id == entry.kept_id)
        )
        named = {f"{prefix}:{one}": one for one in ids}
        found[name] = await _by_record(context, entry, owners, named, SourceRecordRow.entity)
    found["interactions.member_id"] = await _interactions(context, entry, owners)
    found["points_entries.member_id"] = await _bookings(context, entry, owners)
    return found


async def _owners(context: Context, entry: MergeRow, others: Collection[int]) -> _Owners:
    """Tell the kept member's identifiers from the other's, who holds these rows for now."""
    rows = await context.session.scalars(
        select(IdentityRow).where(IdentityRow.member_id == entry.kept_id)
    )
    kept: set[str] = set()
    other: set[str] = set()
    for row in rows:
        value = context.vault.decrypt(row.value_enc)
        if row.kind is IdentityKind.PHONE:
            value = value.removeprefix("+86")
        (other if row.id in others else kept).add(_squeezed(value))
    return _Owners(kept, other - kept)


async def _conversations(context: Context, entry: MergeRow, owners: _Owners) -> list[RowKey]:
    row = ConversationRow
    found = await context.session.execute(
        select(row.id, row.external_id).where(
            row.member_id == entry.kept_id, row.created_at >= entry.made_at
        )
    )
    return [[key] for key, account in found if _squeezed(account) in owners.other]


async def _interactions(context: Context, entry: MergeRow, owners: _Owners) -> list[RowKey]:
    row = InteractionRow
    found = await context.session.execute(
        select(row.source_record_id, row.id).where(
            row.member_id == entry.kept_id, row.source_record_id.is_not(None)
        )
    )
    named = {record: key for record, key in found if record is not None}
    return await _by_record(context, entry, owners, named, SourceRecordRow.id)


async def _bookings(context: Context, entry: MergeRow, owners: _Owners) -> list[RowKey]:
    row = PointsEntryRow
    found = await context.session.execute(
        select(row.source_key, row.id).where(row.member_id == entry.kept_id)
    )
    named = {record: key for record, key in found}  # noqa: C416 - rows are no tuples
    return await _by_record(context, entry, owners, named, SourceRecordRow.record_key)


async def _by_record(
    context: Context,
    entry: MergeRow,
    owners: _Owners,
    named: Mapping[Name, int],
    column: InstrumentedAttribute[Name] | InstrumentedAttribute[Name | None],
) -> list[RowKey]:
    """Return those of the rows whose source record, new since the merge, is the other's."""
    names = list(named)
    keys: list[RowKey] = []
    for start in range(0, len(names), AT_ONCE):
        found = await context.session.execute(
            select(column, SourceRecordRow.raw_enc).where(
                column.in_(names[start : start + AT_ONCE]),
                SourceRecordRow.imported_at >= entry.made_at,
            )
        )
        for name, raw in found:
            if owners.is_others(context.vault.decrypt(raw)):
                keys.append([named[cast("Name", name)]])
    return keys


def _squeezed(text: str) -> str:
    """Return text as identifiers are compared in it: half width, upper case, no separators."""
    return SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()
