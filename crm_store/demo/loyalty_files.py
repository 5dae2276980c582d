"""``loyalty.csv`` and ``points.csv``: card holders and what their points did."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from crm_store.demo.chance import Chance
from crm_store.demo.people import Person, Profile
from crm_store.demo.sales import Sale
from crm_store.demo.writing import OFFSET, csv_lines
from crm_store.types.orders import OrderState
from crm_store.types.people import Tier

TIER_FROM = ((Tier.DIAMOND, 1_200_000), (Tier.GOLD, 500_000), (Tier.SILVER, 150_000))
"""Spending of the last twelve months in fen from which a tier is held."""
BIRTHDAY_KNOWN_SHARE = 0.82
GENDER_KNOWN_SHARE = 0.9
CONSENT_SHARE = 0.7
FEN_PER_POINT = 100
SPEND_SHARE = 0.05
"""How often points are exchanged after a purchase, when there are enough."""
SPEND_STEP = 500
GIFTS = (
    "积分兑换：旅行套装",
    "积分兑换：20 元代金券",
    "积分兑换：帆布袋",
    "Points gift: travel kit",
)
WELCOME_POINTS = 100

Row = tuple[object, ...]


def spending(sales: list[Sale], now: datetime) -> Mapping[str, int]:
    """Return what each person spent in the last twelve months, in fen."""
    spent: dict[str, int] = defaultdict(int)
    since = now - timedelta(days=365)
    for sale in sales:
        if sale.person and sale.at >= since and sale.paid_at and not sale.cancelled_at:
            spent[sale.person.id] += sale.total - sum(refund.amount for refund in sale.refunds)
    return spent


def tier_of(spent: int) -> Tier:
    """Return the tier that twelve months' spending earns."""
    return next((tier for tier, least in TIER_FROM if spent >= least), Tier.REGULAR)


def holders(everybody: list[Person]) -> Iterator[tuple[Person, Profile]]:
    """Return everybody who holds a card, with the profile it belongs to."""
    for person in everybody:
        for profile in person.profiles:
            if profile.card:
                yield person, profile


def loyalty_lines(seed: int, everybody: list[Person], spent: Mapping[str, int]) -> list[str]:
    """Return ``loyalty.csv``."""
    chance = Chance.of(seed, "loyalty")
    header = "card_no name gender phone email birthday tier home_store language joined_on"
    rows: list[Row] = [(*header.split(), "marketing_consent")]
    for person, profile in holders(everybody):
        rows.append(
            (
                *(profile.card, profile.name),
                person.gender if chance.happens(GENDER_KNOWN_SHARE) else None,
                *(profile.phone, profile.email),
                person.birthday if chance.happens(BIRTHDAY_KNOWN_SHARE) else None,
                *(tier_of(spent.get(person.id, 0)), person.shop, person.language),
                person.joined.date(),
                "Y" if chance.happens(CONSENT_SHARE) else "N",
            )
        )
    return csv_lines(rows)


@dataclass(slots=True)
class _Account:
    """Points of one card by the year in which they were earned: oldest are spent first."""

    card: str
    by_year: dict[int, int]
    rows: list[tuple[datetime, Row]]

    def earn(self, at: datetime, points: int, reference: str) -> None:
        self.by_year[at.year] = self.by_year.get(at.year, 0) + points
        self._book(at, "earn", points, reference, date(at.year + 1, 12, 31))

    def use(self, at: datetime, points: int, kind: str, reference: str) -> None:
        """Take points, oldest first; never more than there are."""
        left = min(points, sum(self.by_year.values()))
        if left:
            self._book(at, kind, -left, reference, None)
        for year in sorted(self.by_year):
            taken = min(left, self.by_year[year])
            self.by_year[year] -= taken
            left -= taken

    def expire(self, before: datetime) -> None:
        """Let lapse what was earned in years whose term ended before that time."""
        for year in sorted(self.by_year):
            end = datetime(year + 1, 12, 31, 23, 59, 59)  # noqa: DTZ001  # local, see OFFSET
            if end < before and self.by_year[year]:
                self._book(end, "expire", -self.by_year.pop(year), f"{year} 年积分到期", None)

    def _book(
        self, at: datetime, kind: str, points: int, reference: str, expires_on: date | None
    ) -> None:
        moment = at.isoformat() + OFFSET
        self.rows.append((at, (self.card, kind, points, moment, expires_on, reference)))


def points_lines(seed: int, now: datetime, everybody: list[Person], sales: list[Sale]) -> list[str]:
    """Return ``points.csv``, ordered by time."""
    chance = Chance.of(seed, "points")
    accounts = {
        str(profile.card): _opened(person, str(profile.card), now)
        for person, profile in holders(everybody)
    }
    for at, sale, earned in _movements(sales, now):
        account = accounts.get(_card(sale) or "")
        if account:
            account.expire(at)
            _move(account, at, sale, earned, chance)
    for account in accounts.values():
        account.expire(now)
    rows = sorted((row for account in accounts.values() for row in account.rows), key=_at)
    header = ("entry_id", "card_no", "kind", "points", "at", "expires_on", "reference")
    numbered = ((f"PT{number:07d}", *row) for number, (_, row) in enumerate(rows, start=1))
    return csv_lines([header, *numbered])


def _at(row: tuple[datetime, Row]) -> datetime:
    return row[0]


def _card(sale: Sale) -> str | None:
    return sale.profile.card if sale.profile else None


def _opened(person: Person, card: str, now: datetime) -> _Account:
    account = _Account(card, {}, [])
    # The ledger starts with the history: older members bring what they had.
    start = datetime.combine((now - timedelta(days=730)).date(), time(0, 5))
    older = person.joined < start
    account.earn(
        start if older else person.joined, WELCOME_POINTS, "期初积分" if older else "入会礼"
    )
    return account


def _movements(sales: list[Sale], now: datetime) -> list[tuple[datetime, Sale, int]]:
    """Return when points were earned (positive) or taken back, in the order of time."""
    moved = []
    for sale in sales:
        if sale.state is OrderState.CANCELLED or sale.paid_at is None:
            continue
        moved.append((sale.paid_at, sale, sale.total // FEN_PER_POINT))
        moved += [(refund.at, sale, -(refund.amount // FEN_PER_POINT)) for refund in sale.refunds]
    return sorted((one for one in moved if one[0] <= now), key=lambda one: (one[0], one[1].number))


def _move(account: _Account, at: datetime, sale: Sale, earned: int, chance: Chance) -> None:
    if earned < 0:
        account.use(at, -earned, "adjust", sale.number)
        return
    if earned:
        account.earn(at, earned, sale.number)
    balance = sum(account.by_year.values())
    if balance >= SPEND_STEP and chance.happens(SPEND_SHARE):
        account.use(at, balance // SPEND_STEP * SPEND_STEP, "spend", chance.pick(GIFTS))
