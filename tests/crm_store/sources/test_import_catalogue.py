"""Products, shops, stock, promotions, points and coupons."""

from datetime import date, time
from decimal import Decimal

from source_files import (
    COUPON,
    POINTS,
    PRODUCT,
    SHOP,
    Exports,
    as_csv,
    as_json_lines,
    as_json_list,
)

from crm_store.models import (
    CouponRow,
    MemberRow,
    PointsEntryRow,
    ProductRow,
    PromotionRow,
    StockRow,
    StoreRow,
    VariantRow,
)

LEVEL = {
    "store_id": "SH01",
    "sku": "COS-0012-30ML",
    "quantity": "7",
    "updated_at": "2026-11-01T18:00:00+08:00",
}
OFFER = {
    "id": "P2611-SKIN",
    "name": {"zh": "护肤节", "en": "Skincare Festival"},
    "terms": {"zh": "满300减50", "en": "50 off 300"},
    "starts_at": "2026-11-01T00:00:00+08:00",
    "ends_at": "2026-12-01T00:00:00+08:00",
    "category": "skincare",
    "min_spend": "300.00",
    "percent_off": None,
    "amount_off": "50.00",
    "tier": None,
}


async def test_products_come_with_their_variants(exports: Exports) -> None:
    torn = json_line = as_json_lines([PRODUCT])
    report = await exports.load("catalog", json_line + torn[:40] + "\n" + '{"id": "COS-2"}\n')

    assert [(one.line, one.reason) for one in report.quarantined] == [
        (2, "expected one JSON object"),
        (3, "name: expected a value"),
    ]
    (product,) = await exports.rows(ProductRow)
    assert (product.name_zh, product.replenish_days) == ("玫瑰保湿精华", 60)
    assert product.attributes == {"skin_type": {"zh": "干性", "en": "dry"}}
    prices = [(one.sku, one.price) for one in await exports.rows(VariantRow)]
    assert prices == [
        ("COS-0012-30ML", Decimal("129.00")),
        ("COS-0012-50ML", Decimal("199.00")),
    ]


async def test_a_corrected_product_loses_the_variant_it_no_longer_has(exports: Exports) -> None:
    await exports.catalogue()
    one_less = PRODUCT | {"variants": PRODUCT["variants"][:1], "brand": "Heyan"}

    report = await exports.load("catalog", as_json_lines([one_less]))

    assert (report.accepted, report.unchanged) == (1, 0)
    assert [one.sku for one in await exports.rows(VariantRow)] == ["COS-0012-30ML"]
    assert [one.brand for one in await exports.rows(ProductRow)] == ["Heyan"]


async def test_shops_stand_in_a_list(exports: Exports) -> None:
    warehouse = SHOP | {"id": "ONLINE", "latitude": None, "longitude": None}
    report = await exports.load(
        "stores", as_json_list("stores", [SHOP, SHOP | {"id": "X", "opens": "25:00"}, warehouse])
    )

    assert [(one.line, one.reason) for one in report.quarantined] == [
        (3, "opens: expected a time of day such as 10:00")
    ]
    online, shop = await exports.rows(StoreRow)
    assert (shop.opens, shop.longitude, online.latitude) == (time(10), 121.4545, None)


async def test_stock_of_unknown_stores_and_skus_is_held_back(exports: Exports) -> None:
    await exports.catalogue()

    rows = [LEVEL, LEVEL | {"store_id": "X"}, LEVEL | {"sku": "X"}, LEVEL | {"quantity": "-1"}]
    report = await exports.load("stock", as_csv(rows))

    assert [(one.line, one.reason) for one in report.quarantined] == [
        (3, "store: expected a known store"),
        (4, "sku: expected a SKU of the catalogue"),
        (5, "quantity: expected a whole number of zero or more"),
    ]
    await exports.load("stock", as_csv([LEVEL | {"quantity": "0"}]))
    assert [level.quantity for level in await exports.rows(StockRow)] == [0]


async def test_promotions_must_end_after_they_start(exports: Exports) -> None:
    report = await exports.load(
        "promotions",
        as_json_list("promotions", [OFFER, OFFER | {"id": "P2", "ends_at": "2026-01-01"}]),
    )

    assert [one.reason for one in report.quarantined] == [
        "ends_at: expected a time after starts_at"
    ]
    (offer,) = await exports.rows(PromotionRow)
    assert (offer.id, offer.amount_off) == ("P2611-SKIN", Decimal("50.00"))


async def test_points_are_booked_once_for_known_cards(exports: Exports) -> None:
    await exports.holders()
    rows = [POINTS, POINTS | {"entry_id": "PT2", "card_no": "VIP9"}]

    first = await exports.load("points", as_csv(rows))
    second = await exports.load("points", as_csv(rows))
    await exports.load("points", as_csv([POINTS | {"points": "130"}]))

    for report in (first, second):
        assert [(one.line, one.reason) for one in report.quarantined] == [
            (3, "card: expected the card of a known member")
        ]
    (member,) = await exports.rows(MemberRow)
    (entry,) = await exports.rows(PointsEntryRow)
    assert (entry.member_id, entry.points, entry.expires_on) == (
        member.id,
        130,
        date(2027, 12, 31),
    )


async def test_coupons_belong_to_a_wallet_or_to_anybody(exports: Exports) -> None:
    await exports.holders()
    public = COUPON | {"code": "HELLO", "card_no": "", "amount_off": "", "percent_off": "10%"}
    both = COUPON | {"code": "BOTH", "percent_off": "10"}

    report = await exports.load("coupons", as_csv([COUPON, public, both]))

    assert [one.line for one in report.quarantined] == [4]
    anybody, wallet = await exports.rows(CouponRow)
    assert (anybody.code, anybody.member_id, anybody.percent_off) == ("HELLO", None, 10)
    assert (wallet.min_spend, wallet.member_id is None) == (Decimal("300.00"), False)
