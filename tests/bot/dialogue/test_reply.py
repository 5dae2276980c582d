"""Button payloads: written by skills, and typed by people who want to see what happens."""

import pytest

from bot.dialogue.reply import LONGEST_SLOT, Pressed, payload


def test_a_payload_is_read_as_it_was_written() -> None:
    slots = {"order_number": "HK2602270001", "count": 2, "confirm": True}
    assert Pressed.from_text(payload("order_status", slots)) == Pressed("order_status", slots)
    assert Pressed.from_text(payload("greet")) == Pressed("greet")


@pytest.mark.parametrize(
    "text",
    [
        "order_status",
        "/",
        "/not a name",
        '/order_status{"a": 1',
        '/order_status{"a": 1} and more',
        '/order_status{"a": ' + "[" * 5000 + "]" * 5000 + "}",
    ],
)
def test_what_is_no_payload(text: str) -> None:
    assert Pressed.from_text(text) is None


@pytest.mark.parametrize(
    "value",
    [
        '{"x": 1}',
        "[1]",
        "null",
        "NaN",
        "1.5",
        '"a\\u0000b"',
        '"\\ud800"',
        '"' + "x" * (LONGEST_SLOT + 1) + '"',
    ],
)
def test_slots_that_no_skill_writes_are_dropped(value: str) -> None:
    pressed = Pressed.from_text('/stock_check{"product": ' + value + ', "size": "M"}')
    assert pressed == Pressed("stock_check", {"size": "M"})
