"""Each kind of entity as a table: what people write, and what it is worth."""

from datetime import date
from decimal import Decimal

import pytest

from nlu.entities import EntityExtractor
from nlu.normalise import normalise
from nlu.training import TrainingData
from nlu.types import Entity, EntityValue, PriceRange

TODAY = date(2026, 11, 18)
EXTRACTOR = EntityExtractor(TrainingData(()))


def extract(text: str) -> tuple[Entity, ...]:
    entities = EXTRACTOR.extract(normalise(text), TODAY)
    for entity in entities:
        assert text[entity.start : entity.end] == entity.text
    return entities


def found(kind: str, text: str) -> list[EntityValue]:
    return [entity.value for entity in extract(text) if entity.entity == kind]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("我的订单HK2511030051到哪了", "order_number", "HK2511030051"),
        ("order hk 2511 0300 51 please", "order_number", "HK2511030051"),
        ("HK-2511-030051", "order_number", "HK2511030051"),
        ("ＨＫ２５１１０３００５１", "order_number", "HK2511030051"),
        ("卡号vip00012345", "card_number", "VIP00012345"),
        ("my card is VIP 0001 2345", "card_number", "VIP00012345"),
        ("电话13800138000", "phone", "+8613800138000"),
        ("call +86 138 0013 8000", "phone", "+8613800138000"),
        ("138-0013-8000", "phone", "+8613800138000"),
        ("my number is +852 9123 4567", "phone", "+85291234567"),
        ("尾号1234的会员", "phone_tail", "1234"),
        ("手机后四位是 5678", "phone_tail", "5678"),
        ("member ending in 4321", "phone_tail", "4321"),
        ("last four digits are 9876", "phone_tail", "9876"),
        ("发到Amy.Lin@Example.com吧", "email", None),
        ("mail amy.lin@example.com.", "email", "amy.lin@example.com"),
        ("COS-0012-30ML还有吗", "sku", "COS-0012-30ML"),
        ("do you have app-0301-m", "sku", "APP-0301-M"),
        ("税号91310000MA1K12345X", "tax_number", "91310000MA1K12345X"),
        ("李女士的订单", "person_name", "李"),
        ("ask Ms Zhang", "person_name", "Zhang"),
    ],
)
def test_identifiers(text: str, kind: str, value: str | None) -> None:
    assert found(kind, text) == ([value] if value else found(kind, text))
    assert found(kind, text)


@pytest.mark.parametrize("text", ["HK25110300512", "VIP123", "12345678901234", "a@b"])
def test_what_only_looks_like_an_identifier(text: str) -> None:
    kinds = {entity.entity for entity in extract(text) if entity.confidence >= 0.5}
    assert not kinds & {"order_number", "card_number", "phone", "email"}


def test_four_digits_alone_are_only_a_candidate() -> None:
    (entity,) = extract("1234")
    assert (entity.entity, entity.value) == ("phone_tail", "1234")
    assert entity.confidence < 0.5


def prices(low: str | None, high: str | None, currency: str | None = None) -> PriceRange:
    return PriceRange(Decimal(low) if low else None, Decimal(high) if high else None, currency)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("200以内的口红", prices(None, "200")),
        ("两百块以下", prices(None, "200", "CNY")),
        ("不超过300元", prices(None, "300", "CNY")),
        ("预算500", prices(None, "500")),
        ("一千以上的", prices("1000", None)),
        ("至少300块", prices("300", None, "CNY")),
        ("100到200元的", prices("100", "200", "CNY")),
        ("100-200左右的面霜", prices("100", "200")),
        ("一千左右", prices("800", "1200")),
        ("大概50块", prices("40", "60", "CNY")),
        ("1.5万的包", None),
        ("两百五十块", prices("250", "250", "CNY")),
        ("一千二左右", prices("960", "1440")),
        ("199元", prices("199", "199", "CNY")),
        ("HK$300", prices("300", "300", "HKD")),
        ("¥1,299", prices("1299", "1299", "CNY")),
        ("under 30", prices(None, "30")),
        ("less than $30", prices(None, "30", "USD")),
        ("between 20 and 50", prices("20", "50")),
        ("between $20 and $50", prices("20", "50", "USD")),
        ("over 100 dollars", prices("100", None, "USD")),
        ("around 500 yuan", prices("400", "600", "CNY")),
        ("my budget is 800", prices(None, "800")),
        ("two hundred dollars", prices("200", "200", "USD")),
        ("$30 or less", prices(None, "30", "USD")),
    ],
)
def test_prices(text: str, expected: PriceRange | None) -> None:
    assert found("price", text) == ([expected] if expected else [])


@pytest.mark.parametrize(
    "text",
    [
        "3天以内",
        "under 30 days",
        "over 18 years old",
        "around 5 pm",
        "38码以上",
        "一块用更好",
        "5件以上",
    ],
)
def test_numbers_that_are_no_price(text: str) -> None:
    assert found("price", text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("买两件", 2),
        ("要3双", 3),
        ("十二瓶", 12),
        ("a pair of socks", 1),
        ("two pairs", 2),
        ("3 pcs", 3),
        ("x2", 2),
        ("make it three", 3),
    ],
)
def test_quantities(text: str, value: int) -> None:
    assert found("quantity", text) == [value]


@pytest.mark.parametrize("text", ["一个月", "第二件", "3个小时", "两个星期"])
def test_numbers_that_are_no_quantity(text: str) -> None:
    assert found("quantity", text) == []


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("M换L", [("M", "from"), ("L", "to")]),
        ("把M码换成L码", [("M", "from"), ("L", "to")]),
        ("from M to L", None),
        ("size M for size L", [("M", "from"), ("L", "to")]),
        ("38码换39码", [("38", "from"), ("39", "to")]),
        ("change 36 to 37", [("36", "from"), ("37", "to")]),
        ("换成XL码", [("XL", "to")]),
        ("换成2XL码", [("XXL", "to")]),
        ("exchange it for size 40", [("40", "to")]),
        ("有M码吗", [("M", None)]),
        ("size medium", [("M", None)]),
        ("30毫升的", [("30ml", None)]),
    ],
)
def test_sizes_and_their_roles(text: str, sizes: list[tuple[str, str | None]] | None) -> None:
    expected = [("M", "from"), ("L", "to")] if sizes is None else sizes
    sized = [(e.value, e.role) for e in extract(text) if e.entity == "size"]
    assert sized == expected


def test_positions_are_those_of_the_sentence_as_received() -> None:
    text = "訂單 ＨＫ２５１１０３００５１\u200b 買兩件"
    order, quantity = extract(text)
    assert (order.text, order.value) == ("ＨＫ２５１１０３００５１", "HK2511030051")
    assert (quantity.text, quantity.value) == ("兩件", 2)
