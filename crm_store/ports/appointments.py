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
