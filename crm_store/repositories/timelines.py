"""A member's timeline: the newest keys of each branch in one statement, then their rows.

See ``docs/decisions/0014-analytics.md`` for why it is no table of its own.
"""

import base64
import binascii
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    String,
    cast,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from crm_store.errors import InvalidRecordError
from crm_store.models import CouponRow
from crm_store.models.types import Whole
from crm_store.ports.timeline import LONGEST_PAGE, PAGE
from crm_store.repositories.context import Repository
from crm_store.repositories.timeline_branches import BRANCHES, Branch
from crm_store.types.timeline import TimelineEntry, TimelineFilter, TimelineKind, TimelinePage

Key = int | str


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ends: the last entry's time, branch and key."""

    at: datetime
    rank: int
    key: Key

    def written(self) -> str:
        """Return it as an opaque cursor."""
        text = json.dumps([self.at.isoformat(), self.rank, self.key])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, cursor: str) -> "Position":
        """Read a cursor; raises `InvalidRecordError`."""
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            at, rank, key = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
            position = cls(datetime.fromisoformat(at), int(rank), key)
        except (ValueError, TypeError, binascii.Error) as error:
            raise InvalidRecordError("cursor: expected one from an earlier page") from error
        if position.at.tzinfo is None or not isinstance(key, int | str) or isinstance(key, bool):
            raise InvalidRecordError("cursor: expected one from an earlier page")
        return position


class TimelinesRepository(Repository):
    """The port's `Timelines`."""

    async def page(
        self,
        member_id: int,
        wanted: TimelineFilter | None = None,
        *,
        after: str | None = None,
        limit: int = PAGE,
    ) -> TimelinePage:
        """Return entries after a cursor, newest first; see the port."""
        if not 1 <= limit <= LONGEST_PAGE:
            raise InvalidRecordError(f"limit: expected 1 to {LONGEST_PAGE}")
        start = None if after is None else Position.read(after)
        kept = await self._context.visible_member(member_id)
        if kept is None:
            return TimelinePage((), None)
        await self._context.saw("timeline.view", [f"member:{kept}"])
        found = await self._positions(kept, wanted or TimelineFilter(), start, limit + 1)
        entries = await self._entries(found[:limit])
        return TimelinePage(entries, found[limit - 1].written() if len(found) > limit else None)

    async def _positions(
        self, member_id: int, wanted: TimelineFilter, start: Position | None, limit: int
    ) -> list[Position]:
        parts = [
            _newest(rank, branch, conditions, limit)
            for rank, branch in self._branches()
            if (conditions := _conditions(rank, branch, member_id, wanted, start)) is not None
        ]
        if not parts:
            return []
        every = union_all(*(select(part.subquery()) for part in parts)).subquery()
        at, rank, key, code = every.c.at, every.c.rank, every.c.key, every.c.code
        query = select(every).order_by(at.desc(), rank, key.desc(), code.desc()).limit(limit)
        return [
            Position(row.at, row.rank, row.code if row.key is None else row.key)
            for row in await self._session.execute(query)
        ]

    def _branches(self) -> Iterator[tuple[int, Branch]]:
        for rank, branch in enumerate(BRANCHES):
            if self._context.is_trusted or not branch.for_staff:
                yield rank, branch

    async def _entries(self, positions: Sequence[Position]) -> tuple[TimelineEntry, ...]:
        found: dict[tuple[int, Key], TimelineEntry] = {}
        for rank, branch in enumerate(BRANCHES):
            keys = [one.key for one in positions if one.rank == rank]
            if keys:
                for row in await self._session.execute(branch.rows(keys)):
                    found[rank, getattr(row[0], branch.key.key)] = branch.entry(*row)
        return tuple(found[one.rank, one.key] for one in positions)


def _conditions(
    rank: int, branch: Branch, member_id: int, wanted: TimelineFilter, start: Position | None
) -> list[ColumnElement[bool]] | None:
    """Return what a branch's rows must meet; ``None`` when none of its kinds is wanted."""
    kinds = wanted.kinds & branch.kinds.keys() if wanted.kinds else branch.kinds.keys()
    if not kinds:
        return None
    conditions = [branch.owner == member_id, *_of_kinds(branch, kinds)]
    if wanted.channels:
        conditions.append(branch.channel.in_(wanted.channels))
    if wanted.since is not None:
        conditions.append(branch.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(branch.at < wanted.until)
    if start is not None:
        conditions += _older(rank, branch, start)
    return conditions


def _of_kinds(branch: Branch, kinds: Collection[TimelineKind]) -> list[ColumnElement[bool]]:
    named = [branch.kinds[kind] for kind in branch.kinds if kind in kinds]
    conditions = [condition for condition in named if condition is not None]
    return [or_(*conditions)] if conditions else []


def _older(rank: int, branch: Branch, start: Position) -> list[ColumnElement[bool]]:
    """Return the condition of coming after a position; the time alone stays a range scan."""
    if rank < start.rank:
        return [branch.at < start.at]
    if rank > start.rank:
        return [branch.at <= start.at]
    return [branch.at <= start.at, (branch.at < start.at) | (branch.key < start.key)]


def _newest(
    rank: int, branch: Branch, conditions: list[ColumnElement[bool]], limit: int
) -> Select[Any]:
    key, code = _key_columns(branch.key)
    query = branch.keys(
        literal(rank).label("rank"),
        branch.at.label("at"),
        key.label("key"),
        code.label("code"),
    )
    return query.where(*conditions).order_by(branch.at.desc(), branch.key.desc()).limit(limit)


def _key_columns(
    key: InstrumentedAttribute[Any],
) -> tuple[SQLColumnExpression[Any], SQLColumnExpression[Any]]:
    """Return a key as number and as text, one of which is NULL."""
    if key is CouponRow.code:
        return cast(null(), Whole), key
    return key, cast(null(), String)
