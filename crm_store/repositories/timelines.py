"""A member's timeline: the newest keys of each branch in one statement, then their rows.

See ``docs/decisions/0014-analytics.md`` for why it is no table of its own.
"""

import base64
import binascii
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    SQLColumnExpression,
    String,
    bindparam,
    cast,
    literal_column,
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
SHAPES = 128
"""Statements that are kept; filters by kind make most of them."""


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
        shape = Shape(
            staff=self._context.is_trusted,
            kinds=wanted.kinds,
            channels=bool(wanted.channels),
            since=wanted.since is not None,
            until=wanted.until is not None,
            after=None if start is None else start.rank,
        )
        query = _newest_of_all(shape)
        if query is None:
            return []
        values = {"member_id": member_id, "entries": limit, "channels": list(wanted.channels)}
        values |= {"since": wanted.since, "until": wanted.until}
        if start is not None:
            values |= {"at": start.at, "key": start.key}
        return [
            Position(row.at, row.rank, row.code if row.key is None else row.key)
            for row in await self._session.execute(query, values)
        ]

    async def _entries(self, positions: Sequence[Position]) -> tuple[TimelineEntry, ...]:
        found: dict[tuple[int, Key], TimelineEntry] = {}
        for rank, branch in enumerate(BRANCHES):
            keys = [one.key for one in positions if one.rank == rank]
            if keys:
                for row in await self._session.execute(_rows(rank), {"keys": keys}):
                    found[rank, getattr(row[0], branch.key.key)] = branch.entry(*row)
        return tuple(found[one.rank, one.key] for one in positions)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a page's statement depends on; everything else is a parameter.

    Statements are kept by their shape: building one takes several times as long as answering it.
    """

    staff: bool
    kinds: frozenset[TimelineKind]
    channels: bool
    since: bool
    until: bool
    after: int | None
    """The rank of the branch in which the page before ended."""


@lru_cache(maxsize=SHAPES)
def _newest_of_all(shape: Shape) -> Select[Any] | None:
    """Return the statement of a page's positions; ``None`` when nothing is wanted."""
    parts = [
        _newest(rank, branch, conditions)
        for rank, branch in enumerate(BRANCHES)
        if shape.staff or not branch.for_staff
        if (conditions := _conditions(rank, branch, shape)) is not None
    ]
    if not parts:
        return None
    every = union_all(*(select(part.subquery()) for part in parts)).subquery()
    at, rank, key, code = every.c.at, every.c.rank, every.c.key, every.c.code
    return (
        select(every)
        .order_by(at.desc(), rank, key.desc(), code.desc())
        .limit(bindparam("entries", type_=Whole))
    )


@cache
def _rows(rank: int) -> Select[Any]:
    return BRANCHES[rank].rows(bindparam("keys", expanding=True))


def _conditions(rank: int, branch: Branch, shape: Shape) -> list[ColumnElement[bool]] | None:
    """Return what a branch's rows must meet; ``None`` when none of its kinds is wanted."""
    kinds = shape.kinds & branch.kinds.keys() if shape.kinds else branch.kinds.keys()
    if not kinds:
        return None
    conditions = [branch.owner == bindparam("member_id"), *_of_kinds(branch, kinds)]
    if shape.channels:
        conditions.append(branch.channel.in_(bindparam("channels", expanding=True)))
    if shape.since:
        conditions.append(branch.at >= bindparam("since"))
    if shape.until:
        conditions.append(branch.at < bindparam("until"))
    if shape.after is not None:
        conditions += _older(rank, branch, shape.after)
    return conditions


def _of_kinds(branch: Branch, kinds: Collection[TimelineKind]) -> list[ColumnElement[bool]]:
    if len(kinds) == len(branch.kinds):
        return []
    named = [branch.kinds[kind] for kind in branch.kinds if kind in kinds]
    conditions = [condition for condition in named if condition is not None]
    return [or_(*conditions)] if conditions else []


def _older(rank: int, branch: Branch, after: int) -> list[ColumnElement[bool]]:
    """Return the condition of coming after a position; the time alone stays a range scan."""
    at: BindParameter[datetime] = bindparam("at")
    if rank < after:
        return [branch.at < at]
    if rank > after:
        return [branch.at <= at]
    return [branch.at <= at, (branch.at < at) | (branch.key < bindparam("key"))]


def _newest(rank: int, branch: Branch, conditions: list[ColumnElement[bool]]) -> Select[Any]:
    key, code = _key_columns(branch.key)
    query = branch.keys(
        literal_column(str(rank), Whole).label("rank"),
        branch.at.label("at"),
        key.label("key"),
        code.label("code"),
    )
    newest = query.where(*conditions).order_by(branch.at.desc(), branch.key.desc())
    return newest.limit(bindparam("entries", type_=Whole))


def _key_columns(
    key: InstrumentedAttribute[Any],
) -> tuple[SQLColumnExpression[Any], SQLColumnExpression[Any]]:
    """Return a key as number and as text, one of which is NULL."""
    if key is CouponRow.code:
        return cast(null(), Whole), key
    return key, cast(null(), String)
