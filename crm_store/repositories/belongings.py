"""What belongs to a member: every column that refers to one, found in the tables themselves.

A merge moves the rows of all these columns; a new table with a ``member_id`` needs no word here.
A column that refers to members without saying whose the row is must be named in `STAYS`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import Column, ColumnElement, Table, UniqueConstraint, and_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.models import Base

STAYS: frozenset[str] = frozenset(
    {
        "members.merged_into_id",
        "merges.kept_id",
        "merges.merged_id",
        "match_candidates.left_id",
        "match_candidates.right_id",
    }
)
"""Columns about the members themselves: who was merged into whom, and who is like whom."""
AT_ONCE = 500
"""Keys named in one statement."""

RowKey: TypeAlias = Sequence[str | int]
"""A row's primary key without the member, column by column."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """A column that says whose a row is."""

    owner: Column[Any]

    @property
    def name(self) -> str:
        """``orders.member_id``."""
        return f"{self.table.name}.{self.owner.name}"

    @property
    def table(self) -> Table:
        """The table it is in."""
        table: Table = self.owner.table
        return table

    @property
    def key(self) -> list[Column[Any]]:
        """What tells the rows of one member apart."""
        return [column for column in self.table.primary_key if column is not self.owner]

    @property
    def _unique_with_owner(self) -> Iterator[list[Column[Any]]]:
        """Sets of columns of which a member may have each combination only once."""
        keys: list[Sequence[Column[Any]]] = [list(self.table.primary_key)]
        keys += [
            list(one.columns) for one in self.table.constraints if isinstance(one, UniqueConstraint)
        ]
        keys += [list(one.columns) for one in self.table.indexes if one.unique]
        for columns in keys:
            if self.owner in columns:
                yield [column for column in columns if column is not self.owner]

    async def move(self, session: AsyncSession, giver: int, taker: int) -> list[RowKey]:
        """Pass one member's rows to another and return their keys.

        A row that the other has an equal of, where only one may be, stays where it is.
        """
        mine = self.owner == giver
        for rest in self._unique_with_owner:
            mine = and_(mine, ~self._has_equal(rest, taker))
        found = await session.execute(select(*(self.key or [self.owner])).where(mine))
        keys: list[RowKey] = [list(row) if self.key else [] for row in found]
        await self.hand_over(session, giver, taker, keys)
        return keys

    async def hand_over(
        self, session: AsyncSession, giver: int, taker: int, keys: Sequence[RowKey]
    ) -> None:
        """Pass the rows with these keys, as far as the giver still has them."""
        for start in range(0, len(keys), AT_ONCE):
            chosen = self._chosen(keys[start : start + AT_ONCE])
            await session.execute(
                update(self.table)
                .where(self.owner == giver, chosen)
                .values({self.owner.name: taker}),
                execution_options={"synchronize_session": False},
            )

    def _chosen(self, keys: Sequence[RowKey]) -> ColumnElement[bool]:
        if not self.key:
            return self.owner.is_not(None)
        if len(self.key) == 1:
            return self.key[0].in_([key[0] for key in keys])
        return tuple_(*self.key).in_([tuple(key) for key in keys])

    def _has_equal(self, rest: Sequence[Column[Any]], taker: int) -> ColumnElement[bool]:
        other = self.table.alias()
        same = [other.c[column.name] == column for column in rest]
        return (
            select(other.c[self.owner.name])
            .where(other.c[self.owner.name] == taker, *same)
            .exists()
        )


@cache
def belongings() -> tuple[Belonging, ...]:
    """Return every column that says whose a row is, by name."""
    found = [
        Belonging(column)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if any(key.target_fullname == "members.id" for key in column.foreign_keys)
    ]
    return tuple(sorted((one for one in found if one.name not in STAYS), key=lambda one: one.name))
