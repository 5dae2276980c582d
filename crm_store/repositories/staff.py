"""Staff accounts, passwords by Argon2id."""

import asyncio
from collections.abc import Collection
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crm_store.errors import ConflictError, InvalidRecordError, NotFoundError
from crm_store.models import StaffRow
from crm_store.repositories.staff_links import StaffLinks
from crm_store.types.actors import STAFF_ROLES, Role
from crm_store.types.people import Staff

_HASHER = PasswordHasher()
SHORTEST_PASSWORD = 6


@cache
def _nobodys_hash() -> str:
    """A hash to check against when the login is unknown, so that it takes as long."""
    return _HASHER.hash("nobody")


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password.encode("utf-8", "replace"))
    except VerifyMismatchError:
        return False


class StaffRepository(StaffLinks):
    """The port's `StaffAccounts`."""

    async def authenticate(self, login: str, password: str) -> Staff | None:
        """Return the active account whose password this is; wrong and unknown look alike."""
        row = await self._session.scalar(select(StaffRow).where(StaffRow.login == login.strip()))
        password_hash = row.password_hash if row is not None and row.active else _nobodys_hash()
        matches = await asyncio.to_thread(_matches, password_hash, password)
        return _to_staff(row) if matches and row is not None and row.active else None

    async def get(self, staff_id: int) -> Staff | None:
        """Return an account; staff and system only."""
        if not self._context.is_trusted:
            return None
        row = await self._session.get(StaffRow, staff_id)
        return None if row is None else _to_staff(row)

    async def add(
        self, login: str, name: str, password: str, role: Role, store_id: str | None = None
    ) -> Staff:
        """Add an account; manager and system only. Raises `ConflictError` when it is taken."""
        self._context.require(Role.MANAGER, Role.SYSTEM)
        if role not in STAFF_ROLES:
            raise InvalidRecordError("role: expected clerk, agent or manager")
        if not login.strip() or len(password) < SHORTEST_PASSWORD:
            raise InvalidRecordError(
                f"expected a login and a password of {SHORTEST_PASSWORD} characters or more"
            )
        row = StaffRow(
            login=login.strip(),
            name=name,
            password_hash=await asyncio.to_thread(_HASHER.hash, password),
            role=role,
            store_id=store_id,
            languages=["zh", "en"],
            active=True,
        )
        await self._insert(row)
        await self._context.record("staff.add", f"staff:{row.id}", {"role": role.value})
        return _to_staff(row)

    async def all(self) -> list[Staff]:
        """Return all accounts; manager and system only."""
        if self._actor.role not in (Role.MANAGER, Role.SYSTEM):
            return []
        rows = await self._session.scalars(select(StaffRow).order_by(StaffRow.id))
        return [_to_staff(row) for row in rows]

    async def bind_telegram(self, token: str, telegram_user: str) -> Staff | None:
        """Tie a Telegram account to the account whose link this is; system only."""
        self._context.require(Role.SYSTEM)
        row = await self._use_link(token, telegram_user)
        return None if row is None else _to_staff(row)

    async def by_telegram(self, telegram_user: str) -> Staff | None:
        """Return the active account that a Telegram account acts for; system only."""
        self._context.require(Role.SYSTEM)
        row = await self._bound_to(telegram_user)
        return None if row is None else _to_staff(row)

    async def arrange(
        self,
        staff_id: int,
        *,
        skills: Collection[str] | None = None,
        languages: Collection[str] | None = None,
        max_load: int | None = None,
    ) -> Staff:
        """Change what somebody is given to do; manager and system only."""
        self._context.require(Role.MANAGER, Role.SYSTEM)
        if languages is not None and not languages:
            raise InvalidRecordError("languages: expected at least one")
        if max_load is not None and max_load < 0:
            raise InvalidRecordError("max_load: expected 0 or more")
        row = await self._session.get(StaffRow, staff_id)
        if row is None:
            raise NotFoundError(f"no staff account {staff_id}")
        row.skills = row.skills if skills is None else sorted(set(skills))
        row.languages = row.languages if languages is None else sorted(set(languages))
        row.max_load = row.max_load if max_load is None else max_load
        await self._context.record("staff.arrange", f"staff:{row.id}")
        await self._session.flush()
        return _to_staff(row)

    async def _insert(self, row: StaffRow) -> None:
        try:
            async with self._session.begin_nested():
                self._session.add(row)
        except IntegrityError as error:
            raise ConflictError(f"the login {row.login} is taken") from error


def _to_staff(row: StaffRow) -> Staff:
    return Staff(
        id=row.id,
        login=row.login,
        name=row.name,
        role=row.role,
        store_id=row.store_id,
        active=row.active,
        languages=tuple(row.languages),
        skills=tuple(row.skills),
        max_load=row.max_load,
    )
