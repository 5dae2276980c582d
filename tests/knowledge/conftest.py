"""A small shop with products of four lines, and its index."""

from decimal import Decimal

import pytest

from knowledge.embedding import EmbedderSpec, load_embedder
from knowledge.index import open_or_build
from knowledge.ports import Embedder
from knowledge.sales import SalesFacts
from knowledge.search import HybridCatalogSearch
from knowledge.types import CatalogItem, VariantRef

_COLOURS = {"black": "黑色", "navy": "藏青色", "red": "红色"}
_CATEGORIES = {
    "coats": ("大衣", "Coats"),
    "scarves": ("围巾", "Scarves"),
    "creams": ("面霜", "Face creams"),
    "cleansers": ("洁面", "Cleansers"),
    "kettles": ("电热水壶", "Kettles"),
    "tea": ("茶叶", "Tea"),
}


def item(
    product_id: str, zh: str, en: str, category: str, price: str, about: str, **more: object
) -> CatalogItem:
    """A product; `variants` are "colour/size" words."""
    variants = str(more.pop("variants", "")).split()
    return CatalogItem(
        product_id=product_id,
        names={"zh": zh, "en": en},
        category=category,
        category_names=dict(zip(("zh", "en"), _CATEGORIES[category], strict=True)),
        price=Decimal(price),
        descriptions={"zh": about},
        skus=tuple(_variant(product_id, number, word) for number, word in enumerate(variants)),
        **more,  # type: ignore[arg-type]
    )


def _variant(product_id: str, number: int, word: str) -> VariantRef:
    colour, _, size = word.partition("/")
    return VariantRef(f"{product_id}-{number}", colour, size, {"zh": _COLOURS.get(colour, "")})


ITEMS = [
    item("C1", "双面羊毛大衣", "Double-face wool coat", "coats", "1299", "冬季保暖，收腰版型",
         brand="北岸", variants="black/M navy/L", pairs_with=("scarves",)),
    item("C2", "轻薄风衣", "Light trench coat", "coats", "699", "春秋防风，可折叠收纳",
         brand="North Cape", variants="navy/M"),
    item("C3", "羽绒长大衣", "Long down coat", "coats", "1599", "零下二十度也暖和",
         brand="North Cape", variants="black/L"),
    item("S1", "羊绒围巾", "Cashmere scarf", "scarves", "399", "柔软亲肤，送礼佳选",
         brand="北岸", variants="red/ navy/"),
    item("S2", "真丝方巾", "Silk square scarf", "scarves", "259", "可系包可系发", brand="Mulan"),
    item("F1", "烟酰胺保湿面霜", "Niacinamide moisturising cream", "creams", "189",
         "干性肌肤适用，五十毫升", brand="小满", aliases=("小蓝罐", "6901234567892"),
         replenish_days=60, pairs_with=("L1",)),
    item("F2", "玻尿酸修护面霜", "Hyaluronic repair cream", "creams", "229", "敏感肌肤适用",
         brand="小满", replenish_days=60),
    item("L1", "氨基酸洁面乳", "Amino acid cleanser", "cleansers", "89", "温和清洁不紧绷",
         brand="小满", replenish_days=90),
    item("K1", "智能恒温电热水壶 1.5 升", "Smart kettle 1.5 L", "kettles", "299",
         "五档调温，冲奶泡茶", brand="Tefra"),
    item("T1", "明前龙井茶", "Pre-Qingming Longjing tea", "tea", "168", "清香，罐装一百克",
         brand="山间", replenish_days=30),
    item("T2", "武夷大红袍", "Da Hong Pao oolong", "tea", "198", "岩韵浓郁", brand="山间",
         replenish_days=30),
]  # fmt: skip

BASKETS = [{"K1", "T1"}, {"K1", "T1"}, {"K1", "T2"}, {"T1", "S1"}, {"F1", "L1"}, {"T1", "T2"}]


@pytest.fixture(scope="session")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    return load_embedder(EmbedderSpec(), tmp_path_factory.getbasetemp() / "embedders")


@pytest.fixture(scope="session")
def shop(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> HybridCatalogSearch:
    root = tmp_path_factory.mktemp("shop")
    index = open_or_build(root, ITEMS, embedder)
    return HybridCatalogSearch(ITEMS, index, embedder, SalesFacts.from_baskets(BASKETS))
