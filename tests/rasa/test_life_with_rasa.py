"""The real Rasa goes down, comes back and changes its model; the assistant keeps answering."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from heguang import embedder, model_folder
from rasa_servers import (
    DATA,
    MODEL,
    ROOT,
    RasaServer,
    free_port,
    rasa_server,
    two_intents,
    two_intents_models,
)

from nlu.circuit import CircuitBreaker
from nlu.entities import EntityExtractor
from nlu.errors import NluUnavailableError
from nlu.fallback import FallbackEngine
from nlu.figures import figures_of
from nlu.native import NativeEngine, train
from nlu.rasa.client import RasaClient
from nlu.training import read_training_data

__all__ = ["model_folder", "rasa_server", "two_intents", "two_intents_models"]

pytestmark = pytest.mark.rasa

ACCEPTED = ROOT / "nlu" / "accepted"


@pytest.fixture(scope="module")
def native(model_folder: Path) -> NativeEngine:
    data = read_training_data(DATA)
    model = train(data, embedder(model_folder), cache_folder=model_folder / "nlu")
    return NativeEngine(model, embedder(model_folder), EntityExtractor(data))


@pytest.fixture
def own_server() -> Iterator[RasaServer]:
    """A server that the test may stop."""
    server = RasaServer(MODEL, free_port(), DATA)
    yield server
    server.stop()


@pytest.fixture
async def assistant(own_server: RasaServer, native: NativeEngine) -> AsyncIterator[FallbackEngine]:
    """Rasa with the native engine behind it."""
    breaker = CircuitBreaker(failures=1, pause_seconds=0)  # tries Rasa for every text
    async with own_server.engine() as rasa:
        yield FallbackEngine(rasa, native, breaker)


async def test_a_stopped_server_is_stood_in_for_until_it_is_back(
    assistant: FallbackEngine, own_server: RasaServer, native: NativeEngine
) -> None:
    answered_by = []
    for step in (None, own_server.start, own_server.stop, own_server.start):
        if step is not None:
            step()
        parse = await assistant.parse("我要退货")
        assert parse.intent.name == "return_item"
        answered_by.append(parse.fingerprint)
    assert answered_by[0] == answered_by[2] == native.fingerprint
    assert answered_by[1] == answered_by[3]
    assert answered_by[1].startswith("rasa:")
    answers = {
        f.labels["engine"]: f.value for f in figures_of(assistant) if f.name == "nlu_answers"
    }
    assert answers == {"preferred": 2, "fallback": 2}


async def test_another_model_is_noticed_at_its_first_answer(
    rasa_server: RasaServer,
    two_intents_models: tuple[Path, Path],
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with rasa_server.engine() as engine:
        before = (await engine.parse("我要退货")).fingerprint
        assert _fits(engine) == 1  # both sides name the sentences alike
        rasa_server.load(two_intents_models[0])
        try:
            parse = await engine.parse("我要退货")
        finally:
            rasa_server.load(rasa_server.model)
    assert (parse.intent.name, parse.fingerprint != before) == ("return_item", True)
    assert _fits(engine) == 0
    assert "serves another model" in caplog.text


async def test_without_the_token_rasa_does_not_answer(rasa_server: RasaServer) -> None:
    async with RasaClient(rasa_server.url, seconds=30) as client:
        with pytest.raises(NluUnavailableError, match="401"):
            await client.parse("我要退货", frozenset())


async def test_both_engines_agree_on_most_sentences(
    rasa_server: RasaServer, native: NativeEngine
) -> None:
    """On sentences that neither has learnt from."""
    examples = read_training_data(ACCEPTED).examples
    async with rasa_server.engine() as rasa:
        theirs = [(await rasa.parse(example.text)).intent.name for example in examples]
    ours = [native.parse_now(example.text).intent.name for example in examples]
    agreed = sum(a == b for a, b in zip(ours, theirs, strict=True)) / len(examples)
    assert agreed >= 0.9


def _fits(engine: object) -> float:
    return next(f.value for f in figures_of(engine) if f.name == "rasa_model_fits_data")
