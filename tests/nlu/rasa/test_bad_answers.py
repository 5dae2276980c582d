"""Whatever a server answers: a sound parse, or `NluUnavailableError`, in time."""

import asyncio
import json
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from misbehaving import BadServer, Behaviour, endless, hang_up, says, silence

from nlu.errors import NluUnavailableError
from nlu.figures import figures_of
from nlu.rasa.answer import read_answer
from nlu.rasa.engine import RasaEngine
from nlu.rasa.stamp import STAMP, sentences_digest
from nlu.training import TrainingData
from nlu.types import JsonValue

TEXT = "我要退货"
INTENTS = frozenset({"return_item", "order_status", "out_of_scope"})


def answer(**changes: JsonValue) -> bytes:
    """A sound answer, as Rasa 3.6 gives it, with changes."""
    ranking: JsonValue = [
        {"name": "return_item", "confidence": 0.9},
        {"name": "order_status", "confidence": 0.08},
        {"name": "out_of_scope", "confidence": 0.02},
    ]
    shape: dict[str, JsonValue] = {
        "text": TEXT,
        "intent": {"name": "return_item", "confidence": 0.9},
        "intent_ranking": ranking,
        "entities": [],
        STAMP: {"fingerprint": "abc", "sentences": "def"},
    }
    return json.dumps(shape | changes).encode()


def intent(name: JsonValue, confidence: JsonValue) -> JsonValue:
    return {"name": name, "confidence": confidence}


def entity(start: JsonValue, end: JsonValue) -> JsonValue:
    return [{"entity": "colour", "start": start, "end": end, "value": "x"}]


NONSENSE: Mapping[str, bytes] = {
    "nothing": b"",
    "no JSON": b"<html>502</html>",
    "cut off": answer()[:-20],
    "not UTF-8": b'{"intent": "\xff\xfe"}',
    "a list": b"[]",
    "null": b"null",
    "deeply nested": b"[" * 100_000,
    "no intent": b'{"text": "x", "entities": [], "intent_ranking": []}',
    "an intent that is a text": answer(intent="return_item"),
    "nobody": answer(intent=intent(None, 0.0), intent_ranking=[]),
    "an intent nobody trained": answer(intent=intent("order_pizza", 0.9)),
    "ranked intents nobody trained": answer(intent_ranking=[intent("order_pizza", 0.1)]),
    "surer than sure": answer(intent=intent("return_item", 1.5)),
    "less than nothing": answer(intent=intent("return_item", -0.1)),
    "no number": answer().replace(b"0.9", b"NaN"),
    "infinite": answer().replace(b"0.9", b"1e999"),
    "a number in words": answer(intent=intent("return_item", "0.9")),
    "an entity past the end": answer(entities=entity(0, 5)),
    "an entity before the start": answer(entities=entity(-1, 2)),
    "an empty entity": answer(entities=entity(2, 2)),
    "an entity between letters": answer(entities=entity(0.5, 2)),
    "entities that are none": answer(entities="none"),
    "too many entities": answer(entities=[{"entity": "x", "start": 0, "end": 1}] * 2_000),
    "a stamp that is none": answer(**{STAMP: "abc"}),
}


@pytest.mark.parametrize("body", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_is_refused(body: bytes) -> None:
    with pytest.raises(NluUnavailableError):
        read_answer(body, TEXT, INTENTS)


@given(
    body=st.binary()
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["intent", "intent_ranking", "entities", "name", "confidence"]),
                inner,
            )
        ),
    ).map(lambda value: json.dumps(value).encode())
)
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_any_other_nonsense_is_too(body: bytes) -> None:
    with pytest.raises(NluUnavailableError):
        read_answer(body, TEXT, INTENTS)


def test_the_refusal_does_not_repeat_what_the_customer_said() -> None:
    body = answer(intent={"name": TEXT * 100, "confidence": 0.5})
    with pytest.raises(NluUnavailableError) as refused:
        read_answer(body, TEXT, INTENTS)
    assert TEXT not in str(refused.value)


BAD: Mapping[str, Behaviour] = {
    "silent": silence,
    "hangs up": hang_up,
    "endless": endless,
    "starting": says(b'{"reason": "Conflict"}', "409 Conflict"),
    "broken": says(b"oops", "500 Internal Server Error"),
    "elsewhere": says(b"", "302 Found", "Location: http://127.0.0.1:9/elsewhere"),
    "not HTTP": says(b"", "banana"),
}


@pytest.mark.parametrize("behaviour", BAD.values(), ids=BAD.keys())
async def test_a_server_that_does_not_answer_is_unavailable(
    hurried: RasaEngine, server: BadServer, behaviour: Behaviour
) -> None:
    server.behaviour = behaviour
    with pytest.raises(NluUnavailableError, match="Rasa"):
        await hurried.parse(TEXT)
    assert all("/model/parse" in request for request in server.requests)
    figures = {"/".join([f.name, *f.labels.values()]): f.value for f in figures_of(hurried)}
    assert (figures["rasa_requests/failed"], figures["rasa_requests/answered"]) == (1, 0)


async def test_a_broken_connection_is_tried_again(engine: RasaEngine, server: BadServer) -> None:
    good = says(answer())

    async def recovering(writer: asyncio.StreamWriter) -> None:
        await (hang_up if len(server.requests) < 3 else good)(writer)

    server.behaviour = recovering
    parse = await engine.parse(TEXT)
    assert (parse.intent.name, parse.fingerprint) == ("return_item", "rasa:abc")
    assert len(server.requests) == 3


async def test_an_answer_in_time_is_not_asked_for_twice(
    engine: RasaEngine, server: BadServer
) -> None:
    server.behaviour = says(b"oops", "500 Internal Server Error")
    with pytest.raises(NluUnavailableError):
        await engine.parse(TEXT)
    assert len(server.requests) == 1


async def test_another_model_is_noticed_and_said(
    engine: RasaEngine,
    server: BadServer,
    small_shop: TrainingData,
    caplog: pytest.LogCaptureFixture,
) -> None:
    same = sentences_digest((e.intent, e.text) for e in small_shop.examples)
    server.behaviour = says(answer(**{STAMP: {"fingerprint": "one", "sentences": same}}))
    assert (await engine.parse(TEXT)).fingerprint == engine.fingerprint == "rasa:one"
    assert _fits(engine) == 1
    assert not caplog.records

    server.behaviour = says(answer(**{STAMP: {"fingerprint": "two", "sentences": "others"}}))
    assert (await engine.parse(TEXT)).fingerprint == engine.fingerprint == "rasa:two"
    assert _fits(engine) == 0
    assert "serves another model" in caplog.text
    assert "trained on other sentences" in caplog.text


async def test_a_model_without_our_components_is_named_by_the_servers_status(
    engine: RasaEngine, server: BadServer
) -> None:
    async def foreign(writer: asyncio.StreamWriter) -> None:
        asked = server.requests[-1]
        body = b'{"model_id": "feed"}' if "/status" in asked else answer(**{STAMP: None})
        await says(body)(writer)

    server.behaviour = foreign
    fingerprints = [(await engine.parse(TEXT)).fingerprint for _ in range(3)]
    assert fingerprints == ["rasa:feed"] * 3
    assert [request.split()[1] for request in server.requests].count("/status") == 1
    assert _fits(engine) == -1


async def test_rasas_entities_come_back_in_the_customers_own_text(
    engine: RasaEngine, server: BadServer
) -> None:
    """Rasa reads the cleaned text, here `我 要退红色的L`; positions are those of the original."""
    found: JsonValue = [
        {"entity": "colour", "start": 4, "end": 6, "value": "crimson", "role": "from"},
        {"entity": "mood", "start": 0, "end": 3, "value": {"deep": 1}, "confidence_entity": 0.4},
    ]
    server.behaviour = says(answer(entities=found))
    text = "我　 要退紅色的Ｌ"
    parse = await engine.parse(text)
    assert all(e.text == text[e.start : e.end] for e in parse.entities)
    kinds = {e.entity: (e.value, e.text, e.extractor) for e in parse.entities}
    assert kinds["mood"] == ("我　 要", "我　 要", "rasa")
    assert kinds["colour"] == ("red", "紅色", "lookup")  # our own finding wins


async def test_nothing_is_asked_about_a_text_without_words(
    engine: RasaEngine, server: BadServer
) -> None:
    parse = await engine.parse(" \u3000\u200b\n")
    assert (parse.in_scope, parse.intent.name, server.requests) == (False, "out_of_scope", [])


def _fits(engine: RasaEngine) -> float:
    return next(f.value for f in figures_of(engine) if f.name == "rasa_model_fits_data")
