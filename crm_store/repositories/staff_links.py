"""Telegram accounts of staff, tied by a link that works once and for ten minutes."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.errors import NotFoundError, NotPermittedError
from crm_store.models import StaffRow, TelegramLinkRow
from crm_store.repositories.context import Repository
from crm_store.types.actors import Role

LINK_LIFETIME = timedelta(minutes=10)
LINK_BYTES = 24
"""192 random bits: 32 characters, of which Telegram allows 64 in a deep link."""


class StaffLinks(Repository):
    """Making and using links."""

    async def telegram_link(self, staff_id: int) -> str:
        """Return a new token for an active account, and void its earlier ones."""
        own = self._actor.is_staff and self._actor.staff_id == staff_id
        if not own and self._actor.role not in (Role.MANAGER, Role.SYSTEM):
            raise NotPermittedError("a link is made for oneself, or by a manager")
        staff = await self._session.get(StaffRow, staff_id)
        if staff is None or not staff.active:
            raise NotFoundError(f"no active staff account {staff_id}")
        now, token = self._now(), secrets.token_urlsafe(LINK_BYTES)
        await void_links(self._session, staff_id)
        self._session.add(
            TelegramLinkRow(
                digest=_digest(token), staff_id=staff_id, expires_at=now + LINK_LIFETIME
            )
        )
        await self._context.record("staff.telegram_link", f"staff:{staff_id}")
        return token

    async def _use_link(self, token: str, telegram_user: str) -> StaffRow | None:
        """Tie a Telegram account to the link's staff account; ``None`` when the link is void.

        Somebody who changes accounts takes the Telegram account along.
        """
        now = self._now()
        staff_id = await self._session.scalar(
            update(TelegramLinkRow)
            .where(
                TelegramLinkRow.digest == _digest(token),
                TelegramLinkRow.used_at.is_(None),
                TelegramLinkRow.expires_at > now,
            )
            .values(used_at=now)
            .returning(TelegramLinkRow.staff_id)
            .execution_options(synchronize_session=False)
        )
        row = None if staff_id is None else await self._session.get(StaffRow, staff_id)
        if row is None or not row.active:
            return None
        await self._session.execute(
            update(StaffRow)
            .where(StaffRow.telegram_user == telegram_user, StaffRow.id != row.id)
            .values(telegram_user=None)
        )
        row.telegram_user = telegram_user
        await self._session.flush()
        await self._context.record("staff.telegram_bound", f"staff:{row.id}")
        return row

    async def _bound_to(self, telegram_user: str) -> StaffRow | None:
        return await self._session.scalar(
            select(StaffRow).where(StaffRow.telegram_user == telegram_user, StaffRow.active)
        )


async def void_links(session: AsyncSession, staff_id: int) -> None:
    """Let no link of an account work any more."""
    await session.execute(
        update(TelegramLinkRow)
        .where(TelegramLinkRow.staff_id == staff_id, TelegramLinkRow.used_at.is_(None))
        .values(used_at=TelegramLinkRow.expires_at)
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
