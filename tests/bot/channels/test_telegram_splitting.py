"""Long texts are cut where a reader would, and never lose anything."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.splitting import LONGEST_TEXT, pieces, units

FAMILY = "👨‍👩‍👧‍👦"
MIXED = st.text(
    st.sampled_from([*"ab 中。\n.!", "😀", "é", "\u0301", "\u200d", "🇨", "👍", "🏽", "\ufe0f"])
)


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(st.text())
def test_length_is_telegrams(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    assert units(text) == utf16(text)


@given(MIXED, st.integers(8, 40))
def test_nothing_is_lost_and_everything_fits(text: str, limit: int) -> None:
    cut = pieces(text, limit)
    assert all(0 < utf16(piece) <= limit and piece.strip() for piece in cut)
    assert "".join("".join(cut).split()) == "".join(text.split())


@given(st.lists(st.text("abcdefg", min_size=1, max_size=12), max_size=60), st.integers(12, 40))
def test_words_stay_whole(words: list[str], limit: int) -> None:
    assert " ".join(pieces(" ".join(words), limit)).split() == words


def test_a_text_that_fits_stays_one() -> None:
    assert pieces("您好") == ["您好"]
    assert pieces("😀" * 2048) == ["😀" * 2048]
    assert pieces(" \n ") == []


def test_emoji_count_twice_and_are_never_halved() -> None:
    cut = pieces("😀" * 2049)
    assert [utf16(piece) for piece in cut] == [LONGEST_TEXT, 2]


@pytest.mark.parametrize("cluster", [FAMILY, "🇨🇳", "👍🏽", "1️⃣", "e\u0301"])
def test_what_shows_as_one_character_stays_whole(cluster: str) -> None:
    for limit in (23, 24, 25, 26, 27):
        cut = pieces(cluster * 40, limit)
        assert all(re.fullmatch(f"(?:{re.escape(cluster)})+", piece) for piece in cut)


@pytest.mark.parametrize(
    ("text", "limit", "first"),
    [
        ("第一段很长很长。\n\n第二段。也很长，很长很长", 12, "第一段很长很长。"),
        ("第一句话说完了。第二句还没说完就超了", 12, "第一句话说完了。"),
        ("他说“好的！”然后就走了没有再回来过", 12, "他说“好的！”"),
        ("one two three four five six", 18, "one two three four"),
        ("订单O20260101000001已发货", 16, "订单"),
    ],
)
def test_cuts_are_made_where_a_reader_pauses(text: str, limit: int, first: str) -> None:
    assert pieces(text, limit)[0] == first
