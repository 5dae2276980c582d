"""Every engine keeps these promises, whatever understands behind it.

The native engine is held to them by `make test`, the real Rasa by `make test-rasa`.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from heguang import embedder, model_folder
from rasa_servers import DATA, RasaServer, rasa_server, two_intents, two_intents_models

from nlu.entities import EntityExtractor
from nlu.native import NativeEngine, train
from nlu.ports import NluEngine
from nlu.training import read_training_data
from nlu.types import OUT_OF_SCOPE, DateRange

__all__ = ["model_folder", "rasa_server", "two_intents", "two_intents_models"]

ENGINES = ["native", pytest.param("rasa", marks=pytest.mark.rasa)]
CUSTOMERS = frozenset({"order_status", "return_item", "store_info", "greet"})


def native(data_folder: Path, models: Path) -> NativeEngine:
    data = read_training_data(data_folder)
    model = train(data, embedder(models), cache_folder=models / "nlu")
    return NativeEngine(model, embedder(models), EntityExtractor(data))


@pytest.fixture(params=ENGINES)
async def engine(request: pytest.FixtureRequest, model_folder: Path) -> AsyncIterator[NluEngine]:
    """An engine on the project's own data."""
    if request.param == "native":
        yield native(DATA, model_folder)
    else:
        server: RasaServer = request.getfixturevalue("rasa_server")
        async with server.engine() as engine:
            yield engine


@pytest.mark.parametrize(
    ("text", "language", "intent"),
    [
        ("where is my parcel, it should have come yesterday", "en", "order_status"),
        ("我的快递到哪里了", "zh", "order_status"),
        ("我的包裹到哪裡了", "zh-Hant", "order_status"),
        ("I would like to send this jacket back and get my money", "en", "return_item"),
        ("这件衣服我想退货", "zh", "return_item"),
        ("這件衣服我想退貨😡😡", "zh-Hant", "return_item"),
        ("what time do your shops open on sunday", "en", "store_info"),
        ("你们的店几点关门", "zh", "store_info"),
        ("ｗｈｅｒｅ　ｉｓ　ｍｙ　ｏｒｄｅｒ", "en", "order_status"),
        ("查一下手机尾号8899的会员", "zh", "member_lookup"),
        ("hello 👋", "en", "greet"),
    ],
)
async def test_sentences_are_understood_however_they_are_written(
    engine: NluEngine, text: str, language: str, intent: str
) -> None:
    parse = await engine.parse(text)
    assert (parse.text, parse.language) == (text, language)
    assert (parse.intent.name, parse.in_scope) == (intent, True)
    assert parse.ranking[0] == parse.intent
    confidences = [score.confidence for score in parse.ranking]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("text", ["", "  \n", "\u200b\u3000", "write me a poem about the ocean"])
async def test_what_nobody_has_a_skill_for_is_refused(engine: NluEngine, text: str) -> None:
    parse = await engine.parse(text)
    assert (parse.text, parse.in_scope, parse.intent.name) == (text, False, OUT_OF_SCOPE)
    assert parse.ambiguous == ()


async def test_intents_are_those_of_the_data(engine: NluEngine) -> None:
    assert engine.intents == frozenset(read_training_data(DATA).intents) | {OUT_OF_SCOPE}


async def test_what_is_not_allowed_is_not_even_ranked(engine: NluEngine) -> None:
    text = "查一下手机尾号8899的会员"
    parse = await engine.parse(text, allowed_intents=CUSTOMERS)
    assert CUSTOMERS | {OUT_OF_SCOPE} >= {score.name for score in parse.ranking}
    assert parse.intent.name != "member_lookup"
    nothing = await engine.parse(text, allowed_intents=frozenset())
    assert (nothing.in_scope, nothing.intent.name) == (False, OUT_OF_SCOPE)


async def test_entities_stand_where_they_were_written(engine: NluEngine) -> None:
    text = "　我昨天買的 紅色ＸＬ，訂單 ＨＫ2510250088 想退"
    parse = await engine.parse(text, now=datetime(2026, 3, 2, 4, tzinfo=UTC))
    assert all(e.text == text[e.start : e.end] for e in parse.entities)
    spans = [(e.start, e.end) for e in parse.entities]
    assert spans == sorted(spans)
    values = {e.entity: e.value for e in parse.entities}
    yesterday = datetime(2026, 3, 1, tzinfo=UTC).date()
    assert values["order_number"] == "HK2510250088"
    assert values["colour"] == "red"
    assert values["size"] == "XL"
    assert values["date"] == DateRange(yesterday, yesterday)


async def test_what_the_last_question_asked_for_is_found(engine: NluEngine) -> None:
    parse = await engine.parse("三", expecting=frozenset({"quantity"}))
    assert [(e.entity, e.value) for e in parse.entities] == [("quantity", 3)]


async def test_a_very_long_text_is_understood_by_its_beginning_and_end(engine: NluEngine) -> None:
    text = "我要退货，" + "这件衣服我真的不喜欢。" * 9_500 + "帮我退货"
    assert len(text) > 100_000
    parse = await engine.parse(text)
    assert (parse.text, parse.intent.name) == (text, "return_item")


async def test_many_at_once_are_understood_as_one_by_one(engine: NluEngine) -> None:
    texts = ["where is my order", "我要退货", "你们几点开门", "hello", "讲个笑话"] * 4
    alone = [await engine.parse(text) for text in texts[:5]]
    together = await asyncio.gather(*(engine.parse(text) for text in texts))
    assert [p.intent.name for p in together] == [p.intent.name for p in alone] * 4


async def test_every_parse_names_its_model(engine: NluEngine) -> None:
    parses = [await engine.parse(text) for text in ("我要退货", "hello", "asdf qwer")]
    assert {parse.fingerprint for parse in parses} == {engine.fingerprint}


@pytest.fixture(params=ENGINES)
async def fingerprints(
    request: pytest.FixtureRequest, model_folder: Path, two_intents: Path
) -> list[str]:
    """Of a model of the project's data, and of two trained one after the other on other data."""
    if request.param == "native":
        engine, other = native(DATA, model_folder), native(two_intents, model_folder)
        again = train(read_training_data(two_intents), embedder(model_folder))
        return [engine.fingerprint, other.fingerprint, again.fingerprint]
    server: RasaServer = request.getfixturevalue("rasa_server")
    models: tuple[Path, Path] = request.getfixturevalue("two_intents_models")
    said = []
    async with server.engine() as asking:
        for model in (server.model, *models):
            server.load(model)
            said.append((await asking.parse("我要退货")).fingerprint)
    server.load(server.model)
    return said


async def test_the_fingerprint_changes_with_the_data_and_with_nothing_else(
    fingerprints: list[str],
) -> None:
    ours, other, again = fingerprints
    assert ours != other
    assert other == again
