"""Canned replies: filled for one customer, found by words, and checked when they are read."""

from pathlib import Path

import pytest

from bot.desk.canned import CannedRepliesError, load_canned


def test_what_is_not_known_stays_out_with_its_comma() -> None:
    [hello, *_] = load_canned("zh").replies
    known = {"customer": "李女士", "agent": "林晓"}
    assert hello.filled(known) == "您好，李女士，我是客服林晓，很高兴为您服务。"
    assert hello.filled({"agent": "林晓"}) == "您好，我是客服林晓，很高兴为您服务。"
    [greeting, *_] = load_canned("en").replies
    assert greeting.filled({"agent": "Lin"}) == "Hello, this is Lin. How can I help?"


def test_a_name_counts_more_than_the_words() -> None:
    found = load_canned("zh").search("退款")
    assert [reply.name for reply in found][:2] == ["退款到账", "退货说明"]
    assert load_canned("en").search("REFUND way")[0].name == "Refund on its way"
    assert load_canned("zh").search("没有这个") == []
    assert len(load_canned("zh").search("")) == len(load_canned("zh").replies)


def test_the_shops_own_file_is_read_and_checked(tmp_path: Path) -> None:
    own = tmp_path / "zh.yml"
    own.write_text("- {name: 早, text: '{customer}早上好'}", encoding="utf-8")
    assert [reply.name for reply in load_canned("zh", tmp_path).replies] == ["早"]
    assert len(load_canned("en", tmp_path).replies) > 1
    for broken in ("- {name: 早}", "- {name: 早, text: '{phone}'}", "name: [", "早"):
        own.write_text(broken, encoding="utf-8")
        with pytest.raises(CannedRepliesError, match=r"zh\.yml"):
            load_canned("zh", tmp_path)
