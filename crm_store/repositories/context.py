"""What every repository works with: one session for one actor, and who may see what."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias, cast

from sqlalchemy import Table, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.errors import InvalidRecordError, NotPermittedError
from crm_store.loyalty.rules import load_rules
from crm_store.models import AuditRow, Base, ConversationRow, MemberRow
from crm_store.repositories.bulk import insert_rows
from crm_store.types.actors import Actor, Role
from crm_store.types.conversations import JSONObject
from crm_store.types.loyalty import LoyaltyRules
from crm_store.types.people import MemberStatus
from crm_store.vault import Vault

Clock: TypeAlias = Callable[[], datetime]
"""Returns the time, aware of its zone."""

AUDIT = cast("Table", AuditRow.__table__)
REPEATED_LOOK = timedelta(minutes=10)
"""A desk that shows a conversation asks for it every second; one audit row covers so long."""


def audit_values(
    actor: Actor, at: datetime, action: str, subject: str, detail: JSONObject
) -> dict[str, Any]:
    """Return the columns of an audit row: who the actor is, why it asks and where."""
    return {
        "at": at,
        "actor_role": actor.role.value,
        "actor_id": actor.staff_id if actor.is_staff else actor.member_id,
        "action": action,
        "subject": subject,
        "purpose": actor.why,
        "detail": detail,
        "conversation_id": actor.conversation_id,
    }


def audit_row(
    actor: Actor, at: datetime, action: str, subject: str, detail: JSONObject
) -> AuditRow:
    """Return the row of what `audit_values` says."""
    return AuditRow(**audit_values(actor, at, action, subject, detail))


@dataclass(slots=True)
class Context:
    """One unit of work, seen from the repositories."""

    session: AsyncSession
    actor: Actor
    vault: Vault
    clock: Clock
    recording: Callable[[], AbstractAsyncContextManager[AsyncSession]]
    """A session that may write: this one, or while only reading, one that commits apart.

    What it writes stays, whatever becomes of the reading unit of work; and a reader on SQLite
    could not become a writer once somebody else has written.
    """
    rules: LoyaltyRules = field(default_factory=load_rules)
    """The rules of the loyalty programme."""
    locked: dict[int, ConversationRow] = field(default_factory=dict)
    """Conversations this unit of work has locked: nobody else can change them until it ends."""
    _kept: dict[int, int | None] = field(default_factory=dict)
    _seen: set[tuple[str, str]] = field(default_factory=set)
    _looks: list[dict[str, Any]] = field(default_factory=list)

    def require(self, *roles: Role) -> None:
        """Raise `NotPermittedError` unless the actor has one of these roles."""
        if self.actor.role not in roles:
            raise NotPermittedError(f"{self.actor.role} may not do this")

    @property
    def is_trusted(self) -> bool:
        """Whether the actor is staff or the system, who may look for anybody."""
        return self.actor.is_staff or self.actor.role is Role.SYSTEM

    async def kept_member(self, member_id: int) -> int | None:
        """Return the member itself, or whom it was merged into; None when there is none."""
        if member_id not in self._kept:
            self._kept[member_id] = await self._follow_merges(member_id)
        return self._kept[member_id]

    def stands(self, member_id: int) -> None:
        """Note that a member was just read and is merged into nobody, nor erased."""
        self._kept[member_id] = member_id

    def forget_merges(self) -> None:
        """Look anew who is merged into whom: this unit of work has changed it."""
        self._kept.clear()

    async def _follow_merges(self, member_id: int) -> int | None:
        found, following = None, member_id
        while following is not None and following != found:
            found = following
            row = (
                await self.session.execute(
                    select(MemberRow.merged_into_id, MemberRow.status).where(
                        MemberRow.id == following
                    )
                )
            ).one_or_none()
            if row is None or row.status is MemberStatus.ERASED:
                return None
            following = row.merged_into_id
        return found

    async def visible_member(self, member_id: int) -> int | None:
        """Return the kept member's id if it exists and the actor may see it."""
        if not self.is_trusted and self.actor.role is not Role.CUSTOMER:
            return None
        kept = await self.kept_member(member_id)
        if kept is None or self.is_trusted:
            return kept
        own = self.actor.member_id
        return kept if own is not None and await self.kept_member(own) == kept else None

    async def saw(
        self, action: str, subjects: Collection[str], *, repeated: timedelta | None = None
    ) -> None:
        """Audit that staff saw these subjects, once a unit of work (or once per ``repeated``).

        The rows are written together, by `write_looks`.
        """
        fresh = {name for name in subjects if (action, name) not in self._seen}
        if not fresh or not self.actor.is_staff:
            return
        if repeated is not None:
            fresh -= await self._seen_since(action, fresh, self.clock() - repeated)
        self._seen.update((action, name) for name in subjects)
        now = self.clock()
        self._looks += [audit_values(self.actor, now, action, one, {}) for one in sorted(fresh)]

    async def write_looks(self) -> None:
        """Write what staff saw so far: at the latest with the commit of what they saw it in."""
        if self._looks:
            looks, self._looks = self._looks, []
            async with self.recording() as session:
                await insert_rows(session, AUDIT, looks)

    async def _seen_since(self, action: str, subjects: Collection[str], at: datetime) -> set[str]:
        rows = await self.session.scalars(
            select(AuditRow.subject)
            .where(
                AuditRow.subject.in_(subjects),
                AuditRow.at > at,
                AuditRow.action == action,
                AuditRow.actor_role == self.actor.role.value,
                AuditRow.actor_id == self.actor.staff_id,
            )
            .distinct()
        )
        return set(rows)

    async def record(self, action: str, subject: str, detail: JSONObject | None = None) -> None:
        """Write an audit row, whatever kind of unit of work this is; looks before it come first."""
        await self.write_looks()
        async with self.recording() as session:
            session.add(audit_row(self.actor, self.clock(), action, subject, detail or {}))

    async def upsert(self, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
        """Insert rows, or update those whose primary key exists.

        Raises `InvalidRecordError` when one refers to something that is not there.
        """
        if not rows:
            return
        statement = self.insert(table)
        keys = [column.name for column in inspect(table).primary_key]
        values = {name: statement.excluded[name] for name in rows[0] if name not in keys}
        try:
            await self.session.execute(
                statement.on_conflict_do_update(index_elements=keys, set_=values), rows
            )
        except IntegrityError as error:
            raise InvalidRecordError(
                f"{table.__tablename__}: a record refers to something unknown"
            ) from error

    def insert(self, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
        """Return the database's own INSERT, which knows ON CONFLICT."""
        if self.session.get_bind().dialect.name == "postgresql":
            return postgresql.insert(table)
        return sqlite.insert(table)


class Repository:
    """Base of repositories."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def _session(self) -> AsyncSession:
        return self._context.session

    @property
    def _actor(self) -> Actor:
        return self._context.actor

    def _now(self) -> datetime:
        return self._context.clock()
