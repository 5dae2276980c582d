"""The rules of the house at the desk: hours, promises, skills, routing."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from bot.policies.learning import LearningRules
from bot.policies.section import Section
from crm_store.types.cases import CaseKind
from crm_store.types.handoffs import HandoffReason, Priority

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: Final[tuple[Day, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_AHEAD: Final = 60
"""Days in which an opening is looked for."""
MIDNIGHT: Final = "24:00"


class Hours(Section):
    """When people are there, on the clock of the shop's own wall."""

    opens: time
    closes: time
    """Midnight (``24:00``, which is ``00:00`` of the next day) ends the day."""
    days: tuple[Day, ...] = DAYS

    @field_validator("opens", "closes", mode="before")
    @classmethod
    def _ends_of_days(cls, value: Any) -> Any:  # noqa: ANN401 - whatever the file says
        return "00:00" if value == MIDNIGHT else value

    def span(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
        """Return when they open and close on a day; ``None`` when they do not."""
        if DAYS[day.weekday()] not in self.days:
            return None
        begins = datetime.combine(day, self.opens, zone)
        ends = datetime.combine(day, self.closes, zone)
        return begins, ends if self.closes > self.opens else ends + timedelta(days=1)


class Holiday(Section):
    """Days on which nobody is there, both included."""

    first: date
    last: date
    stores: tuple[str, ...] = ()
    """Which shops; none: everywhere."""

    @model_validator(mode="after")
    def _in_order(self) -> "Holiday":
        if self.last < self.first:
            raise ValueError("a holiday ends before it begins")
        return self

    def covers(self, day: date, store_id: str | None) -> bool:
        """Whether it is a holiday in a shop, or at the service centre."""
        return self.first <= day <= self.last and (not self.stores or store_id in self.stores)


class ServiceHours(Section):
    """When people are there, by shop."""

    time_zone: ZoneInfo
    centre: Hours
    stores: Mapping[str, Hours]
    holidays: tuple[Holiday, ...]
    call_back_hours: Annotated[int, Field(ge=1)]

    @field_validator("time_zone", mode="before")
    @classmethod
    def _zone(cls, value: Any) -> Any:  # noqa: ANN401 - whatever the file says
        return ZoneInfo(value) if isinstance(value, str) else value

    def is_open(self, store_id: str | None, now: datetime) -> bool:
        """Whether people are there for a shop (``None``: the service centre)."""
        today = now.astimezone(self.time_zone).date()
        spans = (self._span(day, store_id) for day in (today - timedelta(days=1), today))
        return any(span is not None and span[0] <= now < span[1] for span in spans)

    def next_opening(self, store_id: str | None, now: datetime) -> datetime | None:
        """Return when people are there again; ``None`` when not within two months."""
        today = now.astimezone(self.time_zone).date()
        for ahead in range(LOOK_AHEAD):
            span = self._span(today + timedelta(days=ahead), store_id)
            if span is not None and span[0] > now:
                return span[0]
        return None

    def _span(self, day: date, store_id: str | None) -> tuple[datetime, datetime] | None:
        if any(one.covers(day, store_id) for one in self.holidays):
            return None
        return self.stores.get(store_id or "", self.centre).span(day, self.time_zone)


class Vip(Section):
    """Who comes before others."""

    tiers: tuple[str, ...]
    at_risk: Annotated[float, Field(ge=0, le=1)]


class Promise(Section):
    """How long a customer waits at most."""

    answer_minutes: Annotated[int, Field(ge=1)]
    resolve_hours: Annotated[int, Field(ge=1)]


class Promises(Section):
    """By priority."""

    urgent: Promise
    vip: Promise
    high: Promise
    normal: Promise

    def of(self, priority: Priority) -> Promise:
        """Return the promise that goes with a priority."""
        found: Promise = getattr(self, priority.name.lower())
        return found


class Routing(Section):
    """How the queue is looked after."""

    every_seconds: Annotated[int, Field(ge=1)]
    offer_seconds: Annotated[int, Field(ge=5)]
    idle_minutes: Annotated[int, Field(ge=1)]
    reopen_hours: Annotated[int, Field(ge=0)]
    handling_minutes: Annotated[int, Field(ge=1)]

    @property
    def every(self) -> timedelta:
        """How often the queue is looked after."""
        return timedelta(seconds=self.every_seconds)

    @property
    def offer(self) -> timedelta:
        """How long something is suggested to one agent."""
        return timedelta(seconds=self.offer_seconds)

    @property
    def idle(self) -> timedelta:
        """How long a desk may be silent."""
        return timedelta(minutes=self.idle_minutes)

    @property
    def reopen(self) -> timedelta:
        """How soon somebody comes back with the same matter."""
        return timedelta(hours=self.reopen_hours)

    @property
    def handling(self) -> timedelta:
        """Of how long back handling times count."""
        return timedelta(minutes=self.handling_minutes)


class Service(Section):
    """All rules of the desk."""

    hours: ServiceHours
    urgent: tuple[HandoffReason, ...]
    high: tuple[HandoffReason, ...]
    vip: Vip
    promises: Promises
    warn_at: Annotated[float, Field(gt=0, lt=1)]
    case_due_hours: Annotated[int, Field(ge=1)]
    case_kinds: tuple[CaseKind, ...]
    skills: Mapping[str, tuple[str, ...]]
    routing: Routing
    resolutions: tuple[str, ...]
    learning: LearningRules
    leave: tuple[str, ...]

    @model_validator(mode="after")
    def _known_codes(self) -> "Service":
        named = {*self.learning.resolutions, *self.learning.ignored}
        if unknown := sorted(named - set(self.resolutions)):
            raise ValueError(f"learning: no resolution is called {', '.join(unknown)}")
        return self

    def skill_for(self, intent: str) -> str | None:
        """Return what an agent must know for an intent; ``None``: nothing special."""
        return next((name for name, intents in self.skills.items() if intent in intents), None)
