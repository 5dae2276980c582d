"""What a customer wishes for, as conditions that can be given up one by one."""

from decimal import Decimal

import pytest

from bot.dialogue.offers import fitting_wish
from bot.dialogue.wishes import Wish, has_content
from nlu.types import PriceRange

UP_TO_300 = PriceRange(None, Decimal(300), "CNY")


@pytest.mark.parametrize(
    "text",
    [
        "找商品",
        "推荐一下呗",
        "帮我挑挑吧",
        "随便推荐点",
        "我想买东西",
        "what would you recommend",
        "something for me please",
        "推薦一下",
        "？？",
        "",
    ],
)
def test_words_that_wish_for_nothing_in_particular(text: str) -> None:
    assert not has_content(text)


@pytest.mark.parametrize("text", ["送妈妈", "不油腻的", "a gift", "红色", "3 litre"])
def test_words_that_say_something(text: str) -> None:
    assert has_content(text)


def test_one_price_means_about_that_much() -> None:
    filters = Wish("", price=PriceRange(Decimal(200), Decimal(200))).filters(None)
    assert (filters.price_min, filters.price_max) == (Decimal(160), Decimal(240))


def test_sizes_are_matched_as_people_and_as_labels_write_them() -> None:
    assert Wish("", size="30ml").filters(None).sizes == {"30ml", "30 ml"}
    assert Wish("", size="XL").filters(None).sizes == {"XL"}


def test_what_people_mind_least_is_given_up_first() -> None:
    wish = Wish("羽绒服", price=UP_TO_300, category="outerwear", colour="pink", size="M")
    assert wish.conditions == ("size", "colour", "price", "category")


def test_nothing_is_given_up_when_something_fits() -> None:
    wish = Wish("羽绒服", colour="pink")
    kept = fitting_wish(wish, lambda _: ["a"])
    assert (list(kept.found), kept.wish, kept.given_up) == (["a"], wish, None)


def test_exactly_one_condition_is_given_up_and_named() -> None:
    wish = Wish("羽绒服", price=UP_TO_300, colour="pink")
    kept = fitting_wish(wish, lambda one: ["b"] if one.price is None else [])
    assert (list(kept.found), kept.given_up) == (["b"], "price")
    assert kept.wish.colour == "pink"


def test_a_lone_condition_without_words_is_never_given_up() -> None:
    wish = Wish("", category="outerwear")
    kept = fitting_wish(wish, lambda one: [] if one.category else ["everything"])
    assert (list(kept.found), kept.given_up) == ([], None)
