"""Indexes over a part of a table, for both databases."""

from collections.abc import Sequence

from alembic import op
from sqlalchemy import text


def create_partial_index(
    name: str, table: str, columns: Sequence[str], *, where: str, unique: bool = False
) -> None:
    """Create an index over the rows that meet a condition."""
    condition = text(where)
    op.create_index(
        name,
        table,
        list(columns),
        unique=unique,
        sqlite_where=condition,
        postgresql_where=condition,
    )
