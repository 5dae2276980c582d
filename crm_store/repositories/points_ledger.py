"""Booking points. The ledger only grows; the balance is the sum of its entries."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.errors import (
    ConflictError,
    InsufficientPointsError,
    InvalidRecordError,
    NotFoundError,
    NotPermittedError,
)
from crm_store.loyalty.lots import lapsed
from crm_store.models import MemberRow, PointsEntryRow
from crm_store.repositories.context import Context
from crm_store.types.loyalty import BookingKey, PointsEntry, PointsKind

HUIKE = "huike"
"""Source of the bookings that Huike makes of its own accord."""


@dataclass(frozen=True, slots=True)
class Booking:
    """What is to be booked."""

    kind: PointsKind
    points: int
    key: BookingKey
    reference: str = ""
    expires_on: date | None = None
    may_owe: bool = False
    """Whether the balance may go below 0."""


def to_entry(row: PointsEntryRow) -> PointsEntry:
    """Return a row as its domain type."""
    return PointsEntry(row.id, row.kind, row.points, row.at, row.expires_on, row.reference)


async def entries_of(session: AsyncSession, member_id: int) -> list[PointsEntry]:
    """Return a member's ledger, oldest first."""
    rows = await session.scalars(
        select(PointsEntryRow)
        .where(PointsEntryRow.member_id == member_id)
        .order_by(PointsEntryRow.at, PointsEntryRow.id)
    )
    return [to_entry(row) for row in rows]


async def points_balance(session: AsyncSession, member_id: int) -> int:
    """Return the sum of a member's points entries."""
    balance = await session.scalar(
        select(func.sum(PointsEntryRow.points)).where(PointsEntryRow.member_id == member_id)
    )
    return int(balance or 0)


class PointsLedger:
    """The ledger of one member, locked until the unit of work ends."""

    def __init__(self, context: Context, member_id: int) -> None:
        self._context = context
        self._member_id = member_id

    @classmethod
    async def open(cls, context: Context, member_id: int, *, own: bool = False) -> "PointsLedger":
        """Lock a member's ledger for an actor who may book; ``own``: members may themselves."""
        if not (context.is_trusted or own):
            raise NotPermittedError("only staff may book points")
        kept = await context.visible_member(member_id)
        if kept is None and context.is_trusted:
            raise NotFoundError(f"no member {member_id}")
        if kept is None:
            raise NotPermittedError("not your own points")
        lock = select(MemberRow.id).where(MemberRow.id == kept).with_for_update(key_share=True)
        await context.session.execute(lock)
        return cls(context, kept)

    async def book(self, booking: Booking) -> PointsEntry:
        """Book once; see the port's `Loyalty` for what is refused."""
        if booking.points == 0 or not booking.key.key or not booking.key.source:
            raise InvalidRecordError("points: expected a number other than 0, and a key")
        known = await self._known(booking)
        if known is not None:
            return known
        if booking.points < 0 and not booking.may_owe:
            balance = await points_balance(self._context.session, self._member_id)
            if balance + booking.points < 0:
                raise InsufficientPointsError(balance)
        return await self._write(booking)

    async def expire(self) -> list[PointsEntry]:
        """Book what has lapsed, an entry for each last day."""
        entries = await entries_of(self._context.session, self._member_id)
        newest = max((entry.id for entry in entries), default=0)
        return [
            await self._write(
                Booking(
                    PointsKind.EXPIRE,
                    -points,
                    BookingKey(HUIKE, f"expire:{self._member_id}:{day}:{newest}"),
                    reference=day.isoformat(),
                )
            )
            for day, points in lapsed(entries, self._context.clock().date()).items()
        ]

    async def to_reverse(self, reference: str, share: Decimal, key: BookingKey) -> int:
        """Return what reversing a share of what was booked for a reference comes to.

        Corrections booked for the reference before count as taken back, those of this very key
        left aside, so that a repetition comes to the same.
        """
        row = PointsEntryRow
        found = await self._context.session.execute(
            select(row.kind, row.points, row.source, row.source_key).where(
                row.member_id == self._member_id, row.reference == reference
            )
        )
        booked = [one for one in found if (one.source, one.source_key) != (key.source, key.key)]
        moved = sum(int(one.points) for one in booked if one.kind is not PointsKind.ADJUST)
        settled = sum(int(one.points) for one in booked if one.kind is PointsKind.ADJUST)
        wanted = -int(moved * share)
        if wanted < 0:
            return min(0, max(wanted, -moved - settled))
        return max(0, min(wanted, -moved - settled))

    async def _known(self, booking: Booking) -> PointsEntry | None:
        row = await self._context.session.scalar(
            select(PointsEntryRow).where(
                PointsEntryRow.source == booking.key.source,
                PointsEntryRow.source_key == booking.key.key,
            )
        )
        if row is None:
            return None
        theirs = await self._context.kept_member(row.member_id)
        if (theirs, row.kind, row.points) != (self._member_id, booking.kind, booking.points):
            raise ConflictError(f"{booking.key.source}:{booking.key.key} booked something else")
        return to_entry(row)

    async def _write(self, booking: Booking) -> PointsEntry:
        row = PointsEntryRow(
            member_id=self._member_id,
            kind=booking.kind,
            points=booking.points,
            at=self._context.clock(),
            expires_on=booking.expires_on,
            reference=booking.reference,
            source=booking.key.source,
            source_key=booking.key.key,
        )
        self._context.session.add(row)
        await self._context.session.flush()
        detail = {"points": booking.points, "entry": row.id}
        await self._context.record(
            f"points.{booking.kind.value}", f"member:{self._member_id}", detail
        )
        return to_entry(row)
