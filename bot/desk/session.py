"""Staff sessions: a signed cookie names the account; the account is looked up each time.

The cookie is ``HttpOnly`` and ``SameSite=Strict`` and is sent to ``/desk`` alone. Looking the
account up on every page and every refresh makes a disabled account lose the desk at once.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import jwt

from crm_store.errors import NotPermittedError
from crm_store.ports import CrmStore, UnitOfWork
from crm_store.types.actors import STAFF_ROLES, SYSTEM, Actor, Role, Surface
from crm_store.types.people import Staff

COOKIE: Final = "huike_desk"
AUDIENCE: Final = "huike:desk"
LIFETIME: Final = timedelta(hours=12)
"""One working day."""
DESK_ROLES: Final = frozenset({Role.AGENT, Role.MANAGER})
"""Who answers customers."""
BOARD_ROLES: Final = frozenset({Role.MANAGER})
"""Who sees the figures and decides on examples."""
CLERK_ROLES: Final = frozenset({Role.CLERK, Role.MANAGER})
"""Who asks the assistant about members and stock."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in."""

    staff: Staff
    ends: datetime

    @property
    def home(self) -> str:
        """Where this account's work is."""
        return "/desk/" if self.staff.role in DESK_ROLES else "/desk/clerk"

    @property
    def actor(self) -> Actor:
        """On whose behalf the desk reads and acts."""
        staff = self.staff
        return Actor(staff.role, staff_id=staff.id, store_id=staff.store_id, surface=Surface.DESK)


@dataclass(frozen=True, slots=True)
class Sessions:
    """Makes and reads session cookies."""

    store: CrmStore
    key: str

    async def log_in(self, login: str, password: str) -> Session | None:
        """Return a new session, or ``None`` for a wrong login or password."""
        # Checking a password takes long on purpose: not while holding the lock for writing.
        async with self.store.reading(SYSTEM) as uow:
            staff = await uow.staff.authenticate(login, password)
        if staff is None or staff.role not in STAFF_ROLES:
            return None
        return Session(staff, datetime.now(UTC) + LIFETIME)

    def cookie(self, session: Session) -> str:
        """Return the cookie's value."""
        claims = {
            "sub": str(session.staff.id),
            "aud": AUDIENCE,
            "iat": datetime.now(UTC),
            "exp": session.ends,
        }
        return jwt.encode(claims, self.key, "HS256")

    async def read(self, cookie: str | None) -> Session | None:
        """Return the session of an active account that a cookie names."""
        try:
            claims = jwt.decode(
                cookie or "",
                self.key,
                algorithms=["HS256"],
                audience=AUDIENCE,
                options={"require": ["sub", "aud", "exp"]},
            )
            staff_id, ends = int(claims["sub"]), datetime.fromtimestamp(claims["exp"], UTC)
        except (jwt.InvalidTokenError, ValueError):
            return None
        async with self.store.reading(SYSTEM) as uow:
            found = await uow.staff.get(staff_id)
        in_service = found is not None and found.active and found.role in STAFF_ROLES
        return Session(found, ends) if found is not None and in_service else None


async def require_service(uow: UnitOfWork) -> None:
    """Raise `NotPermittedError` unless the acting account may still use the desk."""
    staff_id = uow.actor.staff_id
    staff = await uow.staff.get(staff_id) if staff_id is not None else None
    if staff is None or not staff.active or staff.role not in DESK_ROLES:
        raise NotPermittedError("the account may not use the desk")
