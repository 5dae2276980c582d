"""How text becomes words."""

import pytest

from knowledge.lexical import normalise, terms, units


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("羊绒围巾", ["羊绒", "绒围", "围巾"]),
        ("茶", ["茶"]),
        ("羊毛 wool 大衣", ["羊毛", "wool", "大衣"]),
        ("Dresses, boxes and watches", ["dress", "box", "watch"]),
        ("batteries of glass", ["battery", "glass"]),
        ("iPhone15", ["iphone15", "iphone", "15"]),
        ("1.5 L", ["1.5", "l"]),
        ("the and of", []),
        ("🙂 ——", []),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_spelling_variants_are_read_alike() -> None:
    assert normalise("ＣＡＦÉ 電熱水壺") == "cafe 电热水壶"


def test_units_are_characters_and_whole_words() -> None:
    assert units("Nike 跑鞋270") == ["nike", "跑", "鞋", "270"]
