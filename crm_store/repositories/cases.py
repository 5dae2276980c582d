"""After-sales cases."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, select

from crm_store.errors import InvalidRecordError, NotFoundError
from crm_store.models import CaseRow, OrderRow
from crm_store.repositories.context import Repository
from crm_store.types.actors import STAFF_ROLES, Role
from crm_store.types.cases import Case, CaseKind, NewCase, case_number
from crm_store.types.conversations import JSONObject


class CasesRepository(Repository):
    """The port's `Cases`."""

    async def open(self, case: NewCase) -> Case:
        """Open a case, once for each ticket."""
        self._context.require(Role.SYSTEM, *STAFF_ROLES)
        opened_at = case.opened_at or self._now()
        order_id = await self._order_id(case.order_number)
        values = {
            "number": case_number(case.kind, case.ticket, opened_at),
            "kind": case.kind,
            "state": case.state,
            "member_id": case.member_id,
            "order_id": order_id,
            "line_id": case.line_id,
            "conversation_id": case.conversation_id,
            "reason": case.reason,
            "detail": dict(case.detail),
            "rule": case.rule,
            "ticket": case.ticket,
            "opened_at": opened_at,
            "due_at": case.due_at,
            "closed_at": case.closed_at,
        }
        insert = self._context.insert(CaseRow).values(values)
        await self._session.execute(insert.on_conflict_do_nothing(index_elements=["ticket"]))
        found = await self._one(_cases().where(CaseRow.ticket == case.ticket))
        if found is None:
            raise AssertionError("the case was just opened")
        return found

    async def by_ticket(self, ticket: str) -> Case | None:
        """Return the case that a ticket opened."""
        return await self._permitted(_cases().where(CaseRow.ticket == ticket))

    async def by_number(self, number: str) -> Case | None:
        """Return a case that the actor may see."""
        return await self._permitted(_cases().where(CaseRow.number == number.strip()))

    async def for_member(self, member_id: int, *, open_only: bool = True) -> list[Case]:
        """Return a member's cases, newest first."""
        kept = await self._context.visible_member(member_id)
        if kept is None:
            return []
        query = _newest_first().where(CaseRow.member_id == kept)
        if open_only:
            query = query.where(CaseRow.closed_at.is_(None))
        await self._context.saw("case.view", [f"member:{kept}"])
        return await self._all(query)

    async def for_order(
        self, order_number: str, *, kinds: Collection[CaseKind] | None = None
    ) -> list[Case]:
        """Return the cases of an order that the actor may see, newest first."""
        query = _newest_first().where(OrderRow.number == order_number)
        if kinds is not None:
            query = query.where(CaseRow.kind.in_(kinds))
        found = await self._all(query)
        return [case for case in found if await self._may_see(case)]

    async def for_conversation(self, conversation_id: int) -> list[Case]:
        """Return the cases opened in a conversation that the actor may see, newest first."""
        query = _newest_first().where(CaseRow.conversation_id == conversation_id)
        return [case for case in await self._all(query) if await self._may_see(case)]

    async def due(self, before: datetime, *, limit: int = 100) -> list[Case]:
        """Return open cases that are promised before then, the most urgent first; system only."""
        self._context.require(Role.SYSTEM)
        query = _cases().where(CaseRow.closed_at.is_(None), CaseRow.due_at <= before)
        return await self._all(query.order_by(CaseRow.due_at, CaseRow.id).limit(limit))

    async def change(
        self,
        number: str,
        *,
        state: str,
        detail: JSONObject | None = None,
        closed_at: datetime | None = None,
        due_at: datetime | None = None,
    ) -> Case:
        """Move a case on."""
        self._context.require(Role.SYSTEM, *STAFF_ROLES)
        row = await self._session.scalar(
            select(CaseRow).where(CaseRow.number == number).with_for_update()
        )
        if row is None:
            raise NotFoundError(f"there is no case {number}")
        row.state = state
        row.detail = {**row.detail, **(detail or {})}
        row.closed_at = closed_at or row.closed_at
        row.due_at = due_at or row.due_at
        await self._session.flush()
        changed = await self._one(_cases().where(CaseRow.id == row.id))
        if changed is None:
            raise AssertionError("the case was just changed")
        return changed

    async def _order_id(self, number: str | None) -> int | None:
        if number is None:
            return None
        found = await self._session.scalar(select(OrderRow.id).where(OrderRow.number == number))
        if found is None:
            raise InvalidRecordError(f"case: there is no order {number}")
        return found

    async def _permitted(self, query: Select[CaseRow, str | None]) -> Case | None:
        found = await self._one(query)
        if found is None or not await self._may_see(found):
            return None
        subject = f"case:{found.number}" if found.member_id is None else f"member:{found.member_id}"
        await self._context.saw("case.view", [subject])
        return found

    async def _may_see(self, case: Case) -> bool:
        if self._context.is_trusted:
            return True
        here = self._actor.conversation_id
        if case.conversation_id is not None and case.conversation_id == here:
            return True
        if case.member_id is None or self._actor.role is not Role.CUSTOMER:
            return False
        return await self._context.visible_member(case.member_id) is not None

    async def _one(self, query: Select[CaseRow, str | None]) -> Case | None:
        found = (await self._session.execute(query)).one_or_none()
        return None if found is None else to_case(*found)

    async def _all(self, query: Select[CaseRow, str | None]) -> list[Case]:
        return [to_case(row, number) for row, number in await self._session.execute(query)]


def _cases() -> Select[CaseRow, str | None]:
    return select(CaseRow, OrderRow.number).outerjoin(OrderRow, OrderRow.id == CaseRow.order_id)


def _newest_first() -> Select[CaseRow, str | None]:
    return _cases().order_by(CaseRow.opened_at.desc(), CaseRow.id.desc())


def to_case(row: CaseRow, order_number: str | None) -> Case:
    """Return a row as its domain type."""
    return Case(
        id=row.id,
        number=row.number,
        kind=row.kind,
        state=row.state,
        member_id=row.member_id,
        order_number=order_number,
        reason=row.reason,
        opened_at=row.opened_at,
        due_at=row.due_at,
        closed_at=row.closed_at,
        line_id=row.line_id,
        conversation_id=row.conversation_id,
        detail=row.detail,
        rule=row.rule,
        ticket=row.ticket,
    )
