"""What every source keeps: the same again changes nothing, a correction changes its own alone."""

from collections.abc import Sequence
from typing import Any

import pytest
from source_files import (
    COUPON,
    HOLDER,
    POINTS,
    PRODUCT,
    PROFILE,
    RECEIPT_ROW,
    SHOP,
    SHOP_ORDER,
    TICKET,
    VISIT_ORDER,
    Exports,
    Row,
    as_csv,
    as_json_lines,
    as_json_list,
)

from crm_store.models import Base
from crm_store.sources import SOURCES

PROMOTION: Row = {
    "id": "P1",
    "name": {"zh": "满减", "en": "Money off"},
    "terms": {"zh": "满300减50", "en": "50 off 300"},
    "starts_at": "2026-10-01T00:00:00+08:00",
    "ends_at": "2027-01-01T00:00:00+08:00",
}
STOCK: Row = {
    "store_id": "SH01",
    "sku": "COS-0012-30ML",
    "quantity": "3",
    "updated_at": "2026-10-01T09:00:00+08:00",
}
FEEDBACK: Row = {
    "feedback_id": "F1",
    "campaign_id": "C1",
    "campaign_name": "双十一",
    "channel": "短信",
    "event": "点击",
    "at": "2026-11-01 10:00:00",
    "card_no": "VIP20481357",
    "phone": "",
    "email": "",
    "link": "",
}
CORRECTIONS: dict[str, tuple[Row, dict[str, Any]]] = {
    "catalog": (PRODUCT, {"brand": "禾研"}),
    "stores": (SHOP, {"opens": "09:30"}),
    "stock": (STOCK, {"quantity": "5"}),
    "promotions": (PROMOTION, {"ends_at": "2027-02-01T00:00:00+08:00"}),
    "loyalty": (HOLDER, {"phone": "13912345678"}),
    "shop": (SHOP_ORDER, {"total_price": "300.00"}),
    "pos": (RECEIPT_ROW, {"实收": "119.00"}),
    "mini_program": (VISIT_ORDER, {"at": "2026-02-01T11:00:00+08:00"}),
    "points": (POINTS, {"points": "130"}),
    "coupons": (COUPON, {"state": "used"}),
    "social": (PROFILE, {"tags": ["茶"]}),
    "tickets": (TICKET, {"status": "open"}),
    "campaigns": (FEEDBACK, {"event": "退订"}),
}
LISTS = {"stores": "stores", "promotions": "promotions", "shop": "orders"}
LINES = ("catalog", "mini_program", "social")
OURS = frozenset({"id", "source_record_id", "shipment_id", "imported_at"})


def export(source: str, rows: Sequence[Row]) -> str:
    if source in LISTS:
        return as_json_list(LISTS[source], rows)
    return as_json_lines(rows) if source in LINES else as_csv(rows)


async def everything(exports: Exports) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of all tables, without the keys that the database counts."""
    return {
        mapper.class_.__tablename__: [
            {name: getattr(row, name) for name in mapper.columns.keys() if name not in OURS}  # noqa: SIM118 - SQLAlchemy's collection
            for row in await exports.rows(mapper.class_)
        ]
        for mapper in Base.registry.mappers
    }


def test_every_source_is_here() -> None:
    assert set(CORRECTIONS) == set(SOURCES)


@pytest.mark.parametrize("source", CORRECTIONS)
async def test_the_same_again_changes_nothing_and_a_correction_is_applied(
    exports: Exports, source: str
) -> None:
    row, correction = CORRECTIONS[source]
    await exports.catalogue()
    if source != "loyalty":
        await exports.holders()
    first = await exports.load(source, export(source, [row]))
    before = await everything(exports)

    again = await exports.load(source, export(source, [row]), name="the same in another file")
    unchanged = await everything(exports)
    corrected = await exports.load(source, export(source, [{**row, **correction}]))
    after = await everything(exports)

    # The small catalogue is imported by `catalogue` already.
    assert first.accepted + first.unchanged == 1, first
    assert (again.accepted, again.unchanged) == (0, 1)
    assert unchanged == before
    assert (corrected.accepted, corrected.quarantined) == (1, ())
    raw_records = len(after["source_records"])
    assert raw_records == len(before["source_records"])
    changed = {name for name in after if name != "source_records" and after[name] != before[name]}
    assert changed, "the correction arrived nowhere"
