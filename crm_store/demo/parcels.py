"""What happens to an online order after it was placed, as far as it has come by now."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from crm_store.demo.chance import Chance, Wheel
from crm_store.demo.places import City
from crm_store.types.orders import ShipmentState
from crm_store.types.text import LocalText

CARRIERS = Wheel(
    (
        (("SF Express", "SF1", 12), 0.5),
        (("JD Logistics", "JDX0", 11), 0.2),
        (("ZTO Express", "7", 13), 0.18),
        (("YTO Express", "YT", 13), 0.12),
    )
)
"""Name, and prefix and number of digits of its tracking numbers."""
WAREHOUSE = LocalText("上海青浦仓", "Qingpu Warehouse, Shanghai")
HUB = LocalText("上海转运中心", "Shanghai Sorting Centre")
TROUBLE_SHARE = 0.012
LATE_SHARE = 0.06
MORNING = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a track."""

    at: datetime
    state: ShipmentState
    place: LocalText


@dataclass(slots=True)
class Parcel:
    """A parcel with the part of its track that lies in the past."""

    carrier: str
    tracking_number: str
    shipped_at: datetime
    expected_on: date
    events: list[Event] = field(default_factory=list)

    @property
    def delivered_at(self) -> datetime | None:
        """When it arrived, if it has."""
        last = self.events[-1]
        return last.at if last.state is ShipmentState.DELIVERED else None

    @property
    def troubled(self) -> bool:
        """Whether something went wrong on its way."""
        return any(event.state is ShipmentState.EXCEPTION for event in self.events)


def send(packed_at: datetime, city: City, now: datetime, chance: Chance) -> Parcel | None:
    """Return the parcel of an order packed then; ``None`` when it is still in the warehouse."""
    track = _track(packed_at, city, chance)
    past = [event for event in track if event.at <= now]
    shipped_at = track[1].at
    if shipped_at > now:
        return None
    carrier, prefix, digits = CARRIERS.spin(chance)
    expected_on = (shipped_at + timedelta(days=city.days)).date()
    return Parcel(carrier, prefix + chance.digits(digits), shipped_at, expected_on, past)


def _track(packed_at: datetime, city: City, chance: Chance) -> list[Event]:
    """Return the whole track, the part that lies in the future included."""
    shipped = packed_at + timedelta(minutes=chance.randint(30, 600))
    days = city.days + (chance.randint(1, 3) if chance.happens(LATE_SHARE) else 0)
    arrival_day = shipped.replace(hour=0, minute=0, second=0) + timedelta(days=days)
    out = arrival_day + MORNING + timedelta(minutes=chance.randint(0, 240))
    delivered = out + timedelta(minutes=chance.randint(40, 480))
    centre = LocalText(f"{city.name.zh}转运中心", f"{city.name.en} Sorting Centre")
    station = LocalText(f"{city.name.zh}配送站", f"{city.name.en} Delivery Station")
    door = LocalText(city.name.zh, city.name.en)
    leaving = shipped + (out - shipped) * 0.3
    arriving = shipped + (out - shipped) * 0.8
    events = [
        Event(packed_at, ShipmentState.CREATED, WAREHOUSE),
        Event(shipped, ShipmentState.PICKED_UP, WAREHOUSE),
        Event(_second(leaving), ShipmentState.IN_TRANSIT, HUB),
        Event(_second(arriving), ShipmentState.IN_TRANSIT, centre),
        Event(out, ShipmentState.OUT_FOR_DELIVERY, station),
    ]
    if chance.happens(TROUBLE_SHARE):
        events.append(Event(delivered, ShipmentState.EXCEPTION, station))
        again = out + timedelta(days=1)
        events.append(Event(again, ShipmentState.OUT_FOR_DELIVERY, station))
        delivered = again + timedelta(minutes=chance.randint(40, 480))
    return [*events, Event(delivered, ShipmentState.DELIVERED, door)]


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
