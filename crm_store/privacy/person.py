"""A person as the tables know them: every row that is theirs, and every value that names them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.identifiers import MAINLAND_CODE
from crm_store.models import AuditRow, ConversationRow, IdentityRow, MemberRow, OrderRow
from crm_store.privacy.places import ROOT, key_of, parents, reachable
from crm_store.types.actors import STAFF_ROLES
from crm_store.types.conversations import Verification
from crm_store.types.people import IdentityKind
from crm_store.vault import Vault

Key: TypeAlias = int | str
CHUNK = 500
"""Keys named in one statement."""
SHORTEST_VALUE = 2
"""Characters of a value that can be told from ordinary text."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person, all merged members together."""

    member_ids: tuple[int, ...]
    rows: Mapping[str, tuple[Key, ...]] = field(default_factory=dict)
    """Primary keys by table; every table that can hold rows of a person has an entry."""
    staff_talks: tuple[int, ...] = ()
    """Conversations of staff in which somebody looked at the person."""

    @property
    def subjects(self) -> list[str]:
        """How the audit calls the person."""
        return [f"member:{member_id}" for member_id in self.member_ids]


async def find_person(session: AsyncSession, member_id: int) -> Person:
    """Return the person of a member that was kept, with everything that hangs on them."""
    members = await _with_merged(session, member_id)
    rows = await _gather(session, members)
    person = Person(members, rows)
    return Person(members, rows, await _staff_talks(session, person.subjects))


async def _with_merged(session: AsyncSession, member_id: int) -> tuple[int, ...]:
    found, fresh = [member_id], [member_id]
    while fresh:
        rows = await session.scalars(
            select(MemberRow.id).where(MemberRow.merged_into_id.in_(fresh)).order_by(MemberRow.id)
        )
        fresh = [row for row in rows if row not in found]
        found += fresh
    return tuple(found)


async def _gather(session: AsyncSession, members: Sequence[int]) -> dict[str, tuple[Key, ...]]:
    rows: dict[str, tuple[Key, ...]] = {ROOT: tuple(members)}
    for table in reachable():
        if table.name == ROOT:
            continue
        keys: set[Key] = set()
        for column, parent in parents(table):
            for some in chunks(rows.get(parent, ())):
                keys.update(await _keys(session, table, column.in_(some)))
        if table.name == "conversations":
            keys.update(await _opened_by_number(session, rows.get("orders", ())))
        rows[table.name] = tuple(sorted(keys, key=_order))
    return rows


async def _keys(
    session: AsyncSession, table: Table, condition: ColumnElement[bool]
) -> Sequence[Key]:
    return (await session.scalars(select(key_of(table)).where(condition))).all()


async def _opened_by_number(session: AsyncSession, orders: Collection[Key]) -> list[int]:
    """Return guests' conversations in which one of these orders was opened by its number."""
    numbers: set[str] = set()
    for some in chunks(tuple(orders)):
        numbers.update(await session.scalars(select(OrderRow.number).where(OrderRow.id.in_(some))))
    if not numbers:
        return []
    found = await session.execute(
        select(ConversationRow.id, ConversationRow.opened_orders).where(
            ConversationRow.verification == Verification.ORDER,
            ConversationRow.member_id.is_(None),
        )
    )
    return [row_id for row_id, opened in found if numbers.intersection(opened)]


async def _staff_talks(session: AsyncSession, subjects: Sequence[str]) -> tuple[int, ...]:
    found = await session.scalars(
        select(AuditRow.conversation_id)
        .where(
            AuditRow.subject.in_(subjects),
            AuditRow.conversation_id.is_not(None),
            AuditRow.actor_role.in_([role.value for role in STAFF_ROLES]),
        )
        .distinct()
    )
    return tuple(sorted(talk for talk in found if talk is not None))


async def values_of(session: AsyncSession, vault: Vault, person: Person) -> frozenset[str]:
    """Return what names the person: names, and identifiers in the forms people write them."""
    named = select(MemberRow.name).where(MemberRow.id.in_(person.member_ids))
    values = set(await session.scalars(named))
    for kind, token, masked in await session.execute(
        select(IdentityRow.kind, IdentityRow.value_enc, IdentityRow.masked).where(
            IdentityRow.member_id.in_(person.member_ids)
        )
    ):
        values.update({masked, *written(kind, vault.decrypt(token))})
    return frozenset(value for value in values if len(value) >= SHORTEST_VALUE)


async def identifiers_of(session: AsyncSession, vault: Vault, person: Person) -> frozenset[str]:
    """Return identifiers alone, in the forms people write them."""
    found = await session.execute(
        select(IdentityRow.kind, IdentityRow.value_enc).where(
            IdentityRow.member_id.in_(person.member_ids)
        )
    )
    return frozenset(form for kind, token in found for form in written(kind, vault.decrypt(token)))


def written(kind: IdentityKind, value: str) -> set[str]:
    """Return a normalised identifier as people and files write it."""
    if kind is IdentityKind.PHONE:
        national = value.removeprefix(MAINLAND_CODE)
        return {value, national, f"{national[:3]} {national[3:7]} {national[7:]}"}
    return {value, value.lower()}


def mentions(text: str, values: Iterable[str]) -> bool:
    """Whether a text holds one of these values."""
    return any(value in text for value in values)


def chunks(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    """Yield keys, some at a time."""
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]


def _order(key: Any) -> Any:  # noqa: ANN401 - keys of one table are of one type
    return key
