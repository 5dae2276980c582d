"""Appointments."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, select

from crm_store.errors import ConflictError, InvalidRecordError
from crm_store.models import AppointmentRow, CaseRow
from crm_store.repositories.context import Repository
from crm_store.types.actors import Role
from crm_store.types.appointments import Appointment, NewAppointment


class AppointmentsRepository(Repository):
    """The port's `Appointments`."""

    async def taken(self, place: str, since: datetime, until: datetime) -> Mapping[datetime, int]:
        """Return how many appointments begin at each time of a span."""
        rows = await self._session.execute(
            select(AppointmentRow.starts_at, func.count(AppointmentRow.id))
            .where(
                AppointmentRow.place == place,
                AppointmentRow.starts_at >= since,
                AppointmentRow.starts_at < until,
            )
            .group_by(AppointmentRow.starts_at)
        )
        return {starts_at: int(count) for starts_at, count in rows}

    async def book(self, new: NewAppointment) -> Appointment:
        """Keep a time, once for each reference."""
        self._context.require(Role.SYSTEM)
        if new.starts_at <= self._now() or new.ends_at <= new.starts_at:
            raise InvalidRecordError("appointment: it must begin in time to come, and then end")
        if (before := await self._one(new.reference)) is not None:
            return before
        values = {
            "reference": new.reference,
            "place": new.place,
            "starts_at": new.starts_at,
            "ends_at": new.ends_at,
            "seat": await self._free_seat(new),
            "case_id": await self._case_id(new.case_number),
        }
        # Who takes the same seat at the same moment gets nothing here, and is told so below.
        insert = self._context.insert(AppointmentRow).values(values)
        await self._session.execute(insert.on_conflict_do_nothing())
        booked = await self._one(new.reference)
        if booked is None:
            raise ConflictError(f"{new.place}: somebody else took the time")
        return booked

    async def move(self, reference: str, new: NewAppointment) -> Appointment:
        """Give up a time and keep another."""
        await self.release(reference)
        return await self.book(new)

    async def release(self, reference: str) -> None:
        """Give up a time."""
        self._context.require(Role.SYSTEM)
        await self._session.execute(
            delete(AppointmentRow).where(AppointmentRow.reference == reference)
        )

    async def _free_seat(self, new: NewAppointment) -> int:
        rows = await self._session.scalars(
            select(AppointmentRow.seat).where(
                AppointmentRow.place == new.place, AppointmentRow.starts_at == new.starts_at
            )
        )
        taken = set(rows)
        free = next((seat for seat in range(new.capacity) if seat not in taken), None)
        if free is None:
            raise ConflictError(f"{new.place} takes no more at {new.starts_at:%Y-%m-%d %H:%M}")
        return free

    async def _one(self, reference: str) -> Appointment | None:
        found = await self._session.execute(
            select(AppointmentRow, CaseRow.number)
            .outerjoin(CaseRow, CaseRow.id == AppointmentRow.case_id)
            .where(AppointmentRow.reference == reference)
        )
        row = found.one_or_none()
        return None if row is None else _to_appointment(*row)

    async def _case_id(self, number: str | None) -> int | None:
        if number is None:
            return None
        found = await self._session.scalar(select(CaseRow.id).where(CaseRow.number == number))
        if found is None:
            raise InvalidRecordError(f"appointment: there is no case {number}")
        return found


def _to_appointment(row: AppointmentRow, case_number: str | None) -> Appointment:
    return Appointment(
        id=row.id,
        reference=row.reference,
        place=row.place,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        case_number=case_number,
    )
