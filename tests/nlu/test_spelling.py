"""Odd spelling, read as it was meant in the light of the project's training data."""

from collections import Counter
from pathlib import Path

import pytest
from heguang import NOW, understanding
from written import written_sentences

from nlu.ports import NluEngine
from nlu.spelling import Speller
from nlu.training import TrainingData, read_training_data

SENTENCES = Path(__file__).parent / "noisy_sentences" / "noisy.yml"
DATA = Path(__file__).parents[2] / "nlu" / "data"


@pytest.fixture(scope="module")
def data() -> TrainingData:
    return read_training_data(DATA)


@pytest.fixture(scope="module")
def speller(data: TrainingData) -> Speller:
    return Speller(data, frozenset({"heyan"}))


@pytest.fixture(scope="module")
def engine(model_folder: Path) -> NluEngine:
    return understanding(model_folder)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("wo yao tui huo", "我要退货"),
        ("kuaidi dao na le", "快递到哪了"),
        ("收货地趾", "收货地址"),
        ("where is my ordr", "where is my order"),
        ("thx", "thanks"),
        ("my 📦", "my 快递"),
        ("唔該", "谢谢"),
        ("點解", "为什么"),
    ],
)
def test_what_was_meant(speller: Speller, written: str, meant: str) -> None:
    reading = speller.read(written)
    assert reading is not None
    assert reading.text == meant


@pytest.mark.parametrize(
    "text",
    [
        "我想联系客服",
        "where is my order",
        "HK2511030051",
        "heyan",
        "amy.lin@example.com",
        "Wangfujing",
        "好的",
        "",
    ],
)
def test_what_is_right_stays(speller: Speller, text: str) -> None:
    assert speller.read(text) is None


def test_few_training_sentences_look_odd(speller: Speller, data: TrainingData) -> None:
    read = [speller.read(example.text) for example in data.examples[::7]]
    assert sum(reading is not None for reading in read) < 0.04 * len(read)


def test_positions_lead_back_to_what_was_written(speller: Speller) -> None:
    written = "plz send 📦 HK2511030051"
    reading = speller.read(written)
    assert reading is not None
    start = reading.text.index("HK2511030051")
    begin, end = reading.span(start, start + 12)
    assert written[begin:end] == "HK2511030051"


async def test_noisy_messages_are_understood(engine: NluEngine) -> None:
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for group, (intent,), text in written_sentences(SENTENCES):
        parse = await engine.parse(text, now=NOW)
        asked[group] += 1
        right[group] += parse.intent.name == intent
    assert right.total() >= 0.9 * asked.total()
    assert right["pinyin"] >= 0.85 * asked["pinyin"]
    assert right["typos"] >= 0.85 * asked["typos"]


async def test_entities_are_those_of_the_message_as_it_was_received(engine: NluEngine) -> None:
    text = "plz chk HK2511030051 📦 到哪了"
    parse = await engine.parse(text, now=NOW)
    (number,) = [entity for entity in parse.entities if entity.entity == "order_number"]
    assert text[number.start : number.end] == number.text == "HK2511030051"
    assert parse.text == text
