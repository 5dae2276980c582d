"""How long a turn takes, as a multiple of the bare embedding of its sentence.

    python -m benchmarks.turn [--rounds N]

Uses the configured database (`make run` once loads the demo retailer) and the real parts: a
message goes in over the REST channel and the answer comes out, one client at a time. The bare
embedding of the same sentence is timed right before each turn, so that both see the same machine.
"""

import argparse
import asyncio
import resource
import time
import uuid
from statistics import median, quantiles

import httpx
from uvicorn.loops.auto import auto_loop_factory

from bot.api.app import create_api
from bot.api.parts import ApiParts
from bot.app import App, load_embedder, open_app
from bot.serving import answering
from bot.settings import load_settings
from knowledge.ports import Embedder

SENTENCES = (
    "你好",
    "有没有200块以内的敏感肌面霜",
    "徐家汇店几点关门",
    "我的快递到哪了",
    "推荐一款送妈妈的礼物",
    "Do you have a black wool coat in size M?",
    "where is the nearest store in Shanghai",
    "what can you do",
    "今天天气怎么样",
    "谢谢",
)


async def main(rounds: int) -> None:
    """Measure and print."""
    settings = load_settings()
    embedder = load_embedder(settings)
    async with open_app(settings) as app:
        background = [asyncio.create_task(run) for run in answering(app, app.runner)]
        turns, bare = await _measure(app, embedder, rounds)
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
    _print(turns, bare)


async def _measure(app: App, embedder: Embedder, rounds: int) -> tuple[list[float], list[float]]:
    api = create_api(ApiParts(app.settings, app.store, app.inbox, app.bell, app.nlu, app.search))
    turns: list[float] = []
    bare: list[float] = []
    transport = httpx.ASGITransport(app=api)
    async with httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
        for number in range(rounds + 1):
            for sentence in SENTENCES:
                embedding = await _timed_embedding(embedder, sentence)
                turn = await _timed_turn(client, sentence)
                if number:  # the first round warms caches
                    bare.append(embedding)
                    turns.append(turn)
    return turns, bare


async def _timed_embedding(embedder: Embedder, sentence: str) -> float:
    started = time.perf_counter()
    await asyncio.to_thread(embedder.embed_queries, [sentence])
    return time.perf_counter() - started


async def _timed_turn(client: httpx.AsyncClient, sentence: str) -> float:
    body = {"sender": f"bench-{uuid.uuid4().hex}", "message": sentence}
    started = time.perf_counter()
    answer = await client.post("/webhooks/rest/webhook", json=body)
    took = time.perf_counter() - started
    if answer.status_code != httpx.codes.OK or not answer.json():
        raise SystemExit(f"no answer to {sentence!r}: {answer.status_code}")
    return took


def _print(turns: list[float], bare: list[float]) -> None:
    ratios = [turn / embedding for turn, embedding in zip(turns, bare, strict=True)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"turns               {len(turns)}")
    print(f"turn                p50 {_ms(median(turns))}  p95 {_ms(quantiles(turns, n=20)[-1])}")
    print(f"bare embedding      p50 {_ms(median(bare))}  p95 {_ms(quantiles(bare, n=20)[-1])}")
    print(f"turn / embedding    p50 {median(ratios):.1f}x")
    print(f"peak memory         {peak:.0f} MB (with a second embedder for the comparison)")


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    with asyncio.Runner(loop_factory=auto_loop_factory(use_subprocess=False)) as runner:
        runner.run(main(parser.parse_args().rounds))
