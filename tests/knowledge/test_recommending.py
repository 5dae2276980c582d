"""What is suggested, to whom, and the reason given."""

from collections import Counter
from datetime import date, timedelta

import pytest

from knowledge.sales import SalesFacts
from knowledge.search import HybridCatalogSearch
from knowledge.types import Purchase, Reason, ReasonKind, SearchFilters

TODAY = date(2026, 3, 1)


def bought(product_id: str, days_ago: int, quantity: int = 1) -> Purchase:
    return Purchase(product_id, TODAY - timedelta(days=days_ago), quantity)


def test_a_new_customer_is_offered_what_is_popular(shop: HybridCatalogSearch) -> None:
    offers = shop.recommend([], today=TODAY)
    assert len(offers) == 5
    assert offers[0].product_id == "T1"
    assert all(offer.reason.kind is ReasonKind.POPULAR for offer in offers)


def test_what_was_bought_is_not_offered_again(shop: HybridCatalogSearch) -> None:
    offers = shop.recommend([bought("C1", 700), bought("T1", 3)], limit=20, today=TODAY)
    assert {"C1", "T1"}.isdisjoint(offer.product_id for offer in offers)


class TestReplenishment:
    def test_a_product_about_to_run_out_comes_first(self, shop: HybridCatalogSearch) -> None:
        best = shop.recommend([bought("F1", 50), bought("C1", 10)], today=TODAY)[0]
        assert best.product_id == "F1"
        assert best.reason == Reason(ReasonKind.REPLENISH, "F1", "creams")

    @pytest.mark.parametrize(("days_ago", "quantity"), [(30, 1), (50, 2), (50, 0)])
    def test_not_while_it_lasts_or_when_it_was_returned(
        self, shop: HybridCatalogSearch, days_ago: int, quantity: int
    ) -> None:
        offers = shop.recommend([bought("F1", days_ago, quantity)], limit=20, today=TODAY)
        assert ReasonKind.REPLENISH not in {offer.reason.kind for offer in offers}

    def test_the_latest_purchase_counts(self, shop: HybridCatalogSearch) -> None:
        offers = shop.recommend([bought("F1", 5), bought("F1", 300)], limit=20, today=TODAY)
        assert "F1" not in {offer.product_id for offer in offers}


def test_a_purchase_brings_what_goes_with_it(shop: HybridCatalogSearch) -> None:
    reasons = {o.product_id: o.reason for o in shop.recommend([bought("C1", 10)], today=TODAY)}
    assert reasons["S1"] == Reason(ReasonKind.PAIRS_WITH, "C1")
    kettle = {o.product_id: o.reason for o in shop.recommend([bought("K1", 10)], today=TODAY)}
    assert kettle["T1"] == Reason(ReasonKind.FREQUENTLY_BOUGHT_TOGETHER, "K1")


def test_a_request_is_answered_with_what_was_asked_for(shop: HybridCatalogSearch) -> None:
    offers = shop.recommend(
        [bought("C1", 10), bought("L1", 200)], text="送妈妈的护肤品面霜", today=TODAY
    )
    assert {offer.product_id for offer in offers[:3]} & {"F1", "F2"}
    assert all(o.reason.kind in (ReasonKind.MATCHES_REQUEST, ReasonKind.REPLENISH) for o in offers)


def test_no_category_fills_the_answer(shop: HybridCatalogSearch) -> None:
    offers = shop.recommend([bought("C1", 10)], limit=5, today=TODAY)
    counted = Counter(shop.get(o.product_id).category for o in offers)  # type: ignore[union-attr]
    assert max(counted.values()) <= 2


def test_filters_hold_for_every_offer(shop: HybridCatalogSearch) -> None:
    in_stock = SearchFilters(allowed=frozenset({"S2", "T2"}))
    offers = shop.recommend([bought("C1", 10)], filters=in_stock, today=TODAY)
    assert {offer.product_id for offer in offers} == {"S2", "T2"}


def test_the_same_question_has_the_same_answer(shop: HybridCatalogSearch) -> None:
    purchases = [bought("C1", 10), bought("K1", 40), bought("F2", 3)]
    first = shop.recommend(purchases, today=TODAY)
    assert shop.recommend(purchases[::-1], today=TODAY) == first


class TestPair:
    def test_the_merchandisers_word_comes_first(self, shop: HybridCatalogSearch) -> None:
        offers = shop.pair("C1", 5)
        assert [offer.product_id for offer in offers] == ["S1", "S2"]
        assert {offer.reason for offer in offers} == {Reason(ReasonKind.PAIRS_WITH, "C1")}

    def test_then_what_others_bought_with_it_more_than_once(
        self, shop: HybridCatalogSearch
    ) -> None:
        offers = shop.pair("K1", 5)
        assert [offer.product_id for offer in offers] == ["T1"]

    def test_nothing_for_an_unknown_product(self, shop: HybridCatalogSearch) -> None:
        assert shop.pair("unknown", 5) == []


def test_sales_facts_from_baskets() -> None:
    facts = SalesFacts.from_baskets([["a", "b"], ["a", "b"], ["a", "c"], ["a", "a"]])
    assert facts.popularity == {"a": 1.0, "b": 0.5, "c": 0.25}
    assert facts.bought_together["a"] == {"b": pytest.approx(2 / 8**0.5)}
    assert facts.bought_together["c"] == {}
