import pytest

from bot.dialogue.asking_back import refuses, waits, wavers


@pytest.mark.parametrize("text", ["是的，不，等等", "好的好的，算了", "yes no wait", "ok, don't"])
def test_a_yes_with_a_no_in_it_is_none(text: str) -> None:
    assert wavers(text)


@pytest.mark.parametrize("text", ["没问题", "好的，不错", "no problem, go ahead", "确认办理"])
def test_idioms_with_a_no_in_them_are_a_yes(text: str) -> None:
    assert not wavers(text)


@pytest.mark.parametrize(
    "text", ["不要取消", "那就先别退了", "don't return it", "please do not cancel"]
)
def test_what_shall_not_be_done_is_refused(text: str) -> None:
    assert refuses(text)


@pytest.mark.parametrize(
    "text", ["不对", "不要红色的，要蓝色的", "别的订单可以吗", "don't you have blue?"]
)
def test_a_correction_is_no_refusal(text: str) -> None:
    assert not refuses(text)


@pytest.mark.parametrize(
    "text",
    ["等一下", "等一下我看看", "我再想想", "稍等", "hmm wait", "one moment please", "let me check"],
)
def test_who_wants_time_is_heard(text: str) -> None:
    assert waits(text)


@pytest.mark.parametrize(
    "text", ["等一下，改成两件", "等多久", "wait for the courier", "我看看第二个"]
)
def test_words_that_say_more_ask_for_no_time(text: str) -> None:
    assert not waits(text)
