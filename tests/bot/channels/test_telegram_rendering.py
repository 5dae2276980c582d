"""Replies as Telegram messages: text, keys, and what a key leads back to."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.buttons import button_at, keys, referred
from bot.channels.telegram.rendering import Part, render
from bot.dialogue.reply import Button, Card, Reply
from bot.replies import Phrasebook
from crm_store.types.conversations import Author, Direction, Message, MessageState

PHRASES = Phrasebook()


def stored(reply: Reply, *, author: Author = Author.BOT) -> Message:
    return Message(
        *(12, 3, Direction.OUT, author, reply.text, reply.to_payload(), MessageState.SENDING, 0),
        datetime(2026, 3, 2, tzinfo=UTC),
    )


def parts(reply: Reply, language: str = "zh", *, author: Author = Author.BOT) -> list[Part]:
    return render(stored(reply, author=author), PHRASES.speaker(language))


def titles(part: Part) -> list[list[str]]:
    markup = part.keyboard.model_dump() if part.keyboard else {}
    return [
        [key["text"] for key in row]
        for row in markup.get("inline_keyboard") or markup.get("keyboard") or []
    ]


def test_a_card_becomes_a_block_of_text() -> None:
    card = Card("羊毛大衣", "素织", ("¥1,299", "现货：M、L"))
    [part] = parts(Reply("为您找到：", (card,)))
    assert part.text == "为您找到：\n\n▪ 羊毛大衣\n  素织\n  ¥1,299\n  现货：M、L"
    assert part.keyboard is None


def test_cards_with_buttons_of_their_own_are_numbered_like_their_keys() -> None:
    coat = Card("羊毛大衣", buttons=(Button("查库存", "/stock_check"),))
    cream = Card("保湿面霜", buttons=(Button("查库存", "/stock_check"), Button("找相似", "/x")))
    [part] = parts(Reply("", (coat, cream), (Button("人工客服", "/talk_to_human"),)))
    assert part.text == "1. 羊毛大衣\n\n2. 保湿面霜"
    assert titles(part) == [["1 · 查库存"], ["2 · 查库存", "2 · 找相似"], ["人工客服"]]


def test_short_keys_share_a_row_and_long_ones_have_their_own() -> None:
    short = tuple(Button(title, "/x") for title in ("是", "不是", "再想想", "换一个"))
    long = (Button("查看我最近三个月的全部订单", "/y"), Button("Talk to a person", "/z"))
    [part] = parts(Reply("选吧", (), short + long))
    assert titles(part) == [
        ["是", "不是", "再想想"],
        ["换一个"],
        ["查看我最近三个月的全部订单"],
        ["Talk to a person"],
    ]


def test_keys_stand_under_the_last_piece_of_a_long_text() -> None:
    cut = parts(Reply("很长。" * 2_000, (), (Button("好", "/affirm"),)))
    assert len(cut) == 2
    assert [titles(part) for part in cut] == [[], [["好"]]]


def test_keys_without_any_text_get_a_word_above_them() -> None:
    [part] = parts(Reply("", (), (Button("OK", "/affirm"),)), "en")
    assert part.text == "Please choose:"


@pytest.mark.parametrize(
    ("language", "key"),
    [("zh", "发送我的手机号"), ("zh-Hant", "發送我的手機號"), ("en", "Share my phone number")],
)
def test_asking_for_the_contact_in_the_customers_language(language: str, key: str) -> None:
    [part] = parts(Reply("?", contact_request=True), language)
    assert titles(part) == [[key]]
    assert part.keyboard is not None
    assert part.keyboard.model_dump()["keyboard"][0][0]["request_contact"] is True


def test_keys_and_a_request_for_the_contact_need_two_messages() -> None:
    first, second = parts(Reply("请确认身份", (), (Button("人工", "/h"),), contact_request=True))
    assert (titles(first), titles(second)) == ([["人工"]], [["发送我的手机号"]])
    assert second.text


def test_a_person_is_told_from_the_bot() -> None:
    [part] = parts(Reply("我来帮您"), author=Author.AGENT)
    assert part.text == "👤 我来帮您"


def test_an_empty_reply_has_no_parts() -> None:
    assert parts(Reply(" ")) == []


@given(
    st.lists(st.lists(st.text(max_size=80), max_size=4), max_size=6),
    st.lists(st.text(max_size=80), max_size=6),
)
def test_every_key_leads_back_to_its_button(cards: list[list[str]], own: list[str]) -> None:
    """Whatever titles and payloads say, data has at most 64 bytes and names one button."""
    reply = Reply(
        "?",
        tuple(
            Card("卡", buttons=tuple(Button(t, f"/{n}/{t}") for t in buttons))
            for n, buttons in enumerate(cards)
        ),
        tuple(Button(title, f"/own/{title}") for title in own),
    )
    message = stored(reply)
    wanted = [b.payload for card in reply.cards for b in card.buttons]
    wanted += [b.payload for b in reply.buttons]
    last = render(message, PHRASES.speaker("zh"))[-1].keyboard
    markup = last.model_dump() if last else {"inline_keyboard": []}
    found = []
    for row in markup["inline_keyboard"]:
        assert 1 <= len(row) <= 3
        for key in row:
            assert len(key["callback_data"].encode()) <= 64
            assert 1 <= len(key["text"]) <= 64
            place = referred(key["callback_data"])
            assert place is not None
            assert place[0] == message.id
            button = button_at(message.payload, place[1])
            assert button is not None
            found.append(button.payload)
    assert found == wanted
    assert sum(len(group) for group in keys(message.payload)) == len(wanted)


@pytest.mark.parametrize("data", ["", "b:1", "b:1:2:3", "b:-1:0", "b:１:0", "/greet", "b:1:0\n"])
def test_data_that_is_not_ours_leads_nowhere(data: str) -> None:
    assert referred(data) is None
