"""Port of appointments."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from crm_store.types.appointments import Appointment, NewAppointment


class Appointments(Protocol):
    """Times that are kept for somebody; no place takes more at once than it can."""

    async def taken(self, place: str, since: datetime, until: datetime) -> Mapping[datetime, int]:
        """Return how many appointments begin at each time of a span; anybody may ask."""

    async def book(self, new: NewAppointment) -> Appointment:
        """Keep a time, once for each reference; system only.

        Raises `ConflictError` when the place takes no more at that time.
        """

    async def move(self, reference: str, new: NewAppointment) -> Appointment:
        """Give up the time kept for a reference and keep ``new``; system only.

        Raises `ConflictError` when the place takes no more at that time; rolled back, the old time
        stays kept.
        """

    async def release(self, reference: str) -> None:
        """Give up the time kept for a reference, if there is one; system only."""
