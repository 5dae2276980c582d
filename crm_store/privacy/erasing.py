"""Erasing a person: everywhere, in one transaction, with a count of every place.

Children go before what they hang on. What stays is blanked column by column as the schema marks
them, and read back afterwards; if anything personal is left, nothing is committed.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Table, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.errors import NotErasedError
from crm_store.models import ConversationRow, MemberRow
from crm_store.privacy import records
from crm_store.privacy.person import Key, Person, chunks, find_person, values_of
from crm_store.privacy.places import (
    RESETS,
    Fate,
    blank,
    fate,
    key_of,
    personal_columns,
    reachable,
    reasons,
)
from crm_store.privacy.talks import blank_talks
from crm_store.repositories.imports import IMPORT_LOCK
from crm_store.types.privacy import Place
from crm_store.vault import Vault


async def lock_person(session: AsyncSession, member_id: int) -> None:
    """Keep imports, and everybody who talks with the person, out until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text(f"SELECT pg_advisory_xact_lock({IMPORT_LOCK})"))
    await session.execute(
        select(MemberRow.id).where(MemberRow.id == member_id).with_for_update(key_share=True)
    )
    person = await find_person(session, member_id)
    talks = sorted({*person.rows["conversations"], *person.staff_talks}, key=int)
    for some in chunks(talks):
        await session.execute(
            select(ConversationRow.id)
            .where(ConversationRow.id.in_(some))
            .order_by(ConversationRow.id)
            .with_for_update(key_share=True)
        )


async def erase_rows(
    session: AsyncSession, vault: Vault, person: Person, erasure_id: int
) -> tuple[list[Place], int]:
    """Erase everything; return the places and how many records will not be loaded again."""
    values = await values_of(session, vault, person)
    raw = await records.records_of(session, vault, person)
    places = [await blank_talks(session, person, values)]
    for table in reversed(reachable()):
        places.append(await _erase_table(session, table, person.rows.get(table.name, ())))
    suppressed = await records.suppress(session, vault, raw, erasure_id)
    left = await records.count(session, raw)
    places.append(Place("source_records", len(raw), deleted=len(raw) - left, left=left))
    require_nothing_left(places)
    return places, suppressed


def require_nothing_left(places: Iterable[Place]) -> None:
    """Raise `NotErasedError`, which takes everything back, when something is left somewhere."""
    for place in places:
        if place.left:
            raise NotErasedError(f"{place.left} values were left in {place.name}; nothing was done")


async def _erase_table(session: AsyncSession, table: Table, keys: Sequence[Key]) -> Place:
    found, end = len(keys), fate(table)
    if end is Fate.DELETED:
        for some in chunks(keys[::-1]):
            await session.execute(delete(table).where(key_of(table).in_(some)))
        left = await _still_there(session, table, keys)
        return Place(table.name, found, deleted=found - left, left=left)
    if end is Fate.KEPT:
        return Place(table.name, found, kept=found, why=reasons(table))
    for key in keys:
        change = update(table).where(key_of(table) == key).values(_emptied(table, key))
        await session.execute(change)
    left = await _not_blank(session, table, keys)
    return Place(table.name, found, anonymised=found - left, left=left, why=reasons(table))


def _emptied(table: Table, key: Key) -> Mapping[str, object]:
    values: dict[str, object] = {
        column.name: blank(column, key) for column in personal_columns(table)
    }
    values |= RESETS.get(table.name, {})
    if table.name == ConversationRow.__tablename__:
        # A turn that is running holds the old token and epoch: what it writes is refused.
        values |= {
            "lease_token": ConversationRow.lease_token + 1,
            "epoch": ConversationRow.epoch + 1,
        }
    return values


async def _still_there(session: AsyncSession, table: Table, keys: Sequence[Key]) -> int:
    total = 0
    for some in chunks(keys):
        query = select(func.count()).select_from(table).where(key_of(table).in_(some))
        total += await session.scalar(query) or 0
    return total


async def _not_blank(session: AsyncSession, table: Table, keys: Sequence[Key]) -> int:
    key, columns, left = key_of(table), personal_columns(table), 0
    for some in chunks(keys):
        rows = await session.execute(select(key, *columns).where(key.in_(some)))
        for row_key, *values in rows:
            wanted = [blank(column, row_key) for column in columns]
            left += sum(a != b for a, b in zip(values, wanted, strict=True))
    return left
