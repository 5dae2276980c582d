"""What customers find: by words in either language, by names and numbers, under conditions."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from knowledge.index import open_or_build
from knowledge.ports import Embedder
from knowledge.search import HybridCatalogSearch
from knowledge.types import SearchFilters, SearchQuery


def found(shop: HybridCatalogSearch, text: str, filters: SearchFilters | None = None) -> list[str]:
    query = SearchQuery(text, filters=filters or SearchFilters(), limit=20)
    return [hit.product_id for hit in shop.search(query)]


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("适合干性皮肤的面霜", "F1"),
        ("moisturising cream for dry skin", "F1"),
        ("敏感肌用什麼面霜", "F2"),
        ("kettle to boil water", "K1"),
        ("winter scarf cashmere", "S1"),
        ("洗脸的", "L1"),
    ],
)
def test_words_and_meaning_find_the_product(
    shop: HybridCatalogSearch, text: str, best: str
) -> None:
    assert found(shop, text)[0] == best


@pytest.mark.parametrize(
    ("text", "product_id", "why"),
    [
        ("S1-1", "S1", "sku"),
        ("c1-0 还有货吗", "C1", "sku"),
        ("6901234567892", "F1", "name"),
        ("小蓝罐多少钱", "F1", "name"),
        ("羊絨圍巾", "S1", "name"),
        ("smart kettle 1.5L 怎么用", "K1", "name"),
    ],
)
def test_a_number_or_an_exact_name_wins(
    shop: HybridCatalogSearch, text: str, product_id: str, why: str
) -> None:
    best = shop.search(SearchQuery(text))[0]
    assert (best.product_id, best.matched[0]) == (product_id, why)


def test_products_of_a_named_brand_come_before_all_others(shop: HybridCatalogSearch) -> None:
    hits = shop.search(SearchQuery("north cape 保暖大衣"))
    assert [hit.product_id for hit in hits[:2]] == ["C3", "C2"]
    assert all("brand" in hit.matched for hit in hits[:2])
    assert "brand" not in hits[2].matched


def test_every_hit_says_why_and_scores_fall(shop: HybridCatalogSearch) -> None:
    hits = shop.search(SearchQuery("大衣", limit=5))
    assert len(hits) == 5
    assert all(hit.matched for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert {"words", "meaning"} <= set(hits[0].matched)


class TestFilters:
    def test_price(self, shop: HybridCatalogSearch) -> None:
        cheap = SearchFilters(price_min=Decimal(150), price_max=Decimal(200))
        assert set(found(shop, "大衣", cheap)) == {"F1", "T1", "T2"}

    def test_category_by_slug_or_name_in_any_language(self, shop: HybridCatalogSearch) -> None:
        for word in ("tea", "茶叶", "TEA"):
            assert set(found(shop, "好喝", SearchFilters(categories=frozenset({word})))) == {
                "T1",
                "T2",
            }

    def test_brand(self, shop: HybridCatalogSearch) -> None:
        by_brand = SearchFilters(brands=frozenset({"north cape", "Mulan"}))
        assert set(found(shop, "围巾", by_brand)) == {"C2", "C3", "S2"}

    def test_colour_and_size_meet_in_one_variant(self, shop: HybridCatalogSearch) -> None:
        navy_m = SearchFilters(colours=frozenset({"藏青色"}), sizes=frozenset({"m"}))
        assert found(shop, "大衣", navy_m) == ["C2"]
        assert set(found(shop, "大衣", SearchFilters(colours=frozenset({"NAVY"})))) == {
            "C1",
            "C2",
            "S1",
        }

    def test_only_allowed_products(self, shop: HybridCatalogSearch) -> None:
        in_stock = SearchFilters(allowed=frozenset({"C2", "gone"}))
        assert found(shop, "羊绒围巾", in_stock) == ["C2"]
        assert found(shop, "羊绒围巾", SearchFilters(allowed=frozenset())) == []

    def test_nothing_fits(self, shop: HybridCatalogSearch) -> None:
        assert found(shop, "大衣", SearchFilters(price_min=Decimal(9999))) == []

    def test_without_words_the_filters_alone_answer(self, shop: HybridCatalogSearch) -> None:
        tea = SearchFilters(categories=frozenset({"tea"}))
        assert found(shop, "  ", tea) == ["T1", "T2"]  # the better seller first


@pytest.mark.parametrize("text", ["\0", "🙂", "!!!", "龘", "' OR 1=1 --", "长" * 5000, "\ud800"])
def test_any_text_is_answered(shop: HybridCatalogSearch, text: str) -> None:
    shop.search(SearchQuery(text))
    shop.resolve(text, "zh", 3)


def test_many_threads_get_the_same_answer(shop: HybridCatalogSearch) -> None:
    tea = SearchQuery("茶", filters=SearchFilters(price_max=Decimal(300)))
    expected = shop.search(tea)
    with ThreadPoolExecutor(4) as pool:
        assert all(hits == expected for hits in pool.map(lambda _: shop.search(tea), range(20)))


def test_an_empty_catalogue_finds_nothing(embedder: Embedder, tmp_path: Path) -> None:
    empty = HybridCatalogSearch([], open_or_build(tmp_path, [], embedder), embedder)
    assert empty.search(SearchQuery("大衣")) == []
    assert empty.resolve("大衣", "zh", 3) == []
    assert empty.recommend([]) == []
    assert empty.similar("C1", 3) == []


class TestResolve:
    @pytest.mark.parametrize(
        ("text", "product_id"),
        [
            ("那条羊绒围巾", "S1"),
            ("the cashmere scarf please", "S1"),
            ("cashmer scarf", "S1"),
            ("Niacinamid moisturizing cream", "F1"),
            ("羊容围巾", "S1"),
            ("明前龍井", "T1"),
            ("F2", "F2"),
            ("调温的电热水壶", "K1"),
        ],
    )
    def test_a_phrase_names_a_product(
        self, shop: HybridCatalogSearch, text: str, product_id: str
    ) -> None:
        assert [hit.product_id for hit in shop.resolve(text, "zh", 1)] == [product_id]

    @pytest.mark.parametrize("text", ["", "你好", "thanks a lot", "iPhone 15", "笔记本电脑", "ok"])
    def test_nothing_rather_than_something_unlikely(
        self, shop: HybridCatalogSearch, text: str
    ) -> None:
        assert shop.resolve(text, "zh", 3) == []

    def test_a_shared_part_of_names_gives_all_of_them(self, shop: HybridCatalogSearch) -> None:
        assert {"F1", "F2"} <= {hit.product_id for hit in shop.resolve("面霜", "zh", 5)}


def test_similar_products_leave_the_product_itself_out(shop: HybridCatalogSearch) -> None:
    hits = shop.similar("F1", 3)
    assert hits[0].product_id == "F2"
    assert "F1" not in {hit.product_id for hit in hits}
    assert shop.similar("unknown", 3) == []
    cheap = SearchFilters(price_max=Decimal(100))
    assert [hit.product_id for hit in shop.similar("F1", 3, cheap)] == ["L1"]


def test_get_gives_the_indexed_product(shop: HybridCatalogSearch) -> None:
    coat = shop.get("C1")
    assert coat is not None
    assert coat.names["en"] == "Double-face wool coat"
    assert shop.get("unknown") is None
