"""Offers that run at the reference date, one that is over and one to come."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from crm_store.types.catalog import Promotion
from crm_store.types.text import LocalText


@dataclass(frozen=True, slots=True)
class _Offer:
    """A promotion whose dates count from the reference date."""

    code: str
    name: tuple[str, str]
    terms: tuple[str, str]
    starts: int
    ends: int
    category: str | None = None
    min_spend: int | None = None
    percent_off: int | None = None
    amount_off: int | None = None
    tier: str | None = None


_OFFERS = (
    _Offer(
        "SKIN",
        ("护肤满300减50", "¥50 off skincare over ¥300"),
        (
            "护肤品类单笔满 300 元立减 50 元，每人限 3 次，可与积分同享，不与其他满减叠加。",
            "¥50 off ¥300 of skincare in one order, three times per member, not with other offers.",
        ),
        -10,
        12,
        category="skincare",
        min_spend=300,
        amount_off=50,
    ),
    _Offer(
        "WARM",
        ("外套换季8折", "20% off outerwear"),
        (
            "外套全场 8 折，线上线下同价，退货按实付金额退款。",
            "20% off all outerwear, online and in shops; refunds are at the price paid.",
        ),
        -6,
        20,
        category="outerwear",
        percent_off=20,
    ),
    _Offer(
        "COFFEE",
        ("咖啡满100减15", "¥15 off coffee over ¥100"),
        ("咖啡品类满 100 元减 15 元。", "¥15 off ¥100 of coffee."),
        -3,
        9,
        category="coffee",
        min_spend=100,
        amount_off=15,
    ),
    _Offer(
        "KITCHEN",
        ("厨房电器满500减60", "¥60 off kitchen appliances over ¥500"),
        (
            "厨房电器单笔满 500 元减 60 元，赠一年延保。",
            "¥60 off ¥500 of kitchen appliances, with a second year of warranty.",
        ),
        -15,
        6,
        category="kitchen",
        min_spend=500,
        amount_off=60,
    ),
    _Offer(
        "ALL",
        ("全场满1000减100", "¥100 off everything over ¥1,000"),
        (
            "全场商品单笔实付满 1000 元减 100 元，每人每日限一次。",
            "¥100 off any order of ¥1,000 or more, once per member and day.",
        ),
        -2,
        5,
        min_spend=1000,
        amount_off=100,
    ),
    _Offer(
        "GOLD",
        ("金卡及以上会员9折", "10% off for gold and diamond members"),
        (
            "金卡、钻石会员全场 9 折，特价商品除外。",
            "10% off everything but reduced items for gold and diamond members.",
        ),
        -20,
        40,
        percent_off=10,
        tier="gold",
    ),
    _Offer(
        "TEA-NEXT",
        ("新茶季9折预告", "10% off tea, coming soon"),
        ("茶品类 9 折，活动开始后自动生效。", "10% off tea, applied on its own once it starts."),
        7,
        21,
        category="tea",
        percent_off=10,
    ),
    _Offer(
        "SNACK-PAST",
        ("零食满99减20", "¥20 off snacks over ¥99"),
        ("零食满 99 元减 20 元，已结束。", "¥20 off ¥99 of snacks; this offer is over."),
        -40,
        -25,
        category="snacks",
        min_spend=99,
        amount_off=20,
    ),
)


def promotions(now: datetime) -> list[Promotion]:
    """Return the offers around the reference time; an end date counts until midnight."""
    midnight = now.replace(hour=0, minute=0, second=0)
    return [_dated(offer, midnight) for offer in _OFFERS]


def _dated(offer: _Offer, midnight: datetime) -> Promotion:
    starts_at = midnight + timedelta(days=offer.starts)
    return Promotion(
        id=f"P{starts_at:%y%m}-{offer.code}",
        name=LocalText(*offer.name),
        terms=LocalText(*offer.terms),
        starts_at=starts_at,
        ends_at=midnight + timedelta(days=offer.ends + 1, seconds=-1),
        category=offer.category,
        min_spend=None if offer.min_spend is None else Decimal(offer.min_spend),
        percent_off=offer.percent_off,
        amount_off=None if offer.amount_off is None else Decimal(offer.amount_off),
        tier=offer.tier,
    )
