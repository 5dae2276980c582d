"""The shadow engine sees every message, and nobody sees it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from engines import SteeredEngine

from nlu.figures import figures_of
from nlu.shadow import Disagreement, ShadowEngine
from nlu.shadow_log import ShadowLog

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def live() -> SteeredEngine:
    return SteeredEngine("greet", "live")


@pytest.fixture
def shadow() -> SteeredEngine:
    return SteeredEngine("greet", "shadow")


@pytest.fixture
def reported() -> list[Disagreement]:
    return []


@pytest.fixture
async def engine(
    live: SteeredEngine, shadow: SteeredEngine, reported: list[Disagreement]
) -> AsyncIterator[ShadowEngine]:
    async with aclosing(ShadowEngine(live, shadow, reported.append, waiting=2)) as engine:
        yield engine


async def compared(engine: ShadowEngine) -> dict[str, float]:
    """The counts once everything under way is done."""
    await asyncio.gather(*engine._running)
    return {f.labels["agree"]: f.value for f in figures_of(engine)}


async def test_agreement_is_counted_and_disagreement_reported(
    engine: ShadowEngine, shadow: SteeredEngine, reported: list[Disagreement]
) -> None:
    await engine.parse("你好", now=NOON)
    assert (await compared(engine), reported) == (
        {"yes": 1, "no": 0, "failed": 0, "dropped": 0},
        [],
    )
    shadow.intent = "goodbye"
    assert (await engine.parse("嗨", now=NOON)).fingerprint == "live"
    assert (await compared(engine))["no"] == 1
    (found,) = reported
    assert (found.at, found.live.fingerprint, found.shadow.intent.name) == (NOON, "live", "goodbye")


async def test_a_slow_shadow_delays_no_answer_and_drops_what_it_cannot_get_to(
    engine: ShadowEngine, shadow: SteeredEngine
) -> None:
    shadow.gate.clear()
    answers = [await engine.parse(text) for text in "abcde"]
    assert [answer.fingerprint for answer in answers] == ["live"] * 5
    shadow.gate.set()
    assert await compared(engine) == {"yes": 3, "no": 0, "failed": 0, "dropped": 2}


async def test_a_shadow_that_breaks_hurts_nobody(
    engine: ShadowEngine, shadow: SteeredEngine
) -> None:
    shadow.down = True
    await engine.parse("a")
    assert (await compared(engine))["failed"] == 1
    shadow.down, shadow.broken = False, True
    assert (await engine.parse("b")).fingerprint == "live"
    assert (await compared(engine))["failed"] == 2


async def test_closing_gives_up_what_is_under_way(
    engine: ShadowEngine, shadow: SteeredEngine
) -> None:
    shadow.gate.clear()
    await engine.parse("a")
    await engine.aclose()
    shadow.gate.set()
    assert (await compared(engine))["yes"] == 0


async def test_the_log_tells_who_said_what_without_the_customers_words(
    live: SteeredEngine, tmp_path: Path
) -> None:
    file = tmp_path / "nlu" / "shadow.jsonl"
    log = ShadowLog(file)
    other = SteeredEngine("goodbye", "shadow")
    said = "我的手机号13800138000"
    log.write(Disagreement(NOON, await live.parse(said), await other.parse(said)))
    log.close()
    assert json.loads(file.read_text("utf-8")) == {
        "at": "2026-03-01T12:00:00+00:00",
        "live": {"intent": "greet", "confidence": 1.0, "fingerprint": "live"},
        "shadow": {"intent": "goodbye", "confidence": 1.0, "fingerprint": "shadow"},
    }
