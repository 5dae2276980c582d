"""Preferences as people read them: inferred ones are stored as codes and worded here."""

from typing import Any

from sqlalchemy import Row, ScalarSelect, Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.models import PreferenceRow, ProductRow, StoreRow
from crm_store.profile.survivors import load_table
from crm_store.repositories.inferred import CATEGORY, STORE
from crm_store.types.people import Preference
from crm_store.types.text import LocalText


async def preferences_of(
    session: AsyncSession, member_id: int, language: str
) -> tuple[Preference, ...]:
    """Return a member's preferences, stated ones first, worded in a language."""
    found = await session.execute(NAMED, {"member_id": member_id})
    return tuple(_worded(one, language) for one in found)


def _category_names() -> list[ScalarSelect[str | None]]:
    """Return the names of the category that a row names; NULL for other kinds."""
    row, product = PreferenceRow, ProductRow
    return [
        select(func.min(name))
        .where(row.kind == CATEGORY, product.category == row.value)
        .correlate(row)
        .scalar_subquery()
        for name in (product.category_zh, product.category_en)
    ]


def _named() -> Select[*tuple[Any, ...]]:
    row = PreferenceRow
    return (
        select(
            row.kind,
            row.value,
            row.stated,
            row.source,
            row.at,
            row.confidence,
            *_category_names(),
            StoreRow.name_zh,
            StoreRow.name_en,
        )
        .outerjoin(StoreRow, (row.kind == STORE) & (StoreRow.id == row.value))
        .where(row.member_id == bindparam("member_id"))
        .order_by(row.stated.desc(), row.at.desc(), row.id)
    )


NAMED = _named()
"""Preferences of ``member_id`` with the names of the category and the store that they name."""


def _worded(row: Row[*tuple[Any, ...]], language: str) -> Preference:
    words = None
    if not row.stated:
        category_zh, category_en, store_zh, store_en = row[-4:]
        zh, en = category_zh or store_zh, category_en or store_en
        words = (
            LocalText(zh or "", en or "")
            if zh or en
            else load_table().inferred_words(row.kind, row.value)
        )
    return Preference(
        kind=row.kind,
        value=words.in_language(language) if words else row.value,
        stated=row.stated,
        source=row.source,
        at=row.at,
        code=row.value,
        confidence=row.confidence,
    )
