"""Choosing from a list by position or by words."""

import pytest

from bot.dialogue.choosing import chosen, position_named

ORDERS = ["3月1日 运动鞋（0012）", "2月23日 电饭煲 白色（0011）", "2月3日 冲锋衣（0002）"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("第二个", 1),
        ("就第2单吧", 1),
        ("2", 1),
        ("二", 1),
        ("我要第三个", 2),
        ("最后一个", 2),
        ("最後一個", 2),
        ("第一單", 0),
        ("倒数第二个", 1),
        ("the second one", 1),
        ("2nd", 1),
        ("#3", 2),
        ("option 3", 2),
        ("one", 0),
        ("two please", 1),
        ("the last one", 2),
        ("電飯煲", 1),
        ("冲锋衣", 2),
        ("3月1日 运动鞋（0012）", 0),
    ],
)
def test_a_message_chooses(text: str, place: int) -> None:
    assert chosen(text, ORDERS) == place


@pytest.mark.parametrize(
    "text",
    ["", "  ", "第四个", "4", "0", "好的", "第二天", "月", "ok", "1234", "第二个有货吗", "x" * 500],
)
def test_a_message_does_not_choose(text: str) -> None:
    assert chosen(text, ORDERS) is None


def test_words_in_two_labels_choose_neither() -> None:
    assert chosen("冲锋衣", ["女士冲锋衣", "轻量冲锋衣"]) is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("第二个有货吗", 1),
        ("最后一款多少钱", 2),
        ("is the third one in stock", 2),
        ("is number 3 available", 2),
        ("what about the last one?", 2),
        ("第二天能到吗", None),
        ("the last time I came", None),
        ("第九个呢", None),
    ],
)
def test_a_place_named_in_a_sentence(text: str, place: int | None) -> None:
    assert position_named(text, 3) == place
