"""Desk sessions: a signed cookie names the staff account; the account is looked up each time.

The cookie is ``HttpOnly`` and ``SameSite=Strict`` and is sent to ``/desk`` alone. Looking the
account up on every page and every refresh makes a disabled account lose the desk at once.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import jwt

from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM, Actor, Role
from crm_store.types.people import Staff

COOKIE: Final = "huike_desk"
AUDIENCE: Final = "huike:desk"
LIFETIME: Final = timedelta(hours=12)
"""One working day."""
DESK_ROLES: Final = frozenset({Role.AGENT, Role.MANAGER})


@dataclass(frozen=True, slots=True)
class Sessions:
    """Makes and reads session cookies."""

    store: CrmStore
    key: str

    async def log_in(self, login: str, password: str) -> str | None:
        """Return a cookie value for a staff account that may use the desk, else ``None``."""
        async with self.store.writing(SYSTEM) as uow:
            staff = await uow.staff.authenticate(login, password)
            if staff is None or staff.role not in DESK_ROLES:
                await uow.audit.record("desk_login_refused", "desk")
                return None
            await uow.audit.record("desk_login", f"staff:{staff.id}")
        now = datetime.now(UTC)
        claims = {"sub": str(staff.id), "aud": AUDIENCE, "iat": now, "exp": now + LIFETIME}
        return jwt.encode(claims, self.key, "HS256")

    async def staff(self, cookie: str | None) -> Staff | None:
        """Return the active account that a cookie names."""
        staff_id = self._staff_id(cookie)
        if staff_id is None:
            return None
        async with self.store.reading(SYSTEM) as uow:
            found = await uow.staff.get(staff_id)
        return found if found and found.active and found.role in DESK_ROLES else None

    def _staff_id(self, cookie: str | None) -> int | None:
        try:
            claims = jwt.decode(cookie or "", self.key, algorithms=["HS256"], audience=AUDIENCE)
            return int(claims["sub"])
        except (jwt.InvalidTokenError, KeyError, ValueError):
            return None


def actor_of(staff: Staff) -> Actor:
    """Return on whose behalf the desk reads and acts."""
    return Actor(staff.role, staff_id=staff.id, store_id=staff.store_id, purpose="desk")
