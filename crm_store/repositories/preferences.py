"""Preferences as people read them: inferred ones are stored as codes and worded here."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.models import PreferenceRow, ProductRow, StoreRow
from crm_store.profile.survivors import load_table
from crm_store.repositories.inferred import CATEGORY, STORE
from crm_store.types.people import Preference
from crm_store.types.text import LocalText

Names = Mapping[tuple[str, str], LocalText]
"""By kind and code."""


async def preferences_of(
    session: AsyncSession, member_id: int, language: str
) -> tuple[Preference, ...]:
    """Return a member's preferences, stated ones first, worded in a language."""
    rows = list(
        await session.scalars(
            select(PreferenceRow)
            .where(PreferenceRow.member_id == member_id)
            .order_by(PreferenceRow.stated.desc(), PreferenceRow.at.desc(), PreferenceRow.id)
        )
    )
    inferred = {(row.kind, row.value) for row in rows if not row.stated}
    names = await _names(session, inferred)
    return tuple(_worded(row, names, language) for row in rows)


def _worded(row: PreferenceRow, names: Names, language: str) -> Preference:
    words = None
    if not row.stated:
        words = names.get((row.kind, row.value))
        words = words or load_table().inferred_words(row.kind, row.value)
    return Preference(
        kind=row.kind,
        value=words.in_language(language) if words else row.value,
        stated=row.stated,
        source=row.source,
        at=row.at,
        code=row.value,
        confidence=row.confidence,
    )


async def _names(session: AsyncSession, inferred: Collection[tuple[str, str]]) -> Names:
    """Return the names of categories and stores."""
    names: dict[tuple[str, str], LocalText] = {}
    if categories := [value for kind, value in inferred if kind == CATEGORY]:
        row = ProductRow
        for slug, zh, en in await session.execute(
            select(row.category, row.category_zh, row.category_en)
            .where(row.category.in_(categories))
            .distinct()
        ):
            names[CATEGORY, slug] = LocalText(zh, en)
    if stores := [value for kind, value in inferred if kind == STORE]:
        for store_id, zh, en in await session.execute(
            select(StoreRow.id, StoreRow.name_zh, StoreRow.name_en).where(StoreRow.id.in_(stores))
        ):
            names[STORE, store_id] = LocalText(zh, en)
    return names
