"""Cleaning functions: what they make of what people type, and what they say when they cannot."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_store.errors import InvalidRecordError
from crm_store.sources.cleaning import cleaners
from crm_store.types.orders import OrderState, ShipmentState
from crm_store.types.people import Tier
from crm_store.types.places import Place
from crm_store.types.text import LocalText

CLEANERS = cleaners()
EVENING = datetime(2026, 10, 15, 12, 31, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cleaner", "value", "cleaned"),
    [
        *(
            ("phone", typed, "+8613912345678")
            for typed in (
                "13912345678",
                "+86 139 1234 5678",
                "139-1234-5678",
                "1391234 5678",
                "１３９１２３４５６７８",
                "0086 13912345678",
                "'13912345678",
                13912345678,
            )
        ),
        ("phone", "+852 6123 4567", "+85261234567"),
        ("loose_phone", "前台 8001", "前台 8001"),
        ("loose_phone", "+86 1391234", "86 1391234"),
        ("email", " Ruoxi.Lin@Example.COM ", "ruoxi.lin@example.com"),
        ("card", "ｖｉｐ２０４８１３５７", "VIP20481357"),
        ("name", "  Ｌｉｎ　 Ruoxi ", "Lin Ruoxi"),
        ("name", "O'Neil, Mary Ann", "Mary Ann O'Neil"),
        ("name", "陳靜", "陳靜"),
        *(
            ("address", typed, Place("上海市", "上海市", "徐汇区", "漕溪北路 1 号"))
            for typed in (
                "上海市徐汇区漕溪北路 1 号",
                "上海徐汇区漕溪北路　１ 号",
                "中国上海市上海市徐汇区漕溪北路 1 号",
            )
        ),
        (
            "address",
            "广东省深圳市南山区科技园 8 号",
            Place("广东省", "深圳市", "南山区", "科技园 8 号"),
        ),
        (
            "address",
            "苏州工业园区星湖街 1 号",
            Place("江苏省", "苏州市", "工业园区", "星湖街 1 号"),
        ),
        (
            "address",
            "内蒙古呼和浩特新城区 2 号",
            Place("内蒙古自治区", "呼和浩特市", "新城区", "2 号"),
        ),
        ("address", "香港銅鑼灣海景道 3 號", Place("香港", "香港", "", "銅鑼灣海景道 3 號")),
        ("address", "朝阳区望京街 1 号", Place(line="朝阳区望京街 1 号")),
        *(
            ("address", typed, Place(line=typed))
            for typed in ("南京西路 1 号", "上海路 1 号", "大连路县前街 1 号", "漕溪北路 1 号")
        ),
        *(
            ("date", typed, date(1990, 3, 5))
            for typed in ("1990-03-05", "1990/3/5", "1990.3.5", "19900305", "1990年3月5日")
        ),
        *(
            ("time", typed, EVENING)
            for typed in (
                "2026/10/15 20:31:05",
                "2026-10-15T20:31:05+08:00",
                "2026-10-15T12:31:05Z",
                "2026年10月15日 20:31:05",
                "20261015203105",
                1792067465,
                1792067465000,
            )
        ),
        ("clock", "10:00", time(10)),
        *(("money", typed, Decimal("1299.00")) for typed in ("1299", "¥1,299.00", "1299元", 1299)),
        ("signed_money", "-20.5", Decimal("-20.50")),
        ("quantity", "3.0", 3),
        ("percent", "10%", 10),
        ("flag", "是", True),
        ("flag", "N", False),
        *(("currency", typed, "CNY") for typed in ("rmb", "¥1,299.00", "1299元")),
        *(("currency", typed, "HKD") for typed in ("HK$", "HKD", "HK$ 99")),
        ("order_state", "已发货", OrderState.SHIPPED),
        ("order_state", "Pending Payment", OrderState.PENDING_PAYMENT),
        ("shipment_state", "派送中", ShipmentState.OUT_FOR_DELIVERY),
        ("tier", "金卡会员", Tier.GOLD),
        ("list", "护肤、茶; 家电", ("护肤", "茶", "家电")),
        ("local", "精华", LocalText("精华", "")),
        ("local", {"zh": "精华", "en": "Serum"}, LocalText("精华", "Serum")),
    ],
)
def test_what_people_type_gets_one_form(cleaner: str, value: Any, cleaned: object) -> None:
    assert CLEANERS[cleaner](value, "field") == cleaned


@pytest.mark.parametrize(
    ("cleaner", "value", "expected"),
    [
        ("phone", "12345", "a number that can exist"),
        ("phone", "none of yours", "a phone number"),
        ("email", "ruoxi@", "name@domain"),
        ("name", "\x00", "a name of 1 to 120 printable characters"),
        ("date", "1990-02-30", "a date such as 2024-05-01"),
        ("date", "0090-02-03", "a date such as 2024-05-01"),
        ("time", "2026-10-15 25:00", "a time such as 2024-05-01 13:45:00"),
        ("clock", "noon", "a time of day such as 10:00"),
        ("money", "-1", "an amount of zero or more"),
        ("money", "NaN", "an amount such as 1299.00"),
        ("money", "US$20", "an amount in CNY"),
        ("money", "99999999999", "an amount up to 9999999999.99"),
        ("money", True, "text"),
        ("whole", "1.5", "a whole number"),
        ("quantity", "0", "a whole number of one or more"),
        ("percent", "101", "a percentage from 1 to 100"),
        ("flag", "maybe", "yes or no (是/否)"),
        ("tier", "platinum", "one of regular, silver, gold, diamond"),
    ],
)
def test_a_refusal_names_the_field_and_what_was_expected(
    cleaner: str, value: Any, expected: str
) -> None:
    with pytest.raises(InvalidRecordError) as refusal:
        CLEANERS[cleaner](value, "field")

    assert str(refusal.value) == f"field: expected {expected}"


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(cleaner=st.sampled_from(sorted(CLEANERS)), value=JSON_VALUES)
def test_any_value_is_cleaned_or_refused(cleaner: str, value: Any) -> None:
    try:
        CLEANERS[cleaner](value, "field")
    except InvalidRecordError as refusal:
        assert str(refusal).startswith("field")
