"""What clerks write down about members, and the lists they work through."""

from dataclasses import dataclass
from datetime import date, datetime

from crm_store.types.people import Amount, Tier
from crm_store.types.text import LocalText


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A promise to contact a member."""

    id: int
    member_id: int
    member: str
    """Their name."""
    text: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Days:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether a day is one of them."""
        return self.first <= day <= self.last

    def holds_birthday(self, birthday: date) -> bool:
        """Whether a birthday falls on one of them; 29 February is kept on the 28th too."""
        years = range(self.first.year, self.last.year + 1)
        return any(self.holds(_in_year(birthday, year)) for year in years)


def _in_year(birthday: date, year: int) -> date:
    try:
        return birthday.replace(year=year)
    except ValueError:
        return birthday.replace(year=year, day=28)


@dataclass(frozen=True, slots=True)
class MembersWanted:
    """Which members are looked for; every given condition must hold."""

    store_id: str | None = None
    """Their home store."""
    tiers: frozenset[Tier] = frozenset()
    birthday: Days | None = None
    joined: Days | None = None
    bought: Days | None = None
    """When they bought last."""
    least_orders: int = 0
    spent_from: int | None = None
    """Least amount spent, in the loyalty programme's currency."""
    most_spent_first: bool = False


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member in a list."""

    id: int
    name: str
    tier: Tier
    birthday: date | None
    orders: int
    """Paid ones."""
    last_on: date | None
    spent: Amount
    """In the loyalty programme's currency."""


@dataclass(frozen=True, slots=True)
class MembersFound:
    """How many fit, and the first of them."""

    count: int
    members: tuple[MemberLine, ...]


@dataclass(frozen=True, slots=True)
class RunningOut:
    """What a member bought and has probably used up."""

    member_id: int
    member: str
    product_id: str
    product: LocalText
    bought_on: date
    lasts_until: date
