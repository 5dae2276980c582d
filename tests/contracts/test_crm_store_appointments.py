"""What every store promises about appointments."""

from dataclasses import replace
from datetime import timedelta

import pytest
from clocks import HandClock

from crm_store.errors import ConflictError, InvalidRecordError
from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM
from crm_store.types.appointments import NewAppointment


def visit(clock: HandClock, reference: str = "7-1", days: int = 1) -> NewAppointment:
    starts_at = clock() + timedelta(days=days)
    return NewAppointment(reference, "SH01", starts_at, starts_at + timedelta(hours=2), capacity=2)


async def test_a_time_takes_as_many_as_the_place_can(store: CrmStore, clock: HandClock) -> None:
    async with store.writing(SYSTEM) as work:
        first = await work.appointments.book(visit(clock))
        assert await work.appointments.book(visit(clock)) == first
        await work.appointments.book(visit(clock, "7-2"))
        with pytest.raises(ConflictError, match="takes no more"):
            await work.appointments.book(visit(clock, "7-3"))
        await work.appointments.book(replace(visit(clock, "7-3"), place="BJ01"))
        taken = await work.appointments.taken("SH01", clock(), clock() + timedelta(days=2))
    assert taken == {first.starts_at: 2}


async def test_nobody_is_expected_in_the_past(store: CrmStore, clock: HandClock) -> None:
    async with store.writing(SYSTEM) as work:
        with pytest.raises(InvalidRecordError):
            await work.appointments.book(visit(clock, days=-1))


async def test_a_moved_appointment_frees_its_time(store: CrmStore, clock: HandClock) -> None:
    async with store.writing(SYSTEM) as work:
        await work.appointments.book(visit(clock))
        moved = await work.appointments.move("7-1", visit(clock, "7-1", days=2))
        await work.appointments.book(visit(clock, "7-2"))
        await work.appointments.release("7-2")
        await work.appointments.release("7-2")
        taken = await work.appointments.taken("SH01", clock(), clock() + timedelta(days=3))
    assert taken == {moved.starts_at: 1}


async def test_who_cannot_move_keeps_the_time(store: CrmStore, clock: HandClock) -> None:
    async with store.writing(SYSTEM) as work:
        kept = await work.appointments.book(visit(clock))
        for other in ("7-2", "7-3"):
            await work.appointments.book(visit(clock, other, days=2))
    with pytest.raises(ConflictError, match="takes no more"):
        async with store.writing(SYSTEM) as work:
            await work.appointments.move("7-1", visit(clock, "7-1", days=2))
    async with store.reading(SYSTEM) as work:
        taken = await work.appointments.taken("SH01", clock(), kept.ends_at)
    assert taken == {kept.starts_at: 1}
