"""Orders, their parcels and payments."""

import hmac
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.models import AuditRow, ConversationRow, OrderRow
from crm_store.repositories.context import audit_row
from crm_store.repositories.identities import tail_index
from crm_store.repositories.order_rows import to_order, whole_orders
from crm_store.repositories.order_writing import OrderWriting
from crm_store.types.actors import Role
from crm_store.types.orders import Order

WRONG_TAILS = 5
"""How many wrong phone tails an order number bears within `LOCK_WINDOW`."""
LOCK_WINDOW = timedelta(hours=1)
OPENED, REFUSED, LOCKED = "order.open", "order.open.refused", "order.open.locked"
DIGEST_LENGTH = 24


class OrdersRepository(OrderWriting):
    """The port's `Orders`."""

    async def for_member(self, member_id: int, *, limit: int = 5) -> list[Order]:
        """Return a member's orders, newest first."""
        kept = await self._context.visible_member(member_id)
        if kept is None:
            return []
        rows = await self._session.scalars(
            whole_orders()
            .where(OrderRow.member_id == kept)
            .order_by(OrderRow.placed_at.desc(), OrderRow.id.desc())
            .limit(limit)
        )
        await self._context.saw("order.view", [f"member:{kept}"])
        return [to_order(row, self._context.vault) for row in rows]

    async def by_number(self, number: str) -> Order | None:
        """Return an order that the actor may see: their own, one opened in their conversation,
        or any for staff and system.
        """
        row = await self._session.scalar(whole_orders().where(OrderRow.number == number.strip()))
        if row is None or not await self._may_see(row):
            return None
        await self._context.saw("order.view", [_subject_of(row)])
        return to_order(row, self._context.vault)

    async def open(self, number: str, phone_tail: str) -> Order | None:
        """Return an order to anybody who knows its number and its phone's last four digits.

        An unknown number, a wrong tail and too many wrong tails give the same answer, ``None``.
        Each try is audited, and stays so when the caller's reading unit of work fails.
        """
        number = number.strip()
        await self._context.write_looks()
        async with self._context.recording() as session:
            row = await session.scalar(
                whole_orders().where(OrderRow.number == number).with_for_update(key_share=True)
            )
            subject = self._tried(number, row)
            outcome = await self._outcome(session, subject, row, phone_tail)
            session.add(audit_row(self._actor, self._now(), outcome, subject, {}))
            if row is None or outcome != OPENED:
                return None
            return to_order(row, self._context.vault)

    async def _outcome(
        self, session: AsyncSession, subject: str, row: OrderRow | None, phone_tail: str
    ) -> str:
        locked = await self._wrong_tails(session, subject) > WRONG_TAILS
        if locked and not (row is not None and await self._owns(row)):
            return LOCKED
        asked = tail_index(self._context.vault, phone_tail) or ""
        known = (row.phone_tail_index if row is not None else None) or "none"
        return OPENED if hmac.compare_digest(asked, known) else REFUSED

    def _tried(self, number: str, row: OrderRow | None) -> str:
        """Return how the audit calls what was asked for.

        A number that no order has may be anything, a phone too: the audit keeps a digest of it.
        """
        if row is not None:
            return f"order:{row.number}"
        return f"order:?{self._context.vault.blind_index('order number', number)[:DIGEST_LENGTH]}"

    async def _wrong_tails(self, session: AsyncSession, subject: str) -> int:
        count = await session.scalar(
            select(func.count(AuditRow.id)).where(
                AuditRow.subject == subject,
                AuditRow.at > self._now() - LOCK_WINDOW,
                AuditRow.action == REFUSED,
            )
        )
        return count or 0

    async def _may_see(self, row: OrderRow) -> bool:
        return self._context.is_trusted or await self._owns(row) or await self._opened_here(row)

    async def _owns(self, row: OrderRow) -> bool:
        if self._actor.role is not Role.CUSTOMER or row.member_id is None:
            return False
        return await self._context.visible_member(row.member_id) is not None

    async def _opened_here(self, row: OrderRow) -> bool:
        if self._actor.conversation_id is None:
            return False
        opened = await self._session.scalar(
            select(ConversationRow.opened_orders).where(
                ConversationRow.id == self._actor.conversation_id
            )
        )
        return row.number in (opened or ())


def _subject_of(row: OrderRow) -> str:
    return f"order:{row.number}" if row.member_id is None else f"member:{row.member_id}"
