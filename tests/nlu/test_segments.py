"""Several wishes in one message, and wishes that are taken back, on the project's own model."""

from collections import Counter
from pathlib import Path

import pytest
from heguang import NOW, understanding
from written import written_sentences

from nlu.ports import NluEngine
from nlu.segments import Cut, parts_of

HERE = Path(__file__).parent
SENTENCES = HERE / "segment_sentences.yml"
UNSEEN = HERE / "segment_sentences_unseen.yml"


@pytest.fixture(scope="module")
def engine(model_folder: Path) -> NluEngine:
    return understanding(model_folder)


async def wishes(engine: NluEngine, text: str) -> list[str]:
    parse = await engine.parse(text, now=NOW)
    return [parse.intent.name, *(segment.intent.name for segment in parse.also)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("我的快递到哪了", ["我的快递到哪了"]),
        ("退货，另外积分会扣吗", ["退货", "积分会扣吗"]),
        ("订单到哪了 顺便问下几点关门", ["订单到哪了", "问下几点关门"]),
        ("where is it and can I return it?", ["where is it", "can I return it"]),
        ("shirts and jeans", ["shirts and jeans"]),
        ("店里还有这款吗", ["店里还有这款吗"]),
        ("鞋子买小了，还有点磨脚", ["鞋子买小了", "还有点磨脚"]),
        ("？？？", []),
        ("", []),
    ],
)
def test_where_a_message_may_fall_apart(text: str, parts: list[str]) -> None:
    assert [text[part.start : part.end] for part in parts_of(text)] == parts


@pytest.mark.parametrize(
    ("sentences", "least"),
    [
        (SENTENCES, {"several": 0.85, "contrast": 0.9, "single": 0.95}),
        (UNSEEN, {"several": 0.65, "single": 0.9}),
    ],
)
async def test_two_wishes_are_two_and_one_is_one(
    engine: NluEngine, sentences: Path, least: dict[str, float]
) -> None:
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for group, expected, text in written_sentences(sentences):
        asked[group] += 1
        right[group] += set(await wishes(engine, text)) == set(expected)
    assert {group: right[group] >= share * asked[group] for group, share in least.items()} == (
        dict.fromkeys(least, True)
    ), right


@pytest.mark.parametrize(
    ("text", "cuts"),
    [
        ("退货，另外积分会扣吗", [Cut.PAUSE, Cut.NEW]),
        ("还有货吗？几点关门", [Cut.PAUSE, Cut.END]),
        ("查一下物流 顺便开发票", [Cut.PAUSE, Cut.NEW]),
        ("查积分 开发票", [Cut.PAUSE, Cut.SPACE]),
        ("where is it and can I return it", [Cut.PAUSE, Cut.AND]),
        ("颜色不喜欢，而且有点小，想退", [Cut.PAUSE, Cut.PAUSE, Cut.PAUSE]),
    ],
)
def test_what_stands_between_parts(text: str, cuts: list[Cut]) -> None:
    assert [part.cut for part in parts_of(text)] == cuts


async def test_segments_know_their_piece_and_its_entities(engine: NluEngine) -> None:
    text = "帮我查下HK2511030051到哪了，另外南京西路店几点关门"
    parse = await engine.parse(text, now=NOW)
    (segment,) = parse.also
    assert parse.intent.name == "order_status"
    assert segment.intent.name == "store_info"
    assert text[segment.start : segment.end] == segment.text
    assert [entity.entity for entity in segment.entities] == ["store"]
    assert {entity.entity for entity in parse.entities} == {"order_number", "store"}
    assert parse.to_rasa()["also"]


@pytest.mark.parametrize("text", ["我不是要查订单", "don't cancel my order"])
async def test_what_is_only_denied_is_not_done(engine: NluEngine, text: str) -> None:
    assert not {"order_status", "cancel_order"} & set(await wishes(engine, text))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("算了，转人工吧，这快递员态度太差了", "talk_to_human"),
        ("I'd like to talk to a person, this courier was so rude", "talk_to_human"),
        ("你们客服态度太差了，我要投诉", "complaint"),
        ("the person I talked to was rude, I want to complain", "complaint"),
    ],
)
async def test_who_calls_for_a_human_is_heard_beside_whatever_else_is_said(
    engine: NluEngine, text: str, first: str
) -> None:
    assert first in await wishes(engine, text)
    assert ("talk_to_human" in await wishes(engine, text)) == (first == "talk_to_human")
