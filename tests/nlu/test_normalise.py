import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.language import detect_language, to_simplified
from nlu.normalise import MAX_CHARACTERS, normalise


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("ＨＫ２０２４", "HK2024"),
        ("  two   spaces\t\nhere ", "two spaces here"),
        ("in\u200bvisible\u2060", "invisible"),
        ("\u202eright to left\u202c", "right to left"),
        ("訂單什麼時候到", "订单什么时候到"),
        ("３００ｍｌ", "300ml"),
        ("㎏", "kg"),
        ("cafe\u0301", "café"),
        ("好\ufe0f的", "好的"),
        ("\ud800broken", "broken"),
        ("\u200b\u200b", ""),
        ("", ""),
    ],
)
def test_cleaning(text: str, cleaned: str) -> None:
    assert normalise(text).text == cleaned


def test_span_leads_back_over_what_was_removed() -> None:
    text = "訂單 Ｈ\u200bＫ１２"
    sentence = normalise(text)
    start = sentence.text.index("HK12")
    begin, end = sentence.span(start, start + 4)
    assert text[begin:end] == "Ｈ\u200bＫ１２"


@given(st.text(max_size=200), st.data())
def test_every_span_is_a_piece_of_the_original(text: str, data: st.DataObject) -> None:
    sentence = normalise(text)
    assert len(sentence.starts) == len(sentence.ends) == len(sentence.text)
    if sentence.text:
        start = data.draw(st.integers(0, len(sentence.text) - 1))
        end = data.draw(st.integers(start + 1, len(sentence.text)))
        begin, stop = sentence.span(start, end)
        assert 0 <= begin < stop <= len(text)
        # What was cleaned comes out of that piece alone, too.
        assert sentence.text[start] in (" ", *normalise(text[begin:stop]).text)


@given(st.text(max_size=300))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = normalise(text).text
    assert len(normalise(once).text) == len(once)


def test_long_texts_are_cut() -> None:
    assert len(normalise("长" * 10 * MAX_CHARACTERS).text) == MAX_CHARACTERS


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("我的订单到哪了", "zh"),
        ("我的訂單到哪了", "zh-Hant"),
        ("請問幾點開門", "zh-Hant"),
        ("where is my order", "en"),
        ("我要退iPhone 15 Pro Max", "zh"),
        ("where is my 订单", "en"),
        ("pls帮我查HK2511030051", "zh"),
        ("ok", "en"),
        ("你好", "zh"),
        ("HK2511030051", "zh"),
        ("👍👍", "zh"),
        ("", "zh"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_language_without_words_is_the_conversations() -> None:
    assert detect_language("1234", default="en") == "en"


@given(st.text(max_size=100))
def test_simplified_text_keeps_its_length(text: str) -> None:
    assert len(to_simplified(text)) == len(text)
