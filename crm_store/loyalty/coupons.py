"""Whether a coupon can be used, and what it takes off."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from crm_store.types.loyalty import FEN, BasketItem, Coupon, CouponCheck, CouponRefusal

USED, EXPIRED = "used", "expired"


def check(coupon: Coupon, today: date, basket: Sequence[BasketItem] | None) -> CouponCheck:
    """Check a coupon of whoever asks; without a basket only its state and dates."""
    refusal = _by_itself(coupon, today)
    if refusal is not None or basket is None:
        return CouponCheck(refusal, coupon)
    fitting = [one for one in basket if coupon.category in (None, one.category)]
    if not fitting:
        return CouponCheck(CouponRefusal.WRONG_CATEGORY, coupon)
    amount = sum((one.amount for one in fitting), Decimal(0))
    missing = (coupon.min_spend or Decimal(0)) - amount
    if missing > 0:
        return CouponCheck(CouponRefusal.MINIMUM_NOT_REACHED, coupon, missing=missing)
    return CouponCheck(None, coupon, takes_off=_taken_off(coupon, amount))


def _by_itself(coupon: Coupon, today: date) -> CouponRefusal | None:
    if coupon.state == USED:
        return CouponRefusal.USED
    if coupon.state == EXPIRED or coupon.valid_to < today:
        return CouponRefusal.EXPIRED
    return CouponRefusal.NOT_YET_VALID if coupon.valid_from > today else None


def _taken_off(coupon: Coupon, amount: Decimal) -> Decimal:
    """Return the reduction; never more than the goods cost."""
    by_share = amount * (coupon.percent_off or 0) / 100
    return min(amount, (coupon.amount_off or Decimal(0)) + by_share).quantize(FEN, ROUND_HALF_UP)
