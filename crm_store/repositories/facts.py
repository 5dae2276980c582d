"""Statements of sources about members' own fields, and the values that survive them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.models import Base, MemberRow, ProfileFactRow
from crm_store.profile.survivors import load_table, survivor
from crm_store.repositories.context import Context
from crm_store.repositories.imports import Batch, table_of
from crm_store.types.imports import MemberDraft
from crm_store.types.people import NewIdentity
from crm_store.types.places import AREA, Place
from crm_store.types.profiles import Fact, ProfileField
from crm_store.vault import Vault

COLUMNS: Mapping[str, str] = {
    "name": "name",
    "gender": "gender",
    "birthday": "birthday",
    "language": "language",
    "home_store": "home_store_id",
}
"""Fields that are a column of a member, which follows the survivor."""
REGION = "region"
"""The field that is three columns: one statement, so that no city comes to stand in a province of
another source. No importer writes them by itself."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What one record of a source says about one field of a member."""

    member_id: int
    field: str
    value: str
    source: str
    origin: str
    """Tells the records of one source apart; see `ProfileFactRow`."""
    at: datetime
    source_record_id: int | None = None

    @property
    def place(self) -> tuple[str, str, str]:
        """The unique key of the row that holds it."""
        return self.source, self.origin, self.field


FACT = (
    ProfileFactRow.id,
    ProfileFactRow.field,
    ProfileFactRow.value,
    ProfileFactRow.source,
    ProfileFactRow.at,
    ProfileFactRow.attested,
    ProfileFactRow.confidence,
    ProfileFactRow.source_record_id,
)
"""The columns of a `Fact`, in its order."""


async def record_profiles(
    batch: Batch, members: Sequence[int], drafts: Sequence[MemberDraft]
) -> None:
    """Note what imported profiles say about their members, and let the survivors through."""
    statements = [
        one
        for member_id, draft in zip(members, drafts, strict=True)
        for one in _statements(batch, member_id, draft)
    ]
    await believe(batch.session, await record_facts(batch.session, batch.vault, statements))


async def record_enrolment(context: Context, row: MemberRow) -> None:
    """Note what was said when somebody was enrolled here, by whoever enrolled them."""
    said = {field: getattr(row, column) for field, column in COLUMNS.items()}
    source, origin, now = context.actor.role.value, member_origin(row.id), context.clock()
    statements = [
        Statement(row.id, field, str(value), source, origin, now)
        for field, value in said.items()
        if value
    ]
    await record_facts(context.session, context.vault, statements)


def _statements(batch: Batch, member_id: int, draft: MemberDraft) -> list[Statement]:
    said = {
        "name": draft.name,
        "gender": draft.gender,
        "birthday": draft.birthday.isoformat() if draft.birthday else None,
        "language": draft.language,
        "home_store": draft.home_store_id,
        REGION: draft.place.region,
        "address": draft.place.text if draft.place.line else None,
    }
    origin, at = _origin(batch.vault, draft.identities, member_id), draft.said_at or batch.now
    return [
        Statement(member_id, field, str(value), batch.source, origin, at, draft.record_id)
        for field, value in said.items()
        if value
    ]


def _origin(vault: Vault, identities: Sequence[NewIdentity], member_id: int) -> str:
    if not identities:
        return member_origin(member_id)
    return vault.blind_index(identities[0].kind.value, identities[0].value)


def member_origin(member_id: int) -> str:
    """Return the origin of what is said about a member directly, not through an identifier."""
    return f"member:{member_id}"


async def record_facts(
    session: AsyncSession, vault: Vault, statements: Iterable[Statement]
) -> set[int]:
    """Write what is new or changed; return the members whose survivors may be others now.

    Within one call the last statement of a record counts. A repetition keeps the time at which it
    was first said; what an older record says does not replace what a newer one said.
    """
    said = {one.place: one for one in statements}
    known = await _known(session, list(said.values()))
    fresh, changed = [], []
    for place, one in said.items():
        values, held = _values(vault, one), known.get(place)
        if held is None:
            fresh.append(values)
        elif held.differs(values) and one.at >= held.at:
            changed.append({"row_id": held.id, **{f"new_{k}": v for k, v in values.items()}})
    await _write(session, fresh, changed)
    settled = {row["new_member_id"] for row in changed}
    settled |= {row["member_id"] for row in fresh if row["field"] == REGION}
    return settled | await _contested(session, {row["member_id"] for row in fresh} - settled)


def _values(vault: Vault, one: Statement) -> dict[str, Any]:
    source = load_table().source(one.source)
    return {
        "member_id": one.member_id,
        "field": one.field,
        "value": one.value,
        "value_index": vault.blind_index(f"fact:{one.field}", one.value),
        "source": one.source,
        "origin": one.origin,
        "attested": source.attested,
        "confidence": source.confidence,
        "at": one.at,
        "source_record_id": one.source_record_id,
    }


@dataclass(frozen=True, slots=True)
class _Held:
    """A statement that is stored."""

    id: int
    value_index: str
    member_id: int
    at: datetime

    def differs(self, values: Mapping[str, Any]) -> bool:
        return (self.value_index, self.member_id) != (values["value_index"], values["member_id"])


async def _known(
    session: AsyncSession, said: Collection[Statement]
) -> dict[tuple[str, str, str], _Held]:
    if not said:
        return {}
    row = ProfileFactRow
    columns = (row.source, row.origin, row.field, row.id, row.value_index, row.member_id, row.at)
    found = await session.execute(
        select(*columns).where(
            row.source.in_({one.source for one in said}),
            row.origin.in_({one.origin for one in said}),
        )
    )
    return {
        (source, origin, field): _Held(row_id, index, member_id, at)
        for source, origin, field, row_id, index, member_id, at in found
    }


async def _contested(session: AsyncSession, members: Collection[int]) -> set[int]:
    """Return those of whom more than one record speaks: the others need no judgement."""
    if not members:
        return set()
    row = ProfileFactRow
    found = await session.scalars(
        select(row.member_id)
        .where(row.member_id.in_(members))
        .group_by(row.member_id)
        .having(func.count(func.distinct(row.source + row.origin)) > 1)
    )
    return set(found)


async def _write(
    session: AsyncSession, fresh: list[dict[str, Any]], changed: list[dict[str, Any]]
) -> None:
    if fresh:
        await session.execute(insert(table_of(ProfileFactRow)), fresh)
    await _update(session, ProfileFactRow, changed)


async def _update(session: AsyncSession, model: type[Base], rows: list[dict[str, Any]]) -> None:
    """Update rows by ``row_id``; all name the same ``new_`` columns."""
    if rows:
        table = table_of(model)
        values: dict[str, Any] = {
            name.removeprefix("new_"): bindparam(name) for name in rows[0] if name != "row_id"
        }
        statement = update(table).where(table.c.id == bindparam("row_id")).values(values)
        await (await session.connection()).execute(statement, rows)


async def fields_of(session: AsyncSession, member_id: int) -> tuple[ProfileField, ...]:
    """Return what is believed about a member, in the order of the table."""
    return (await _fields(session, [member_id])).get(member_id, ())


SAID = select(ProfileFactRow.member_id, *FACT).where(
    ProfileFactRow.member_id.in_(bindparam("members", expanding=True))
)


async def _fields(
    session: AsyncSession, members: Collection[int]
) -> dict[int, tuple[ProfileField, ...]]:
    rows = await session.execute(SAID, {"members": list(members)})
    facts: dict[int, dict[str, list[Fact]]] = {}
    for row in rows:
        fact = Fact(*row[1:])
        facts.setdefault(row.member_id, {}).setdefault(fact.field, []).append(fact)
    return {
        member_id: tuple(
            survivor(field, said[field]) for field in load_table().fields if field in said
        )
        for member_id, said in facts.items()
    }


async def believe(session: AsyncSession, members: Collection[int]) -> None:
    """Set members' own columns to the survivors of what was said about them.

    A field of which no fact speaks stays as it is. To be called after facts were written or moved.
    """
    if not members:
        return
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for member_id, fields in (await _fields(session, members)).items():
        row = {"row_id": member_id, **_columns(fields)}
        by_columns.setdefault(tuple(row), []).append(row)
    for columns, rows in by_columns.items():
        if len(columns) > 1:
            await _update(session, MemberRow, rows)


def _columns(fields: Sequence[ProfileField]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for one in fields:
        if one.field in COLUMNS:
            columns[f"new_{COLUMNS[one.field]}"] = _typed(one.field, one.fact.value)
        elif one.field == REGION:
            place = Place.of_region(one.fact.value)
            columns |= {f"new_{part}": getattr(place, part) or None for part in AREA}
    return columns


def _typed(field: str, value: str) -> str | date:
    return date.fromisoformat(value) if field == "birthday" else value
