"""``coupons.csv``: coupons in wallets and public codes. Coupons that were used name an order."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crm_store.demo.chance import Chance
from crm_store.demo.loyalty_files import holders
from crm_store.demo.people import Person
from crm_store.demo.sales import POS, Sale
from crm_store.demo.writing import csv_lines, money

COUPON_SHARE = 0.6
"""Discounts on online orders that came from a coupon."""
WALLET_SHARE = 0.4
"""Members who hold a coupon now."""
VALID_DAYS = 30
HEADER = (
    *("code", "card_no", "title_zh", "title_en", "state", "valid_from", "valid_to"),
    *("min_spend", "amount_off", "percent_off", "category"),
)

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a coupon gives."""

    title_zh: str
    title_en: str
    min_spend: str | None = None
    amount_off: str | None = None
    percent_off: int | None = None
    category: str | None = None


KINDS = (
    Kind("满200减20元券", "¥20 off ¥200", "200.00", "20.00"),
    Kind("满500减60元券", "¥60 off ¥500", "500.00", "60.00"),
    Kind("护肤品类9折券", "10% off skincare", None, None, 10, "skincare"),
    Kind("咖啡满99减15元券", "¥15 off ¥99 of coffee", "99.00", "15.00", None, "coffee"),
    Kind("生日礼88折券", "Birthday gift: 12% off", None, None, 12),
)
PUBLIC = (
    ("HELLO20", Kind("新客满150减20", "New customers: ¥20 off ¥150", "150.00", "20.00"), -90, 90),
    ("HGTEA10", Kind("茶品类9折码", "10% off tea", None, None, 10, "tea"), -10, 20),
    ("SUMMER15", Kind("夏日满300减45", "Summer: ¥45 off ¥300", "300.00", "45.00"), -200, -100),
)


def coupon_lines(seed: int, now: datetime, everybody: list[Person], sales: list[Sale]) -> list[str]:
    """Return the file's lines, and tell the sales which coupon they used."""
    chance = Chance.of(seed, "coupons")
    today = now.date()
    codes = _Codes(chance)
    rows: list[Row] = [HEADER]
    for code, kind, start, end in PUBLIC:
        valid = (today + timedelta(days=start), today + timedelta(days=end))
        rows.append(_row(code, None, kind, "issued" if valid[1] >= today else "expired", valid))
    rows += [row for sale in sales if (row := _used(sale, codes, chance))]
    for _, profile in holders(everybody):
        if chance.happens(WALLET_SHARE):
            rows.append(_held(profile.card, today, codes, chance))
    return csv_lines(rows)


class _Codes:
    """Codes, each once."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._given: set[str] = set()

    def next(self) -> str:
        while (code := "HG" + self._chance.letters(8)) in self._given:
            pass
        self._given.add(code)
        return code


def _used(sale: Sale, codes: _Codes, chance: Chance) -> Row | None:
    card = sale.profile.card if sale.profile else None
    online = sale.channel != POS
    if not (card and online and sale.discount and chance.happens(COUPON_SHARE)):
        return None
    sale.coupon = codes.next()
    amount = money(sale.discount)
    whole = amount.removesuffix(".00")
    kind = Kind(f"立减{whole}元券", f"¥{whole} off", None, amount)
    start = sale.at.date() - timedelta(days=chance.randint(7, 20))
    return _row(sale.coupon, card, kind, "used", (start, start + timedelta(days=VALID_DAYS)))


def _held(card: str | None, today: date, codes: _Codes, chance: Chance) -> Row:
    start = today - timedelta(days=chance.randint(0, VALID_DAYS + 20))
    end = start + timedelta(days=VALID_DAYS)
    state = "issued" if end >= today else "expired"
    return _row(codes.next(), card, chance.pick(KINDS), state, (start, end))


def _row(code: str, card: str | None, kind: Kind, state: str, valid: tuple[date, date]) -> Row:
    return (
        *(code, card, kind.title_zh, kind.title_en, state, *valid),
        *(kind.min_spend, kind.amount_off, kind.percent_off, kind.category),
    )
