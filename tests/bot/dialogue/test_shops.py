"""Shops: by name, by distance, and whether they are open."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from bot.dialogue.cards import is_open
from bot.dialogue.shops import find_shop, nearest_first
from crm_store.demo.places import shops

DOORS = [shop for shop in shops() if shop.id != "ONLINE"]
BY_ID = {shop.id: shop for shop in DOORS}


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("SH02", "SH02"),
        ("sh02", "SH02"),
        ("徐家汇店", "SH02"),
        ("徐家汇", "SH02"),
        ("Causeway Bay", "HK01"),
        ("路店", None),
        ("", None),
        (None, None),
        ("苏州店", None),
    ],
)
def test_a_shop_is_found_by_id_or_name(named: str | None, found: str | None) -> None:
    shop = find_shop(named, DOORS)
    assert (shop and shop.id) == found


def test_the_nearest_come_first() -> None:
    near = nearest_first(DOORS, [BY_ID["SH01"]])
    assert [shop.id for shop in near[:4]] == ["SH01", "SH02", "SH03", "HZ01"]
    assert nearest_first(DOORS, [BY_ID["HK01"]])[1].id == "SZ01"


def test_without_coordinates_the_order_stays() -> None:
    nowhere = replace(BY_ID["SH01"], latitude=None, longitude=None)
    assert nearest_first(DOORS, [nowhere]) == DOORS
    assert nearest_first([nowhere, BY_ID["BJ01"]], [BY_ID["SH02"]])[-1] == nowhere


@pytest.mark.parametrize(
    ("hour", "minute", "is_it"),
    [(1, 59, False), (2, 0, True), (13, 59, True), (14, 0, False), (23, 0, False)],
)
def test_open_by_the_clock_on_the_shops_wall(hour: int, minute: int, is_it: bool) -> None:
    """Hours are 10:00 to 22:00 in Shanghai; the times here are UTC."""
    assert is_open(BY_ID["SH01"], datetime(2026, 3, 2, hour, minute, tzinfo=UTC)) is is_it


def test_hours_may_pass_midnight() -> None:
    late = replace(BY_ID["SH01"], opens=time(18), closes=time(2))
    assert is_open(late, datetime(2026, 3, 2, 17, 0, tzinfo=UTC))
    assert not is_open(late, datetime(2026, 3, 2, 4, 0, tzinfo=UTC))
