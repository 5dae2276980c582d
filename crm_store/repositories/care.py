"""What clerks write down about members, and the lists they work through."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import ColumnElement, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.errors import InvalidRecordError, NotFoundError
from crm_store.models import (
    FollowUpRow,
    MemberRow,
    NoteRow,
    OrderLineRow,
    OrderRow,
    ProductRow,
    StaffRow,
)
from crm_store.models.types import Money
from crm_store.repositories.context import Repository
from crm_store.repositories.members import subject_of
from crm_store.repositories.spending import UNPAID, refunded
from crm_store.types.actors import STAFF_ROLES, Role
from crm_store.types.care import (
    Days,
    FollowUp,
    MemberLine,
    MembersFound,
    MembersWanted,
    RunningOut,
)
from crm_store.types.people import Amount, MemberStatus, Note

LONGEST: Final = 1000
"""Characters of a note."""
OPEN, DONE = "open", "done"


@dataclass(slots=True)
class _Bought:
    orders: int = 0
    last: datetime | None = None
    spent: Decimal = Decimal(0)


class CareRepository(Repository):
    """The port's `Care`."""

    async def note(self, member_id: int, text: str, *, staff_id: int) -> Note:
        """Write a note; see the port."""
        kept, text = await self._about(member_id), _checked(text)
        author = await self._session.scalar(select(StaffRow.name).where(StaffRow.id == staff_id))
        if author is None:
            raise NotFoundError(f"no staff account {staff_id}")
        row = NoteRow(member_id=kept, staff_id=staff_id, text=text, author=author, at=self._now())
        self._session.add(row)
        await self._session.flush()
        await self._context.record("member.note", subject_of(kept), {"staff_id": staff_id})
        return Note(row.id, text, author, row.at)

    async def follow_up(
        self, member_id: int, text: str, due_at: datetime, *, staff_id: int
    ) -> FollowUp:
        """Promise to contact a member; see the port."""
        kept, text = await self._about(member_id), _checked(text)
        staff = await self._session.get(StaffRow, staff_id)
        if staff is None:
            raise NotFoundError(f"no staff account {staff_id}")
        row = FollowUpRow(
            member_id=kept, staff_id=staff_id, store_id=staff.store_id, text=text, due_at=due_at
        )
        self._session.add(row)
        await self._session.flush()
        await self._context.record("member.follow_up", subject_of(kept), {"staff_id": staff_id})
        member = await self._session.get_one(MemberRow, kept)
        return FollowUp(row.id, kept, member.name, text, due_at)

    async def due(self, staff_id: int, until: datetime, *, limit: int = 50) -> list[FollowUp]:
        """Return open promises; see the port."""
        if not self._context.is_trusted:
            return []
        rows = await self._session.execute(
            select(FollowUpRow, MemberRow.name)
            .join(MemberRow, MemberRow.id == FollowUpRow.member_id)
            .where(
                FollowUpRow.staff_id == staff_id,
                FollowUpRow.status == OPEN,
                FollowUpRow.due_at < until,
            )
            .order_by(FollowUpRow.due_at, FollowUpRow.id)
            .limit(limit)
        )
        found = [FollowUp(row.id, row.member_id, name, row.text, row.due_at) for row, name in rows]
        await self._saw(one.member_id for one in found)
        return found

    async def settle(self, follow_up_id: int, *, staff_id: int) -> FollowUp | None:
        """Mark a promise as kept; see the port."""
        self._require()
        row = await self._session.get(FollowUpRow, follow_up_id)
        if row is None or row.staff_id != staff_id or row.status != OPEN:
            return None
        row.status, row.done_at = DONE, self._now()
        member = await self._session.get_one(MemberRow, row.member_id)
        await self._context.record("member.follow_up.done", subject_of(row.member_id))
        return FollowUp(row.id, row.member_id, member.name, row.text, row.due_at)

    async def find(self, wanted: MembersWanted, *, limit: int = 10) -> MembersFound:
        """Return the members that fit; see the port."""
        if not self._context.is_trusted:
            return MembersFound(0, ())
        rows = await self._session.scalars(select(MemberRow).where(*_of_members(wanted)))
        bought = await self._bought(wanted.store_id)
        fitting = [
            _line(row, bought.get(row.id, _Bought()), self._context.rules.currency)
            for row in rows
            if wanted.birthday is None
            or (row.birthday is not None and wanted.birthday.holds_birthday(row.birthday))
        ]
        fitting = [one for one in fitting if _buys_so(one, wanted)]
        fitting.sort(key=lambda one: one.id)
        fitting.sort(
            key=lambda one: one.spent.value if wanted.most_spent_first else one.last_on or date.min,
            reverse=True,
        )
        await self._saw(one.id for one in fitting[:limit])
        return MembersFound(len(fitting), tuple(fitting[:limit]))

    async def running_out(
        self, store_id: str | None, days: Days, *, limit: int = 10
    ) -> list[RunningOut]:
        """Return what will be used up; see the port."""
        if not self._context.is_trusted:
            return []
        last = func.max(OrderRow.placed_at)
        rows = await self._session.execute(
            select(MemberRow.id, MemberRow.name, ProductRow, last)
            .join(OrderRow, OrderRow.member_id == MemberRow.id)
            .join(OrderLineRow, OrderLineRow.order_id == OrderRow.id)
            .join(ProductRow, ProductRow.id == OrderLineRow.product_id)
            .where(
                MemberRow.status == MemberStatus.ACTIVE,
                *([MemberRow.home_store_id == store_id] if store_id else []),
                ProductRow.replenish_days.is_not(None),
                OrderRow.state.not_in(UNPAID),
            )
            .group_by(MemberRow.id, MemberRow.name, ProductRow.id)
        )
        found = [
            RunningOut(
                member_id,
                name,
                product.id,
                product.name,
                at.date(),
                at.date() + timedelta(days=product.replenish_days or 0),
            )
            for member_id, name, product, at in rows
        ]
        found = [one for one in found if days.holds(one.lasts_until)]
        found.sort(key=lambda one: (one.lasts_until, one.member_id, one.product_id))
        await self._saw(one.member_id for one in found[:limit])
        return found[:limit]

    async def _bought(self, store_id: str | None) -> dict[int, _Bought]:
        """Return what members of a store bought, in the programme's currency."""
        return await bought_by_member(self._session, store_id, self._context.rules.rates)

    async def _about(self, member_id: int) -> int:
        self._require()
        kept = await self._context.kept_member(member_id)
        if kept is None:
            raise NotFoundError(f"no member {member_id}")
        return kept

    async def _saw(self, members: Iterable[int]) -> None:
        await self._context.saw("member.search", [subject_of(one) for one in members])

    def _require(self) -> None:
        self._context.require(*STAFF_ROLES, Role.SYSTEM)


async def bought_by_member(
    session: AsyncSession, store_id: str | None, rates: Mapping[str, Decimal]
) -> dict[int, _Bought]:
    """Return paid orders in figures, refunds taken off."""
    rows = await session.execute(
        select(
            MemberRow.id,
            OrderRow.currency,
            func.count(),
            func.max(OrderRow.placed_at),
            type_coerce(func.sum(OrderRow.total + refunded()), Money()),
        )
        .join(OrderRow, OrderRow.member_id == MemberRow.id)
        .where(
            OrderRow.state.not_in(UNPAID),
            *([MemberRow.home_store_id == store_id] if store_id else []),
        )
        .group_by(MemberRow.id, OrderRow.currency)
    )
    found: dict[int, _Bought] = {}
    for member_id, currency, orders, last, spent in rows:
        one = found.setdefault(member_id, _Bought())
        one.orders += orders
        one.last = max(filter(None, (one.last, last)))
        one.spent += spent * rates.get(currency, Decimal(0))
    return found


def _of_members(wanted: MembersWanted) -> list[ColumnElement[bool]]:
    """Return the conditions that the members' own table decides."""
    conditions = [MemberRow.status == MemberStatus.ACTIVE]
    if wanted.store_id is not None:
        conditions.append(MemberRow.home_store_id == wanted.store_id)
    if wanted.tiers:
        conditions.append(MemberRow.tier.in_(wanted.tiers))
    if wanted.joined is not None:
        conditions.append(MemberRow.joined_on.between(wanted.joined.first, wanted.joined.last))
    return conditions


def _line(row: MemberRow, bought: _Bought, currency: str) -> MemberLine:
    last = bought.last.astimezone(UTC).date() if bought.last else None
    spent = Amount(bought.spent, currency)
    return MemberLine(row.id, row.name, row.tier, row.birthday, bought.orders, last, spent)


def _buys_so(one: MemberLine, wanted: MembersWanted) -> bool:
    if one.orders < wanted.least_orders:
        return False
    if wanted.spent_from is not None and one.spent.value < wanted.spent_from:
        return False
    days = wanted.bought
    return days is None or (one.last_on is not None and days.holds(one.last_on))


def _checked(text: str) -> str:
    text = text.strip()
    if not 0 < len(text) <= LONGEST:
        raise InvalidRecordError(f"expected 1 to {LONGEST} characters")
    return text
