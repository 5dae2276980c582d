"""Lots of points, coupons and the rules of tiers, without a database."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_store.errors import RulesError
from crm_store.loyalty.coupons import check
from crm_store.loyalty.lots import lapsed, left_by_lapse
from crm_store.loyalty.rules import PACKAGED, load_rules
from crm_store.types.loyalty import BasketItem, Coupon, CouponRefusal, PointsEntry, PointsKind
from crm_store.types.people import Tier
from crm_store.types.text import LocalText

TODAY = date(2026, 3, 2)
RULES = load_rules()


def entry(points: int, expires_on: date | None = None) -> PointsEntry:
    kind = PointsKind.EARN if points > 0 else PointsKind.SPEND
    return PointsEntry(0, kind, points, datetime(2026, 1, 1, tzinfo=UTC), expires_on, "")


days = st.one_of(st.none(), st.integers(-40, 40).map(lambda one: TODAY + timedelta(days=one)))
earned = st.lists(st.builds(entry, st.integers(1, 500), days), max_size=12)
debits = st.lists(st.builds(entry, st.integers(-500, -1)), max_size=12)


class TestLots:
    @given(earned, debits)
    def test_what_is_left_is_the_balance(
        self, earned: list[PointsEntry], taken: list[PointsEntry]
    ) -> None:
        balance = sum(one.points for one in earned + taken)
        assert sum(left_by_lapse(earned + taken).values()) == max(0, balance)

    @given(earned, debits)
    def test_booking_what_lapsed_leaves_nothing_to_book_and_no_debt(
        self, earned: list[PointsEntry], taken: list[PointsEntry]
    ) -> None:
        ledger = earned + taken
        gone = lapsed(ledger, TODAY)
        balance = sum(one.points for one in ledger)
        booked = [*ledger, *(entry(-points) for points in gone.values())]
        assert lapsed(booked, TODAY) == {}
        assert sum(one.points for one in booked) >= min(0, balance)

    @given(earned, debits)
    def test_points_that_have_not_lapsed_stay(
        self, earned: list[PointsEntry], taken: list[PointsEntry]
    ) -> None:
        ledger = earned + taken
        gone = lapsed(ledger, TODAY)
        booked = [*ledger, *(entry(-points) for points in gone.values())]
        keeps = {day: left for day, left in left_by_lapse(ledger).items() if day not in gone}
        assert left_by_lapse(booked) == keeps


class TestRules:
    @pytest.mark.parametrize(
        ("spend", "tier"),
        [("0", Tier.REGULAR), ("1499.99", Tier.REGULAR), ("1500", Tier.SILVER),
         ("5000", Tier.GOLD), ("99999", Tier.DIAMOND)],
    )  # fmt: skip
    def test_spending_earns_a_tier(self, spend: str, tier: Tier) -> None:
        assert RULES.earned_by(Decimal(spend)).tier is tier

    def test_currencies_are_converted_and_unlisted_ones_count_for_nothing(self) -> None:
        amounts = {"CNY": Decimal(100), "HKD": Decimal(100), "XYZ": Decimal(1_000_000)}
        assert RULES.worth(amounts) == Decimal("192.00")

    def test_points_of_a_purchase(self) -> None:
        assert RULES.points_for(Decimal("199.90"), Tier.GOLD) == 249
        assert RULES.lapse_date(date(2026, 5, 1)) == date(2027, 12, 31)

    @pytest.mark.parametrize(
        ("change", "key"),
        [(("spend: 1500", "spend: 6000"), "tiers"), (("currency: CNY", "curency: CNY"), "currency"),
         (("multiplier: 1.1", "multiplier: 0"), "multiplier"),
         (("  HKD: 0.92", "  HKD: x"), "HKD")],
    )  # fmt: skip
    def test_a_file_that_cannot_be_says_where(
        self, tmp_path: Path, change: tuple[str, str], key: str
    ) -> None:
        file = tmp_path / "rules.yml"
        file.write_text(PACKAGED.read_text("utf-8").replace(*change), "utf-8")
        with pytest.raises(RulesError, match=key):
            load_rules(file)


class TestCoupons:
    def coupon(self, **values: object) -> Coupon:
        given = {
            "code": "C", "title": LocalText(), "state": "issued", "valid_from": TODAY,
            "valid_to": TODAY, "min_spend": Decimal(100), "amount_off": Decimal(30),
            "percent_off": None, "category": "skincare",
        }  # fmt: skip
        return Coupon(**{**given, **values})  # type: ignore[arg-type]

    def test_used_comes_before_the_dates(self) -> None:
        found = check(self.coupon(state="used"), TODAY + timedelta(days=9), None)
        assert found.refusal is CouponRefusal.USED

    def test_only_its_category_counts_towards_the_minimum(self) -> None:
        basket = [BasketItem("skincare", Decimal(60)), BasketItem("coffee", Decimal(900))]
        found = check(self.coupon(), TODAY, basket)
        assert (found.refusal, found.missing) == (
            CouponRefusal.MINIMUM_NOT_REACHED, Decimal(40),
        )  # fmt: skip
        assert check(self.coupon(), TODAY, basket[1:]).refusal is CouponRefusal.WRONG_CATEGORY

    def test_it_never_takes_off_more_than_the_goods_cost(self) -> None:
        coupon = self.coupon(min_spend=None, category=None)
        assert check(coupon, TODAY, [BasketItem("x", Decimal(12))]).takes_off == Decimal("12.00")
