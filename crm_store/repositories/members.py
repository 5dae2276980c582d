"""Members and their identities."""

from sqlalchemy import ColumnElement, bindparam, case, func, select
from sqlalchemy.exc import IntegrityError

from crm_store.errors import ConflictError, NotFoundError, NotPermittedError
from crm_store.models import IdentityRow, MemberRow, OrderRow
from crm_store.repositories.context import Repository
from crm_store.repositories.facts import record_enrolment
from crm_store.repositories.identities import (
    attach_identity,
    lookup_index,
    sealed,
    tail_index,
    to_identity,
)
from crm_store.repositories.member_cards import head_of, member_card, to_member
from crm_store.types.actors import STAFF_ROLES, Role
from crm_store.types.orders import OrderState
from crm_store.types.people import (
    Identity,
    IdentityKind,
    IdentityStatus,
    Member,
    MemberCard,
    MemberQuery,
    MemberStatus,
    NewIdentity,
    NewMember,
)


def subject_of(member_id: int) -> str:
    """Return how the audit calls a member."""
    return f"member:{member_id}"


ATTESTED = (
    select(MemberRow)
    .join(IdentityRow, IdentityRow.member_id == MemberRow.id)
    .where(
        IdentityRow.kind == bindparam("kind"),
        IdentityRow.value_index == bindparam("value_index"),
        IdentityRow.status == IdentityStatus.ATTESTED,
    )
)
"""Whose an attested identity is."""


class MembersRepository(Repository):
    """The port's `Members`."""

    async def get(self, member_id: int) -> Member | None:
        """Return the member, following a merge to the member that was kept."""
        row = await self._visible(member_id, "member.view")
        return None if row is None else to_member(row)

    async def by_identity(self, kind: IdentityKind, value: str) -> Member | None:
        """Return whom an *attested* identity belongs to; staff and system only."""
        index = lookup_index(self._context.vault, kind, value)
        if index is None or not self._context.is_trusted:
            return None
        row = await self._session.scalar(ATTESTED, {"kind": kind, "value_index": index})
        if row is None or row.status is not MemberStatus.ACTIVE:
            return None if row is None else await self.get(row.id)
        self._context.stands(row.id)
        await self._context.saw("member.view", [subject_of(row.id)])
        return to_member(row)

    async def search(self, query: MemberQuery, *, limit: int = 10) -> list[Member]:
        """Return members that match every given field, best first; staff and system only."""
        conditions = self._conditions(query)
        if not conditions or not self._context.is_trusted:
            return []
        rows = await self._session.scalars(
            select(MemberRow)
            .where(MemberRow.status == MemberStatus.ACTIVE, *conditions)
            .order_by(*self._best_first(query), MemberRow.id)
            .limit(limit)
        )
        members = [to_member(row) for row in rows]
        await self._context.saw("member.search", [subject_of(found.id) for found in members])
        return members

    async def card(self, member_id: int) -> MemberCard | None:
        """Return the profile card; the member themselves, staff and system only."""
        kept = await self._context.visible_member(member_id)
        if kept is None:
            return None
        await self._context.saw("member.card", [subject_of(kept)])
        head = await head_of(self._context, kept)
        return await member_card(self._context, head, with_notes=self._context.is_trusted)

    async def identities(self, member_id: int) -> list[Identity]:
        """Return identities, masked."""
        row = await self._visible(member_id, "member.view")
        if row is None:
            return []
        rows = await self._session.scalars(
            select(IdentityRow).where(IdentityRow.member_id == row.id).order_by(IdentityRow.id)
        )
        return [to_identity(found) for found in rows]

    async def add(self, member: NewMember) -> Member:
        """Enrol a member; staff and system only.

        Raises `ConflictError` when an attested identity is taken, `InvalidRecordError` when one
        is malformed.
        """
        self._context.require(*STAFF_ROLES, Role.SYSTEM)
        row = MemberRow(
            name=member.name,
            gender=member.gender,
            birthday=member.birthday,
            language=member.language,
            tier=member.tier,
            home_store_id=member.home_store_id,
            joined_on=member.joined_on or self._now().date(),
            status=MemberStatus.ACTIVE,
        )
        self._session.add(row)
        await self._session.flush()
        for identity in member.identities:
            await self._attach(row.id, identity)
        await record_enrolment(self._context, row)
        await self._context.record("member.add", subject_of(row.id))
        return to_member(row)

    async def attach(self, member_id: int, identity: NewIdentity) -> Identity:
        """Add an identity; raises `ConflictError` when it is attested for somebody else.

        Members themselves may only claim one; staff and system may attest.
        """
        claimed = identity.status is IdentityStatus.CLAIMED
        if not (claimed or self._context.is_trusted):
            raise NotPermittedError("a member cannot vouch for an identity of their own")
        kept = await self._context.visible_member(member_id)
        if kept is None and self._context.is_trusted:
            raise NotFoundError(f"no member {member_id}")
        if kept is None:
            raise NotPermittedError("not your own membership")
        row = await self._attach(kept, identity)
        detail = {"kind": row.kind.value, "status": row.status.value}
        await self._context.record("identity.attach", subject_of(kept), detail)
        return to_identity(row)

    async def replace_phone(self, member_id: int, phone: str, *, source: str) -> Identity:
        """Attest a member's new phone; the old ones prove nothing any more."""
        self._context.require(Role.SYSTEM)
        attested = NewIdentity(IdentityKind.PHONE, phone, IdentityStatus.ATTESTED, source)
        new = await self.attach(member_id, attested)
        old = await self._session.scalars(
            select(IdentityRow).where(
                IdentityRow.member_id == new.member_id,
                IdentityRow.kind == IdentityKind.PHONE,
                IdentityRow.status == IdentityStatus.ATTESTED,
                IdentityRow.id != new.id,
            )
        )
        replaced = 0
        for row in old:
            row.status, replaced = IdentityStatus.CLAIMED, replaced + 1
        await self._context.record(
            "identity.replace", subject_of(new.member_id), {"kind": "phone", "replaced": replaced}
        )
        return new

    async def sample(self, limit: int) -> list[Member]:
        """Return members to log in as in a demonstration; system only.

        First those with an order on its way, then by the newest order.
        """
        if self._actor.role is not Role.SYSTEM:
            return []
        rows = await self._session.scalars(
            select(MemberRow)
            .join(OrderRow, OrderRow.member_id == MemberRow.id)
            .where(MemberRow.status == MemberStatus.ACTIVE)
            .group_by(MemberRow.id)
            .order_by(
                func.max(case((OrderRow.state == OrderState.SHIPPED, 1), else_=0)).desc(),
                func.max(OrderRow.placed_at).desc(),
                MemberRow.id,
            )
            .limit(limit)
        )
        return [to_member(row) for row in rows]

    async def _visible(self, member_id: int, action: str) -> MemberRow | None:
        kept = await self._context.visible_member(member_id)
        if kept is None:
            return None
        await self._context.saw(action, [subject_of(kept)])
        return await self._session.get(MemberRow, kept)

    async def _attach(self, member_id: int, identity: NewIdentity) -> IdentityRow:
        row = sealed(self._context.vault, member_id, identity, self._now())
        try:
            async with self._session.begin_nested():
                return await attach_identity(self._session, row)
        except IntegrityError as error:
            raise ConflictError("this identifier was attested for another member") from error

    def _conditions(self, query: MemberQuery) -> list[ColumnElement[bool]]:
        """Return what the query asks for. A phone's tail alone fits thousands: it needs a name."""
        vault, found = self._context.vault, []
        if query.phone is not None:
            found.append(self._has(IdentityKind.PHONE, query.phone))
        if query.card_number is not None:
            found.append(self._has(IdentityKind.LOYALTY_CARD, query.card_number))
        if query.order_number is not None:
            orders = select(OrderRow.member_id).where(OrderRow.number == query.order_number.strip())
            found.append(MemberRow.id.in_(orders))
        if query.phone_tail is not None and (query.name or found):
            tails = select(IdentityRow.member_id).where(
                IdentityRow.tail_index == (tail_index(vault, query.phone_tail) or "")
            )
            found.append(MemberRow.id.in_(tails))
        if query.name:
            found.append(MemberRow.name.icontains(query.name.strip(), autoescape=True))
        return found

    def _has(self, kind: IdentityKind, value: str) -> ColumnElement[bool]:
        index = lookup_index(self._context.vault, kind, value) or ""
        return MemberRow.id.in_(
            select(IdentityRow.member_id).where(
                IdentityRow.kind == kind, IdentityRow.value_index == index
            )
        )

    def _best_first(self, query: MemberQuery) -> list[ColumnElement[int]]:
        """Order by how sure the match is: an attested phone, then the very name."""
        order: list[ColumnElement[int]] = []
        if query.phone is not None:
            index = lookup_index(self._context.vault, IdentityKind.PHONE, query.phone) or ""
            attested = select(IdentityRow.member_id).where(
                IdentityRow.value_index == index,
                IdentityRow.status == IdentityStatus.ATTESTED,
            )
            order.append(case((MemberRow.id.in_(attested), 0), else_=1))
        if query.name:
            order.append(case((MemberRow.name == query.name.strip(), 0), else_=1))
        return order
