"""Raw source records of a person: found by what they became, deleted, and kept from coming back."""

import json
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Table, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.errors import VaultError
from crm_store.models import SourceRecordRow, SuppressionRow
from crm_store.privacy.person import Key, Person, chunks, identifiers_of, mentions
from crm_store.privacy.places import key_of, tables
from crm_store.types.conversations import JSONObject
from crm_store.types.records import RecordState
from crm_store.vault import Vault

DOMAIN = "suppressed record"
ENTITIES = {"member": "members", "order": "orders", "case": "cases", "coupon": "coupons"}
"""What `SourceRecordRow.entity` calls rows of which table."""
PAGE = 1000
NOBODY_ERASED = select(~select(SuppressionRow.digest).exists())


def digest_of(vault: Vault, source: str, record_key: str) -> str:
    """Return what remembers a record without saying whose it was."""
    return vault.blind_index(DOMAIN, json.dumps([source, record_key]))


async def records_of(session: AsyncSession, vault: Vault, person: Person) -> list[int]:
    """Return ids of the person's raw records, those held back included."""
    found: set[int] = set()
    for entity, name in ENTITIES.items():
        names = [f"{entity}:{key}" for key in person.rows.get(name, ())]
        for some in chunks(names):
            rows = select(SourceRecordRow.id).where(SourceRecordRow.entity.in_(some))
            found.update(await session.scalars(rows))
    for table in tables():
        for column in _links(table):
            for some in chunks(person.rows.get(table.name, ())):
                told = await session.scalars(select(column).where(key_of(table).in_(some)))
                found.update(record for record in told if record is not None)
    found.update(await _held_back(session, vault, person))
    return sorted(found)


async def _held_back(session: AsyncSession, vault: Vault, person: Person) -> list[int]:
    """Return quarantined records in which an identifier of the person stands."""
    values = await identifiers_of(session, vault, person)
    if not values:
        return []
    return [row_id async for row_id, text in _quarantined(session, vault) if mentions(text, values)]


async def _quarantined(session: AsyncSession, vault: Vault) -> AsyncIterator[tuple[int, str]]:
    last = 0
    while True:
        rows = (
            await session.execute(
                select(SourceRecordRow.id, SourceRecordRow.raw_enc)
                .where(SourceRecordRow.state == RecordState.QUARANTINED, SourceRecordRow.id > last)
                .order_by(SourceRecordRow.id)
                .limit(PAGE)
            )
        ).all()
        for row_id, token in rows:
            yield row_id, vault.decrypt(token)
        if not rows:
            return
        last = rows[-1][0]


async def opened(
    session: AsyncSession, vault: Vault, ids: Sequence[int]
) -> AsyncIterator[JSONObject]:
    """Yield records as they came, for the person to read."""
    for some in chunks(ids):
        rows = await session.scalars(select(SourceRecordRow).where(SourceRecordRow.id.in_(some)))
        for row in rows:
            yield {
                "source": row.source,
                "imported_at": row.imported_at.isoformat(),
                "state": row.state.value,
                "record": _readable(vault, row.raw_enc),
            }


def _readable(vault: Vault, token: str) -> str:
    try:
        return vault.decrypt(token)
    except VaultError:
        return ""


async def suppress(session: AsyncSession, vault: Vault, ids: Sequence[int], erasure_id: int) -> int:
    """Remember the records by digest and delete them; return how many new digests there are."""
    digests: set[str] = set()
    for some in chunks(ids):
        for source, key in await session.execute(
            select(SourceRecordRow.source, SourceRecordRow.record_key).where(
                SourceRecordRow.id.in_(some)
            )
        ):
            digests.add(digest_of(vault, source, key))
    fresh = sorted(digests - await suppressed(session, digests))
    if fresh:
        rows = [{"digest": digest, "erasure_id": erasure_id} for digest in fresh]
        await session.execute(insert(SuppressionRow), rows)
    for some in chunks(ids):
        await _unlink(session, some)
        await session.execute(delete(SourceRecordRow).where(SourceRecordRow.id.in_(some)))
    return len(fresh)


async def suppressed(session: AsyncSession, digests: Iterable[str]) -> set[str]:
    """Return those of these digests that must not come back."""
    found: set[str] = set()
    for some in chunks(sorted(digests)):
        rows = select(SuppressionRow.digest).where(SuppressionRow.digest.in_(some))
        found.update(await session.scalars(rows))
    return found


async def erased_keys(
    session: AsyncSession, vault: Vault, source: str, keys: Iterable[str]
) -> set[str]:
    """Return those of a source's record keys that must not be loaded again."""
    if await session.scalar(NOBODY_ERASED):
        return set()
    digests = {digest_of(vault, source, key): key for key in keys}
    return {digests[digest] for digest in await suppressed(session, digests)}


async def count(session: AsyncSession, ids: Collection[int]) -> int:
    """Return how many of these records there still are."""
    total = 0
    for some in chunks(sorted(ids)):
        query = select(func.count()).where(SourceRecordRow.id.in_(some))
        total += await session.scalar(query) or 0
    return total


async def _unlink(session: AsyncSession, ids: Sequence[Key]) -> None:
    """Let go of the records in rows that stay."""
    for table in tables():
        for column in _links(table):
            if column.nullable:
                gone = update(table).where(column.in_(ids)).values({column.name: None})
                await session.execute(gone)


def _links(table: Table) -> list[Column[Any]]:
    """Return the columns that name raw records."""
    records = SourceRecordRow.__tablename__
    return [key.parent for key in table.foreign_keys if key.column.table.name == records]
