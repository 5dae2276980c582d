"""Appointments: a time at which somebody is expected, and how many can be at once."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NewAppointment:
    """What is needed to make an appointment."""

    reference: str
    """What it is made for, such as a confirmation: a second one of the same is the first."""
    place: str
    """Whose time it takes: a shop's repair desk, a city's technicians."""
    starts_at: datetime
    ends_at: datetime
    capacity: int
    """How many the place takes at that time."""
    case_number: str | None = None


@dataclass(frozen=True, slots=True)
class Appointment:
    """A time that is kept for somebody."""

    id: int
    reference: str
    place: str
    starts_at: datetime
    ends_at: datetime
    case_number: str | None
