"""Which texts are messages."""

import pytest

from bot.api.problems import ProblemError
from bot.api.texts import cleaned


@pytest.mark.parametrize(
    "text",
    ["", " ", "\u3000\t\r\n", "\u200b\u200d\ufeff", "\u2060\u202e", "\u2800\u3164"],
    ids=["empty", "space", "wide", "zero width", "marks", "blank glyphs"],
)
def test_nothing_to_read_is_refused(text: str) -> None:
    with pytest.raises(ProblemError) as refused:
        cleaned(text)
    assert (refused.value.status_code, refused.value.code) == (422, "message_empty")


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[31m", "\ud800", "\x7fELF"])
def test_what_no_keyboard_writes_is_refused(text: str) -> None:
    with pytest.raises(ProblemError) as refused:
        cleaned(text)
    assert (refused.value.status_code, refused.value.code) == (422, "message_not_text")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  我要退货 ", "我要退货"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("a\tb", "a\tb"),
        ("👩‍👧 مرحبا", "👩‍👧 مرحبا"),
        ("\u202eabc", "\u202eabc"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_everything_else_is_kept_as_it_was_written(text: str, kept: str) -> None:
    assert cleaned(text) == kept
