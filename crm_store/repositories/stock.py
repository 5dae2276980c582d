"""Goods that are held for somebody.

The stock table says what a store has; what is free is that less what is held and not yet expired.
"""

import base64
from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import Select, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.errors import InvalidRecordError, OutOfStockError
from crm_store.models import CaseRow, ReservationRow, StockRow, VariantRow
from crm_store.repositories.cases import CasesRepository
from crm_store.repositories.context import Repository
from crm_store.types.actors import Role
from crm_store.types.cases import CaseKind
from crm_store.types.reservations import HoldState, NewReservation, Reservation

EXPIRED: Final = "expired"
"""State of the case of somebody who did not come, or did not send the goods back."""
_ENDING_WITH_IT: Final = (CaseKind.PICKUP, CaseKind.EXCHANGE)
_CODE_LENGTH: Final = 6
_CODE_DOMAIN: Final = "pickup code"


async def units_held(
    session: AsyncSession, skus: Collection[str], now: datetime
) -> dict[tuple[str, str], int]:
    """Return the units held, by store and SKU."""
    rows = await session.execute(
        select(ReservationRow.store_id, ReservationRow.sku, func.sum(ReservationRow.quantity))
        .where(
            ReservationRow.sku.in_(skus),
            ReservationRow.state == HoldState.HELD,
            ReservationRow.until > now,
        )
        .group_by(ReservationRow.store_id, ReservationRow.sku)
    )
    return {(store_id, sku): int(units) for store_id, sku, units in rows}


class StockRepository(Repository):
    """The port's `Stock`."""

    async def reserve(self, new: NewReservation) -> Reservation:
        """Hold goods, once for each reference."""
        self._context.require(Role.SYSTEM)
        if new.until <= self._now():
            raise InvalidRecordError("reservation: until must be a time to come")
        shelf = await self._shelf(new.store_id, new.sku)
        if (before := await self._one(new.reference)) is not None:
            return before
        await self._require_free(shelf, new.store_id, new.sku, new.quantity)
        row = ReservationRow(
            reference=new.reference,
            store_id=new.store_id,
            sku=new.sku,
            quantity=new.quantity,
            until=new.until,
            state=HoldState.HELD,
            case_id=await self._case_id(new.case_number),
        )
        self._session.add(row)
        await self._session.flush()
        return _to_reservation(row, new.case_number)

    async def release(self, reference: str) -> bool:
        """Make held goods free again."""
        self._context.require(Role.SYSTEM)
        row = await self._held(reference)
        if row is None:
            return False
        row.state = HoldState.RELEASED
        return True

    async def hand_over(self, reference: str) -> bool:
        """Give held goods to whom they are held for."""
        self._context.require(Role.SYSTEM)
        row = await self._held(reference)
        if row is None or row.until <= self._now():
            return False
        row.state = HoldState.HANDED_OVER
        shelf = await self._shelf(row.store_id, row.sku)
        if shelf is not None:
            shelf.quantity = max(0, shelf.quantity - row.quantity)
        return True

    async def release_expired(self) -> int:
        """Write down which goods nobody came for, and close the cases they belong to."""
        self._context.require(Role.SYSTEM)
        now = self._now()
        late = and_(ReservationRow.state == HoldState.HELD, ReservationRow.until <= now)
        await self._session.execute(
            update(CaseRow)
            .where(
                CaseRow.id.in_(select(ReservationRow.case_id).where(late)),
                CaseRow.kind.in_(_ENDING_WITH_IT),
                CaseRow.closed_at.is_(None),
            )
            .values(state=EXPIRED, closed_at=now)
            .execution_options(synchronize_session=False)
        )
        released = await self._session.execute(
            update(ReservationRow)
            .where(late)
            .values(state=HoldState.RELEASED)
            .returning(ReservationRow.id)
            .execution_options(synchronize_session=False)
        )
        return len(released.all())

    async def for_case(self, case_number: str) -> list[Reservation]:
        """Return what is or was held for a case that the actor may see."""
        if await CasesRepository(self._context).by_number(case_number) is None:
            return []
        rows = await self._session.execute(
            _reservations().where(CaseRow.number == case_number).order_by(ReservationRow.id)
        )
        return [_to_reservation(*row) for row in rows]

    async def take(self, store_id: str, sku: str, quantity: int) -> None:
        """Take free units out of a store."""
        self._context.require(Role.SYSTEM)
        shelf = await self._shelf(store_id, sku)
        await self._require_free(shelf, store_id, sku, quantity)
        if shelf is not None:
            shelf.quantity -= quantity
            await self._session.flush()

    async def put_back(self, store_id: str, sku: str, quantity: int) -> None:
        """Put units into a store; a SKU that is not sold any more is left out."""
        self._context.require(Role.SYSTEM)
        if quantity < 1:
            raise InvalidRecordError("stock: at least one unit")
        shelf = await self._shelf(store_id, sku)
        if shelf is not None:
            shelf.quantity += quantity
        elif await self._session.get(VariantRow, sku) is not None:
            self._session.add(
                StockRow(store_id=store_id, sku=sku, quantity=quantity, updated_at=self._now())
            )
        await self._session.flush()

    def pickup_code(self, reference: str) -> str:
        """Return a keyed digest of the reference."""
        digest = bytes.fromhex(self._context.vault.blind_index(_CODE_DOMAIN, reference))
        return base64.b32encode(digest).decode()[:_CODE_LENGTH]

    async def _require_free(
        self, shelf: StockRow | None, store_id: str, sku: str, quantity: int
    ) -> None:
        if quantity < 1:
            raise InvalidRecordError("stock: at least one unit")
        held = await units_held(self._session, [sku], self._now())
        free = (shelf.quantity if shelf else 0) - held.get((store_id, sku), 0)
        if quantity > free:
            raise OutOfStockError(f"{sku} in {store_id}: {quantity} wanted, {max(0, free)} free")

    async def _shelf(self, store_id: str, sku: str) -> StockRow | None:
        """Return the stock row, locked: those who want the last unit take turns."""
        return await self._session.scalar(
            select(StockRow)
            .where(StockRow.store_id == store_id, StockRow.sku == sku)
            .with_for_update()
        )

    async def _held(self, reference: str) -> ReservationRow | None:
        return await self._session.scalar(
            select(ReservationRow)
            .where(ReservationRow.reference == reference, ReservationRow.state == HoldState.HELD)
            .with_for_update()
        )

    async def _one(self, reference: str) -> Reservation | None:
        found = await self._session.execute(
            _reservations().where(ReservationRow.reference == reference)
        )
        row = found.one_or_none()
        return None if row is None else _to_reservation(*row)

    async def _case_id(self, number: str | None) -> int | None:
        if number is None:
            return None
        found = await self._session.scalar(select(CaseRow.id).where(CaseRow.number == number))
        if found is None:
            raise InvalidRecordError(f"reservation: there is no case {number}")
        return found


def _reservations() -> Select[ReservationRow, str | None]:
    return select(ReservationRow, CaseRow.number).outerjoin(
        CaseRow, CaseRow.id == ReservationRow.case_id
    )


def _to_reservation(row: ReservationRow, case_number: str | None) -> Reservation:
    return Reservation(
        id=row.id,
        reference=row.reference,
        store_id=row.store_id,
        sku=row.sku,
        quantity=row.quantity,
        until=row.until,
        state=row.state,
        case_number=case_number,
    )
