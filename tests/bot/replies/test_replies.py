"""The reply files: the same keys in both languages, and every template can be filled."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
from jinja2 import Environment, meta
from ruamel.yaml import YAML

from bot.replies import FOLDER, LANGUAGES, Phrasebook
from crm_store.types.text import LocalText
from nlu.language import detect_language

BOOK = Phrasebook()
FILES = sorted({file.name for file in FOLDER.glob("*/*.yml")})


def keys(language: str, name: str) -> list[str]:
    file = FOLDER / language / name
    return list(YAML(typ="safe").load(file) or {}) if file.exists() else []


@pytest.mark.parametrize("name", FILES)
def test_both_languages_have_the_same_keys(name: str) -> None:
    assert sorted(keys("zh", name)) == sorted(keys("en", name))


@pytest.mark.parametrize("name", FILES)
def test_templates_use_the_same_values_in_both_languages(name: str) -> None:
    assert used("zh", name) == used("en", name)


def used(language: str, name: str) -> dict[str, set[str]]:
    texts = YAML(typ="safe").load(FOLDER / language / name) or {}
    parser = Environment(autoescape=True)
    # Filters are the phrasebook's own; here only the names of values are read.
    parser.filters.update(
        dict.fromkeys(
            ("day", "weekday", "moment", "clock", "money", "number", "local", "phone"), str
        )
    )
    return {
        key: meta.find_undeclared_variables(parser.parse(str(text))) for key, text in texts.items()
    }


class Anything:
    """A value with every attribute, that is a list, a number and a text."""

    def __init__(self, depth: int = 3) -> None:
        self._depth = depth

    def __getattr__(self, name: str) -> object:
        known = {
            "en": "English",
            "zh": "中文",
            "lines": [1, 2],
            "delivered_at": datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
            "last_order_at": datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
            "placed_at": datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
            "at": datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
            "expected_on": date(2026, 3, 4),
            "expiring_on": date(2026, 6, 30),
            "joined_on": date(2025, 1, 9),
            "opens": time(10),
            "closes": time(22),
            "points": 5,
            "balance": 100,
            "expiring": 5,
            "points_balance": 7,
            "order_count": 2,
            "total": Decimal("12.50"),
            "total_spent": Decimal(99),
            "number": "HK2602270001",
        }
        if name in known:
            return known[name]
        if name.startswith("_") or not self._depth:
            raise AttributeError(name)
        return Anything(self._depth - 1)

    def __str__(self) -> str:
        return "值"


SAMPLES: dict[str, object] = {
    "at": datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    "cities": [("上海", ["南京西路店"])],
    "items": ["面霜 ×1"],
    "reasons": ["品牌相符"],
    "conditions": ["黑色"],
    "tried": ["手机号"],
    "count": 2,
    "days": 2,
    "quantity": 1,
    "length": 3000,
}
WORDED = [
    "cards", "order_status", "which_order", "search_product", "recommend_product", "stock_check",
    "stock", "store_info", "points_balance", "member_lookup", "wishes",
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("file", WORDED)
def test_every_template_can_be_filled(file: str, language: str) -> None:
    for key, names in used(language, f"{file}.yml").items():
        values = {name: SAMPLES.get(name, Anything()) for name in names}
        assert BOOK.speaker(language).words(f"{file}.{key}", values).strip()


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(Exception, match="undefined"):
        BOOK.speaker("zh").words("stock.exact")


def test_traditional_is_the_whole_text_converted() -> None:
    speaker = BOOK.speaker("zh-Hant")
    text = speaker.words("stock_check.there", {"where": "广州", "name": "温和洁面乳"})
    assert "廣州" in text
    assert detect_language(text) == "zh-Hant"
    assert speaker.local(LocalText("订单", "Order")) == "訂單"


@pytest.mark.parametrize(
    ("amount", "currency", "printed"),
    [("1299", "CNY", "¥1,299"), ("12.5", "CNY", "¥12.50"), ("80", "HKD", "HK$80")],
)
def test_money(amount: str, currency: str, printed: str) -> None:
    for language in ("zh", "en", "zh-Hant"):
        assert BOOK.speaker(language).money(Decimal(amount), currency) == printed


def test_values_are_text_not_templates(tmp_path: Path) -> None:
    words = BOOK.speaker("zh").words("stock_check.line", {"what": "{{ 7 * 7 }}<b>", "amount": "1"})
    assert words == "{{ 7 * 7 }}<b>：1"
