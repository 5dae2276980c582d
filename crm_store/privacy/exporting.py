"""Everything about a person, as data."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.models import AuditRow
from crm_store.privacy import records
from crm_store.privacy.person import Key, Person, chunks
from crm_store.privacy.places import key_of, reachable
from crm_store.types.actors import STAFF_ROLES
from crm_store.types.conversations import JSON, JSONObject
from crm_store.types.privacy import Look, PersonalData, plain
from crm_store.vault import Vault

SEALED = "_enc"
"""Ends the names of columns that hold tokens of the vault."""
MACHINERY = frozenset(
    {
        "epoch", "lease_worker", "lease_token", "lease_until", "pending_since", "attempt",
        "due_at" , "fingerprint", "author", "staff_id", "taken_by", "source_record_id", "origin",
        "learned_at",
    }
)  # fmt: skip
"""Columns left out: how the program works, and which employee it was."""
SHOWN_ANYWAY = frozenset({("messages", "author"), ("cases", "due_at")})


async def export(
    session: AsyncSession, vault: Vault, person: Person, now: datetime
) -> PersonalData:
    """Return all rows of a person, decrypted, with who looked at them."""
    found = {
        table.name: await _rows(session, vault, table, person.rows.get(table.name, ()))
        for table in reachable()
    }
    raw = await records.records_of(session, vault, person)
    return PersonalData(
        member_id=person.member_ids[0],
        made_at=now,
        tables={name: rows for name, rows in found.items() if rows},
        records=tuple([record async for record in records.opened(session, vault, raw)]),
        looks=await looks_at(session, person.subjects),
    )


async def looks_at(
    session: AsyncSession, subjects: Sequence[str], limit: int | None = None
) -> tuple[Look, ...]:
    """Return what staff saw and did, newest first."""
    rows = await session.scalars(
        select(AuditRow)
        .where(
            AuditRow.subject.in_(subjects),
            AuditRow.actor_role.in_([role.value for role in STAFF_ROLES]),
        )
        .order_by(AuditRow.at.desc(), AuditRow.id.desc())
        .limit(limit)
    )
    return tuple(Look(row.at, row.actor_role, row.action, row.purpose) for row in rows)


def shown(table: Table) -> list[Column[object]]:
    """Return the columns that a person gets to see."""
    return [
        column
        for column in table.columns
        if (table.name, column.name) in SHOWN_ANYWAY
        or not (column.name in MACHINERY or column.name.endswith("_index"))
    ]


async def _rows(
    session: AsyncSession, vault: Vault, table: Table, keys: Sequence[Key]
) -> tuple[JSONObject, ...]:
    columns, rows = shown(table), list[JSONObject]()
    for some in chunks(keys):
        query = select(*columns).where(key_of(table).in_(some)).order_by(key_of(table))
        for found in await session.execute(query):
            pairs = zip(columns, found, strict=True)
            rows.append(
                {
                    column.name.removesuffix(SEALED): _opened(vault, column, value)
                    for column, value in pairs
                }
            )
    return tuple(rows)


def _opened(vault: Vault, column: Column[object], value: object) -> JSON:
    if value and column.name.endswith(SEALED):
        return vault.decrypt(str(value))
    return plain(value)
