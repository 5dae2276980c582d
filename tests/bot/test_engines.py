"""Which engine answers, as configured: Rasa with the native one behind it, and a shadow."""

import asyncio
import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from heguang import Assistant, assistant, embedder, model_folder, prepared

from bot import settings as of
from bot.api.metrics import MeasuredEngine, Metrics
from bot.app import no_progress
from bot.engines import open_nlu
from nlu.errors import NluUnavailableError

__all__ = ["assistant", "model_folder", "prepared"]

ROOT = Path(__file__).parents[2]


@pytest.fixture
def closed_port() -> int:
    """A port that nobody answers on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def settings(model_folder: Path, closed_port: int) -> Callable[..., of.Settings]:
    """Settings with these keys under `nlu`, whose Rasa server is down."""

    def of_nlu(**keys: object) -> of.Settings:
        nlu = {"data": ROOT / "nlu" / "data", **keys}
        return of.Settings(
            assistant=of.Assistant(nlu=of.NluSettings.model_validate(nlu)),
            env=of.Environment(var=model_folder, rasa_url=f"http://127.0.0.1:{closed_port}"),
        )

    return of_nlu


async def test_without_its_server_the_native_engine_answers_and_metrics_say_so(
    assistant: Assistant, settings: Callable[..., of.Settings], model_folder: Path
) -> None:
    metrics = Metrics()
    wanted = settings(engine="rasa", rasa={"seconds": 5})
    async with open_nlu(wanted, assistant.store, embedder(model_folder), no_progress) as engine:
        metrics.watch(engine)
        measured = MeasuredEngine(engine, metrics)
        for _ in range(4):
            parse = await measured.parse("我要退货")
            assert (parse.intent.name, parse.fingerprint[:5] != "rasa:") == ("return_item", True)
    page = metrics.text().decode()
    assert 'huike_nlu_answers_total{engine="fallback"} 4.0' in page
    assert 'huike_nlu_breaker{state="open"} 1.0' in page
    assert 'huike_rasa_requests_total{outcome="failed"} 3.0' in page
    assert "huike_parse_seconds_count 4.0" in page


async def test_an_engine_asked_for_by_name_answers_alone(
    assistant: Assistant, settings: Callable[..., of.Settings], model_folder: Path
) -> None:
    wanted, model = settings(rasa={"seconds": 5}), embedder(model_folder)
    async with open_nlu(wanted, assistant.store, model, no_progress, "rasa") as engine:
        with pytest.raises(NluUnavailableError, match="cannot be reached"):
            await engine.parse("我要退货")


async def test_a_shadow_on_other_data_is_compared_and_its_disagreements_kept(
    assistant: Assistant,
    settings: Callable[..., of.Settings],
    model_folder: Path,
    tmp_path: Path,
) -> None:
    for name in ("store_info", "greet"):
        source = ROOT / "nlu" / "data" / "zh" / f"{name}.yml"
        (tmp_path / source.name).write_bytes(source.read_bytes())
    metrics = Metrics()
    wanted = settings(shadow={"engine": "native", "data": tmp_path})
    kept = model_folder / "nlu" / "shadow.jsonl"
    kept.unlink(missing_ok=True)
    async with open_nlu(wanted, assistant.store, embedder(model_folder), no_progress) as engine:
        metrics.watch(engine)
        live = await engine.parse("我要退货")
        assert live.intent.name == "return_item"
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))
        assert 'huike_shadow_parses_total{agree="no"} 1.0' in metrics.text().decode()
    (line,) = kept.read_text("utf-8").splitlines()
    told = json.loads(line)
    assert told["live"]["intent"] == "return_item"
    assert told["shadow"]["intent"] != "return_item"
    assert told["live"]["fingerprint"] == live.fingerprint != told["shadow"]["fingerprint"]


@pytest.mark.parametrize("url", ["", "rasa:5005", "ftp://rasa", "http://"])
def test_an_address_that_is_none_is_refused(url: str, tmp_path: Path) -> None:
    file = tmp_path / "config.yml"
    file.write_text(f"assistant:\n  nlu:\n    rasa:\n      url: '{url}'\n")
    with pytest.raises(of.ConfigError, match=r"config.yml:4: assistant.nlu.rasa.url"):
        of.load_assistant(file)
