import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray

from nlu.entities import EntityExtractor
from nlu.errors import NluDataError
from nlu.evaluate import evaluate
from nlu.native import NativeEngine, TrainingProgress, train
from nlu.native.model import Model, dump_model, load_model
from nlu.native.training import words_of
from nlu.ports import Embedder, NluEngine
from nlu.training import Example, TrainingData
from nlu.training.read import BUNDLED_DATA, read_training_data
from nlu.types import DateRange


@pytest.fixture
def engine(small_model: Model, small_shop: TrainingData, embedder: Embedder) -> NativeEngine:
    return NativeEngine(small_model, embedder, EntityExtractor(small_shop), threshold=0.3)


@pytest.mark.parametrize(
    ("text", "language", "intent"),
    [
        ("when is my parcel coming", "en", "order_status"),
        ("我的快递什么时候能到", "zh", "order_status"),
        ("我的快遞什麼時候能到", "zh-Hant", "order_status"),
        ("can I send these shoes back", "en", "return_item"),
        ("这件衣服想退货", "zh", "return_item"),
        ("what are your opening hours", "en", "store_info"),
        ("你们几点开门营业", "zh", "store_info"),
    ],
)
async def test_understands_three_ways_of_writing(
    engine: NluEngine, text: str, language: str, intent: str
) -> None:
    parse = await engine.parse(text)
    assert (parse.language, parse.intent.name, parse.in_scope) == (language, intent, True)
    assert parse.ranking[0] == parse.intent
    assert sum(score.confidence for score in parse.ranking) == pytest.approx(1, abs=1e-4)
    assert parse.fingerprint == engine.fingerprint


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "tell me a joke about a president"])
async def test_refuses_what_it_has_no_skill_for(engine: NluEngine, text: str) -> None:
    parse = await engine.parse(text)
    assert (parse.intent.name, parse.in_scope) == ("out_of_scope", False)


async def test_clerks_intents_are_not_for_customers(engine: NluEngine) -> None:
    text = "查一下尾号1234的会员"
    assert (await engine.parse(text)).intent.name == "member_lookup"
    customer = frozenset({"order_status", "return_item", "store_info"})
    parse = await engine.parse(text, allowed_intents=customer)
    assert "member_lookup" not in {score.name for score in parse.ranking}


async def test_a_threshold_of_one_refuses_everything(
    small_model: Model, embedder: Embedder
) -> None:
    strict = NativeEngine(small_model, embedder, EntityExtractor(TrainingData(())), threshold=1.01)
    assert not (await strict.parse("where is my order")).in_scope


async def test_close_intents_are_offered_as_a_choice(
    small_model: Model, embedder: Embedder
) -> None:
    extractor = EntityExtractor(TrainingData(()))
    everything = NativeEngine(small_model, embedder, extractor, threshold=0, ambiguity_gap=1.01)
    nothing = NativeEngine(small_model, embedder, extractor, threshold=0, ambiguity_gap=0)
    text = "where is my order"
    parse = await everything.parse(text)
    assert parse.ambiguous == parse.ranking
    assert (await nothing.parse(text)).ambiguous == ()


async def test_tomorrow_is_the_retailers_tomorrow(small_model: Model, embedder: Embedder) -> None:
    engine = NativeEngine(
        small_model,
        embedder,
        EntityExtractor(TrainingData(())),
        timezone=ZoneInfo("Asia/Shanghai"),
    )
    late = datetime(2026, 11, 18, 20, 0, tzinfo=UTC)  # the 19th has begun in Shanghai
    (day,) = (await engine.parse("我的订单明天能到吗", now=late)).entities
    assert isinstance(day.value, DateRange)
    assert day.value.start.isoformat() == "2026-11-20"


async def test_a_message_of_any_length_is_understood(engine: NluEngine) -> None:
    parse = await engine.parse("我的订单到哪了 " + "真的很急 " * 20_000 + " HK2511030051")
    assert parse.intent.name == "order_status"
    assert parse.text.endswith("HK2511030051")


def test_what_cannot_be_learnt_from(embedder: Embedder) -> None:
    with pytest.raises(NluDataError, match="no training examples"):
        train(TrainingData(()), embedder)
    one = TrainingData((Example("hello", "greet", "en"), Example("?", "out_of_scope", "en")))
    with pytest.raises(NluDataError, match=r"at least two intents.*found: greet"):
        train(one, embedder)


def test_intents_of_a_single_example_do_not_stop_training(embedder: Embedder) -> None:
    texts = {"greet": "hello", "goodbye": "bye", "thank": "thanks a lot"}
    data = TrainingData(tuple(Example(text, name, "en") for name, text in texts.items()))
    model = train(data, embedder)
    engine = NativeEngine(model, embedder, EntityExtractor(data), threshold=0)
    assert {text: engine.parse_now(text).intent.name for text in texts.values()} == {
        text: name for name, text in texts.items()
    }


def test_what_is_taught_in_one_language_is_understood_in_the_other(
    small_shop: TrainingData, embedder: Embedder
) -> None:
    taught = replace(
        small_shop, examples=tuple(e for e in small_shop.examples if e.language == "en")
    )
    engine = NativeEngine(train(taught, embedder), embedder, EntityExtractor(taught), threshold=0)
    chinese = [e for e in small_shop.examples if e.language == "zh" and e.intent != "out_of_scope"]
    understood = sum(engine.parse_now(e.text).intent.name == e.intent for e in chinese)
    assert understood >= 0.7 * len(chinese)


def test_a_model_survives_its_file(small_model: Model) -> None:
    loaded = load_model(dump_model(small_model))
    assert loaded.intents == small_model.intents
    assert loaded.decision == small_model.decision
    assert np.array_equal(loaded.head.dense, small_model.head.dense)
    assert loaded.features.ngrams == small_model.features.ngrams


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a model"])
def test_a_broken_model_file_is_a_value_error(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a model file"):
        load_model(content)


class CountingEmbedder:
    """Another embedder, and how many sentences it was asked for."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self.name, self.dimension = inner.name, inner.dimension
        self.embedded = 0

    def embed_queries(self, texts: list[str]) -> NDArray[np.float32]:
        self.embedded += len(texts)
        return self._inner.embed_queries(texts)


def test_nothing_is_computed_twice(
    small_shop: TrainingData, embedder: Embedder, tmp_path: Path
) -> None:
    counting = CountingEmbedder(embedder)
    steps: list[TrainingProgress] = []
    first = train(small_shop, counting, cache_folder=tmp_path, progress=steps.append)
    assert {step.step for step in steps} == {"embed", "fit"}
    steps.clear()
    again = train(small_shop, counting, cache_folder=tmp_path, progress=steps.append)
    assert (steps, again.fingerprint) == ([], first.fingerprint)

    before = counting.embedded
    more = (*small_shop.examples, Example("my parcel is lost", "order_status", "en"))
    edited = train(replace(small_shop, examples=more), counting, cache_folder=tmp_path)
    assert edited.fingerprint != first.fingerprint
    assert counting.embedded == before + 1


def test_a_corrupted_cache_is_built_anew(
    small_shop: TrainingData,
    embedder: Embedder,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    first = train(small_shop, embedder, cache_folder=tmp_path)
    files = sorted(tmp_path.glob("*.npz"))
    assert [file.name.split("-")[0] for file in files] == ["model", "vectors"]
    for file in files:
        file.write_bytes(file.read_bytes()[:100])
    with caplog.at_level(logging.WARNING):
        again = train(small_shop, embedder, cache_folder=tmp_path)
    assert len(caplog.records) == 2
    assert again.decision == first.decision
    assert load_model(files[0].read_bytes()).fingerprint == first.fingerprint


def test_of_several_that_start_at_once_one_trains(
    small_shop: TrainingData, embedder: Embedder, tmp_path: Path
) -> None:
    counting = CountingEmbedder(embedder)

    def trained(_: int) -> str:
        return train(small_shop, counting, cache_folder=tmp_path).fingerprint

    with ThreadPoolExecutor(3) as pool:
        fingerprints = set(pool.map(trained, range(3)))
    alone = CountingEmbedder(embedder)
    assert fingerprints == {train(small_shop, alone).fingerprint}
    assert counting.embedded == alone.embedded


def test_evaluation_of_a_data_set_on_itself(small_shop: TrainingData, embedder: Embedder) -> None:
    free = evaluate(small_shop, small_shop, embedder=embedder)
    assert (free.threshold, free.oos_recall, free.oos_auroc) == (0, None, None)
    assert free.accuracy > 0.95
    guarded = evaluate(small_shop, small_shop, embedder=embedder, oos_label="out_of_scope")
    assert 0 < guarded.threshold < 1
    assert guarded.oos_auroc is not None
    assert guarded.oos_auroc > 0.95


def test_evaluation_without_outsiders_to_learn_from(
    small_shop: TrainingData, embedder: Embedder
) -> None:
    inside = [example for example in small_shop.examples if example.intent != "out_of_scope"]
    figures = evaluate(
        replace(small_shop, examples=tuple(inside)),
        small_shop,
        embedder=embedder,
        oos_label="out_of_scope",
    )
    assert 0 < figures.threshold < 1
    assert figures.oos_auroc is not None
    assert figures.oos_auroc > 0.7


@pytest.mark.parametrize(
    ("intent", "words"),
    [
        ("order_status", "order status"),
        ("CheckPincode", "check pincode"),
        ("HTTPError2", "http error 2"),
        ("faq/ask-hours", "faq ask hours"),
        ("查询_订单", "查询 订单"),
        ("__", ""),
    ],
)
def test_the_name_of_an_intent_has_words(intent: str, words: str) -> None:
    assert words_of(intent) == words


async def test_the_name_of_an_intent_is_an_example_of_it(embedder: Embedder) -> None:
    examples = (Example("blue or green", "gift_wrapping", "en"), Example("the 5th", "refund", "en"))
    data = TrainingData(examples)
    engine = NativeEngine(train(data, embedder), embedder, EntityExtractor(data))
    parse = await engine.parse("can you put paper and a bow around the present")
    assert parse.intent.name == "gift_wrapping"
    parse = await engine.parse("I want my money back")
    assert parse.intent.name == "refund"


@pytest.mark.timeout(900)
def test_every_intent_that_comes_with_the_assistant_is_recognised(embedder: Embedder) -> None:
    data = read_training_data(BUNDLED_DATA)
    learnt, asked = _split(data)
    engine = NativeEngine(train(learnt, embedder), embedder, EntityExtractor(learnt), threshold=0)
    recognised = {
        (example.intent, example.language == "en")
        for example in asked
        if engine.parse_now(example.text).intent.name == example.intent
    }
    wanted = {
        (file.stem, folder == "en")
        for folder in ("zh", "en")
        for file in (BUNDLED_DATA / folder).glob("[!_]*.yml")
        if file.stem != "out_of_scope"
    }
    assert wanted <= recognised


def _split(data: TrainingData) -> tuple[TrainingData, list[Example]]:
    """Of every intent and language some sentences to learn from, and others to ask."""
    groups: dict[tuple[str, bool], list[Example]] = {}
    for example in data.examples:
        groups.setdefault((example.intent, example.language == "en"), []).append(example)
    # Evenly out of the whole file: neighbours in it are of one style.
    spread = [group[:: max(len(group) // 24, 1)] for group in groups.values()]
    learnt = [e for group in spread for i, e in enumerate(group) if i % 3]
    return replace(data, examples=tuple(learnt)), [e for group in spread for e in group[::3]]
