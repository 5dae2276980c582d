"""The preferred engine answers; when it cannot, the fallback does, and both can be seen."""

import asyncio

import pytest
from engines import SteeredEngine

from nlu.circuit import CircuitBreaker
from nlu.errors import NluUnavailableError
from nlu.fallback import FallbackEngine
from nlu.figures import figures_of


@pytest.fixture
def preferred() -> SteeredEngine:
    return SteeredEngine(name="preferred")


@pytest.fixture
def fallback() -> SteeredEngine:
    return SteeredEngine(name="fallback")


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def engine(preferred: SteeredEngine, fallback: SteeredEngine, time: Time) -> FallbackEngine:
    breaker = CircuitBreaker(failures=2, pause_seconds=5)
    return FallbackEngine(preferred, fallback, breaker, clock=time)


def figures(engine: FallbackEngine) -> dict[str, float]:
    return {"/".join([f.name, *f.labels.values()]): f.value for f in figures_of(engine)}


async def test_every_text_is_answered_whatever_the_preferred_engine_does(
    engine: FallbackEngine, preferred: SteeredEngine, time: Time
) -> None:
    assert (await engine.parse("a")).fingerprint == engine.fingerprint == "preferred"
    preferred.down = True
    assert [(await engine.parse(text)).fingerprint for text in "bcde"] == ["fallback"] * 4
    assert preferred.asked == ["a", "b", "c"]  # then it is left alone
    assert engine.fingerprint == "fallback"
    assert figures(engine) == {
        "nlu_answers/preferred": 1,
        "nlu_answers/fallback": 4,
        "nlu_breaker/closed": 0,
        "nlu_breaker/open": 1,
        "nlu_breaker/half_open": 0,
    }

    preferred.down, time.now = False, 5
    assert (await engine.parse("f")).fingerprint == engine.fingerprint == "preferred"
    assert figures(engine)["nlu_breaker/closed"] == 1


async def test_while_one_text_tries_the_others_do_not_wait_for_it(
    engine: FallbackEngine, preferred: SteeredEngine, time: Time
) -> None:
    preferred.down = True
    for text in "ab":
        await engine.parse(text)
    preferred.down, time.now = False, 5
    preferred.gate.clear()
    trying = asyncio.create_task(engine.parse("c"))
    await asyncio.sleep(0)
    assert (await engine.parse("d")).fingerprint == "fallback"
    preferred.gate.set()
    assert (await trying).fingerprint == "preferred"


async def test_a_caller_that_gives_up_does_not_block_the_next_try(
    engine: FallbackEngine, preferred: SteeredEngine, time: Time
) -> None:
    preferred.down = True
    for text in "ab":
        await engine.parse(text)
    preferred.down, time.now = False, 5
    preferred.gate.clear()
    trying = asyncio.create_task(engine.parse("c"))
    await asyncio.sleep(0)
    trying.cancel()
    await asyncio.gather(trying, return_exceptions=True)
    preferred.gate.set()
    assert (await engine.parse("d")).fingerprint == "preferred"


async def test_only_being_unavailable_is_fallen_back_from(
    engine: FallbackEngine, preferred: SteeredEngine
) -> None:
    preferred.broken = True
    with pytest.raises(RuntimeError):
        await engine.parse("a")


async def test_when_both_are_unavailable_the_caller_is_told(
    engine: FallbackEngine, preferred: SteeredEngine, fallback: SteeredEngine
) -> None:
    preferred.down = fallback.down = True
    with pytest.raises(NluUnavailableError):
        await engine.parse("a")
