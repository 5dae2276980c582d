"""Messages as examples: nothing personal is left, and marks are those of the training data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.learning import Marking, checked_line, neutral
from nlu.learning.marking import _stand_ins
from nlu.monitoring.masking import PERSONAL_KINDS, Mask, Span
from nlu.training.markup import parse_markup
from nlu.training.read import BUNDLED_DATA
from nlu.validation import read_domain

DOMAIN = read_domain(BUNDLED_DATA)
MARKING = Marking(frozenset(DOMAIN.roles))


@pytest.mark.parametrize(
    ("text", "known", "example"),
    [
        ("手机13712345678换成13987654321", (), "手机[13800138000](phone)换成[19900005566](phone)"),
        ("发到qq123@qq.com", (), "发到[lin@example.com](email)"),
        ("我叫王小明，退款", (), "我叫[林晓曼](person_name)，退款"),
        ("单号HK2511030051", (), "单号[HK2603010001](order_number)"),
        ("身份证11010119900307123X", (), "身份证100200300"),
        ("裙子退了吧", ((0, 2, "product"),), "[裙子](product)退了吧"),
        ("the dresses", ((4, 9, "product"),), "the dresses"),
        ("the dress\x1bes", ((4, 9, "product"),), "the dresses"),
        ("[裙子](product) {a}\n- 退", (), "［裙子］(product) ｛a｝ - 退"),
        ("给阿花送[家]里", ((1, 3, "person_name"),), "给[林晓曼](person_name)送［家］里"),
    ],
)  # fmt: skip
def test_a_message_as_an_example(text: str, known: tuple[Span, ...], example: str) -> None:
    assert MARKING(text, known, "zh") == example


def test_names_and_addresses_stand_in_in_their_language() -> None:
    known = ((11, 15, "person_name"),)
    assert MARKING("my name is Lena ok", known, "en") == "my name is [Emily Chen](person_name) ok"


@pytest.mark.parametrize("kind", sorted(PERSONAL_KINDS))
def test_every_personal_kind_has_stand_ins_in_both_languages(kind: str) -> None:
    choices = _stand_ins()[kind]
    assert choices.get("any") or (choices["zh"] and choices["en"])


@pytest.mark.parametrize("kind", ["phone", "email", "order_number", "card_number"])
def test_what_stands_in_is_read_as_the_same_kind(kind: str) -> None:
    for value in _stand_ins()[kind]["any"]:
        assert kind in {found for _, _, found in Mask().spans(value)}


SPANS = st.lists(
    st.tuples(
        st.integers(0, 30), st.integers(1, 10), st.sampled_from(["product", "phone", "date", "odd"])
    ),
    max_size=4,
)


@given(text=st.text(max_size=40), places=SPANS)
def test_any_message_is_a_usable_example_or_has_no_words(
    text: str, places: list[tuple[int, int, str]]
) -> None:
    known = [(a, min(a + n, len(text)), kind) for a, n, kind in places if a < len(text)]
    line = MARKING(text, known, "zh")
    try:
        marked = checked_line(line, DOMAIN)
    except ValueError as error:
        assert str(error) in {
            "an example needs words",
            "a text that begins with / is a button, not words",
        }
    else:
        assert parse_markup(line).text == marked.text
        assert neutral(marked.text) == marked.text
