"""Points: a ledger whose sum is the balance. Coupons, tiers, and the rules behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from crm_store.types.people import Tier
from crm_store.types.text import LocalText

FEN = Decimal("0.01")


class PointsKind(StrEnum):
    """Why points moved."""

    EARN = "earn"
    SPEND = "spend"
    EXPIRE = "expire"
    ADJUST = "adjust"


@dataclass(frozen=True, slots=True)
class PointsEntry:
    """One booking; ``points`` is signed."""

    id: int
    kind: PointsKind
    points: int
    at: datetime
    expires_on: date | None
    reference: str
    """What it was booked for, for instance an order number."""


@dataclass(frozen=True, slots=True)
class PointsSummary:
    """A member's points: the balance is always the sum of all entries."""

    balance: int
    expiring: int
    """Points that lapse on ``expiring_on``; 0 when none do within a year."""
    expiring_on: date | None
    recent: tuple[PointsEntry, ...]


@dataclass(frozen=True, slots=True)
class BookingKey:
    """Who booked something, and its own key for it: the same key never books twice."""

    source: str
    key: str


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon in a member's wallet."""

    code: str
    title: LocalText
    state: str
    """``issued``, ``used`` or ``expired``."""
    valid_from: date
    valid_to: date
    min_spend: Decimal | None
    amount_off: Decimal | None
    percent_off: int | None
    category: str | None


class CouponRefusal(StrEnum):
    """Why a coupon cannot be used, in the order in which it is looked at."""

    UNKNOWN = "unknown"
    SOMEBODY_ELSES = "somebody_elses"
    USED = "used"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    WRONG_CATEGORY = "wrong_category"
    MINIMUM_NOT_REACHED = "minimum_not_reached"


@dataclass(frozen=True, slots=True)
class BasketItem:
    """What somebody is about to buy of one category, in the programme's currency."""

    category: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class CouponCheck:
    """Whether a coupon can be used, on what, and what it takes off.

    Somebody else's coupon is not shown: `coupon` is ``None`` then, as for an unknown code.
    """

    refusal: CouponRefusal | None
    coupon: Coupon | None = None
    takes_off: Decimal | None = None
    """``None`` when no basket was named."""
    missing: Decimal | None = None
    """What is still to be spent to reach the minimum."""

    @property
    def usable(self) -> bool:
        """Whether it can be used now."""
        return self.refusal is None


@dataclass(frozen=True, slots=True)
class TierRule:
    """One tier: what it takes and what it gives."""

    tier: Tier
    name: LocalText
    spend: Decimal
    """Least qualifying spend within the window, in the programme's currency."""
    multiplier: Decimal
    rights: tuple[LocalText, ...]
    birthday_gift: LocalText


@dataclass(frozen=True, slots=True)
class LoyaltyRules:
    """The rules of the programme; `crm_store.loyalty.rules` reads them from a file."""

    currency: str
    rates: Mapping[str, Decimal]
    """What one unit of a currency is worth in ``currency``, itself included."""
    points_per_unit: Decimal
    point_value: Decimal
    expire_after_years: int
    book_expiry: bool
    window_months: int
    tiers: tuple[TierRule, ...]
    """Lowest first; the first one takes no spending."""
    may_raise: bool
    """Whether a review raises tiers, and whether it lowers them."""
    may_lower: bool

    def of(self, tier: Tier) -> TierRule:
        """Return a tier's rule."""
        return next(rule for rule in self.tiers if rule.tier is tier)

    def rank(self, tier: Tier) -> int:
        """Return how high a tier stands; 0 is the lowest."""
        return self.tiers.index(self.of(tier))

    def earned_by(self, spend: Decimal) -> TierRule:
        """Return the highest tier that this qualifying spend earns."""
        return next((rule for rule in reversed(self.tiers) if spend >= rule.spend), self.tiers[0])

    def above(self, tier: Tier) -> TierRule | None:
        """Return the next higher tier."""
        rank = self.rank(tier) + 1
        return self.tiers[rank] if rank < len(self.tiers) else None

    def worth(self, amounts: Mapping[str, Decimal]) -> Decimal:
        """Return amounts by currency as one in the programme's; unlisted currencies are 0."""
        total = sum(
            (amount * self.rates.get(currency, Decimal(0)) for currency, amount in amounts.items()),
            Decimal(0),
        )
        return total.quantize(FEN, ROUND_HALF_UP)

    def points_for(self, amount: Decimal, tier: Tier) -> int:
        """Return what a purchase earns, fractions of a point left out."""
        return int(amount * self.points_per_unit * self.of(tier).multiplier)

    def lapse_date(self, earned_on: date) -> date:
        """Return the last day of points that are earned on a day."""
        return date(earned_on.year + self.expire_after_years, 12, 31)


@dataclass(frozen=True, slots=True)
class TierStatus:
    """Where a member stands in the programme."""

    rule: TierRule
    """The tier held, with its name, rights and birthday gift."""
    spend: Decimal
    """Qualifying spend within the window."""
    currency: str
    window_months: int
    next: TierRule | None
    distance: Decimal | None
    """What is still to be spent to reach ``next``; 0 when the next review will raise."""
    keeps: bool
    """Whether the spend of today earns the tier held."""
    points: int
    points_worth: Decimal
