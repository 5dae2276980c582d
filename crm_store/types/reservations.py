"""Goods that are held for somebody until a day."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class HoldState(StrEnum):
    """What became of goods that were held."""

    HELD = "held"
    RELEASED = "released"
    """Free for everybody again."""
    HANDED_OVER = "handed_over"


@dataclass(frozen=True, slots=True)
class NewReservation:
    """What is needed to hold goods."""

    reference: str
    """What they are held for, such as a confirmation: a second one of the same is the first."""
    store_id: str
    sku: str
    quantity: int
    until: datetime
    """From then on they are free again, whether anybody has tidied up or not."""
    case_number: str | None = None


@dataclass(frozen=True, slots=True)
class Reservation:
    """Goods that are, or were, held."""

    id: int
    reference: str
    store_id: str
    sku: str
    quantity: int
    until: datetime
    state: HoldState
    case_number: str | None
