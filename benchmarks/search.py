"""Quality and speed of catalogue search on the Chorus electronics judgements.

    python -m benchmarks.search DATA_FOLDER [--index FOLDER] [--seconds N]

DATA_FOLDER holds the catalogue (*.json.zip) and Broad_Query_Set_rated.csv. The first run embeds
19,406 products and takes some minutes; --index keeps them for the next. Printed for each ranking
is nDCG@10 with unjudged products as irrelevant, and with unjudged products left out.
"""

import argparse
import csv
import math
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from knowledge.catalog_files import read_catalog
from knowledge.catalog_records import CatalogRecord
from knowledge.embedding import EmbedderSpec, load_embedder
from knowledge.index import open_or_build
from knowledge.ranking import Ranker, Ranking, fuse
from knowledge.search import HybridCatalogSearch
from knowledge.types import CatalogItem, FloatArray, SearchQuery

PUBLISHED = {"BM25": (0.715, 0.810), "dense": (0.575, 0.868), "fused": (0.762, 0.850)}
DEPTH = 200
Judgements = Mapping[str, Mapping[str, float]]


def main() -> None:
    """Print one line a ranking and one for speed."""
    arguments = _arguments()
    items = read_items(arguments.data)
    judgements = _judgements(arguments.data / "Broad_Query_Set_rated.csv")
    embedder = load_embedder(EmbedderSpec(), arguments.index / "embedder")
    index = open_or_build(arguments.index / "index", items, embedder, _show)
    search = HybridCatalogSearch(items, index, embedder)
    ranker = Ranker(index)
    everything = np.ones(len(items), dtype=np.bool_)
    vectors = {query: embedder.embed_queries([query])[0] for query in judgements}
    words = {query: ranker.by_words(query, everything) for query in judgements}
    meaning = {query: ranker.by_meaning(vectors[query], everything) for query in judgements}

    def ids(ranking: Ranking) -> list[str]:
        return [index.product_ids[place] for place in ranking.places]

    def fused(query: str) -> list[str]:
        scores: FloatArray = fuse(words[query], meaning[query])
        return [index.product_ids[place] for place in np.argsort(-scores, kind="stable")[:DEPTH]]

    _report("BM25", judgements, lambda query: ids(words[query]))
    _report("dense", judgements, lambda query: ids(meaning[query]))
    _report("fused", judgements, fused)
    _report(
        "search (fused, names and brands first)",
        judgements,
        lambda query: [h.product_id for h in search.search(SearchQuery(query, "en", limit=DEPTH))],
    )
    queries = list(judgements)
    whole = _rate(lambda n: search.search(SearchQuery(queries[n], "en")), len(queries), arguments)
    bare = _rate(
        lambda n: index.vectors.search(vectors[queries[n]][None], 10), len(queries), arguments
    )
    print(f"search {whole:.0f}/s, bare FAISS call {bare:.0f}/s, ratio {whole / bare:.3f}")


def read_items(folder: Path) -> list[CatalogItem]:
    """What the published figures search: title, brand and short description."""
    files = sorted(folder.glob("*.json.zip"))
    rows = [row for file in files for row in read_catalog(file)]
    return [
        CatalogItem(
            row.product_id,
            row.names,
            brand=row.brand,
            price=row.variants[0].price,
            descriptions=row.descriptions,
        )
        for row in rows
        if isinstance(row, CatalogRecord)
    ]


def ndcg(ranked: Sequence[str], grades: Mapping[str, float], cut: int = 10) -> float:
    """Normalised discounted cumulative gain with gains of 2^grade - 1; 0 when none is relevant."""

    def gain(values: Sequence[float]) -> float:
        return sum((2**v - 1) / math.log2(n + 2) for n, v in enumerate(values[:cut]))

    ideal = gain(sorted(grades.values(), reverse=True))
    return gain([grades.get(product, 0.0) for product in ranked]) / ideal if ideal else 0.0


def _report(name: str, judgements: Judgements, ranked: Callable[[str], list[str]]) -> None:
    relevant = {q: grades for q, grades in judgements.items() if max(grades.values()) > 0}
    strict = np.mean([ndcg(ranked(q), grades) for q, grades in relevant.items()])
    judged = np.mean(
        [ndcg([p for p in ranked(q) if p in grades], grades) for q, grades in relevant.items()]
    )
    published = "published {:.3f} / {:.3f}".format(*PUBLISHED[name]) if name in PUBLISHED else ""
    print(f"{name}: nDCG@10 {strict:.3f} / {judged:.3f} {published}")


def _judgements(path: Path) -> Judgements:
    grades: defaultdict[str, dict[str, float]] = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            grades[row["query"]][row["docid"]] = float(row["rating"])
    return grades


def _rate(work: Callable[[int], object], count: int, arguments: argparse.Namespace) -> float:
    done, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < arguments.seconds:
        work(done % count)
        done += 1
    return done / elapsed


def _show(done: int, total: int) -> None:
    print(f"\rembedding {done:,} of {total:,}", end="", file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of the catalogue and the judgements")
    default = Path(tempfile.gettempdir()) / "huike-benchmark-search"
    parser.add_argument("--index", type=Path, default=default)
    parser.add_argument("--seconds", type=float, default=5.0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
