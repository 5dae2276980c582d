"""The audit trail."""

from sqlalchemy import select

from crm_store.models import AuditRow, MemberRow
from crm_store.repositories.context import Repository
from crm_store.types.actors import Role
from crm_store.types.conversations import JSONObject
from crm_store.types.records import AuditEntry

MEMBER_PREFIX = "member:"


class AuditRepository(Repository):
    """The port's `AuditTrail`."""

    async def record(self, action: str, subject: str, detail: JSONObject | None = None) -> None:
        """Add a row for the unit of work's actor."""
        await self._context.record(action, subject, detail)

    async def about(self, subject: str, *, limit: int = 100) -> list[AuditEntry]:
        """Return rows about a subject, newest first; the member themselves, manager, system.

        Rows about members that were merged into this one are included.
        """
        await self._context.write_looks()
        subjects = await self._visible_subjects(subject)
        if not subjects:
            return []
        rows = await self._session.scalars(
            select(AuditRow)
            .where(AuditRow.subject.in_(subjects))
            .order_by(AuditRow.at.desc(), AuditRow.id.desc())
            .limit(limit)
        )
        return [_to_entry(row) for row in rows]

    async def _visible_subjects(self, subject: str) -> list[str]:
        number = subject.removeprefix(MEMBER_PREFIX)
        if not (subject.startswith(MEMBER_PREFIX) and number.isdecimal()):
            trusted = self._actor.role in (Role.MANAGER, Role.SYSTEM)
            return [subject] if trusted else []
        if self._actor.role in (Role.CLERK, Role.AGENT):
            return []
        kept = await self._context.visible_member(int(number))
        if kept is None:
            return []
        merged = await self._session.scalars(
            select(MemberRow.id).where(MemberRow.merged_into_id == kept)
        )
        return [f"{MEMBER_PREFIX}{member_id}" for member_id in (kept, *merged)]


def _to_entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        at=row.at,
        actor_role=row.actor_role,
        actor_id=row.actor_id,
        action=row.action,
        subject=row.subject,
        purpose=row.purpose,
        detail=row.detail,
    )
