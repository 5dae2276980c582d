"""Understanding, measured on public data, with the time of a parse against the bare embedding.

    python -m benchmarks.nlu --data FOLDER [--only hint3|clinc150|banking77|xsid] [--cache FOLDER]

FOLDER holds `hint3_curekart`, `clinc150`, `banking77` and `xsid` as they are published. Prints one
JSON object a line; `parse_over_embedding` is a ratio of medians measured in turns.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from knowledge.embedding import EmbedderSpec, load_embedder
from nlu.entities import EntityExtractor
from nlu.evaluate import evaluate
from nlu.language import detect_language
from nlu.native import NativeEngine, train
from nlu.ports import Embedder
from nlu.training import Example, TrainingData, read_csv


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", choices=sorted(SUITES))
    parser.add_argument("--cache", type=Path, help="keeps vectors between runs")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        cache = arguments.cache or Path(temporary)
        embedder = load_embedder(EmbedderSpec(), cache)
        for name, suite in SUITES.items():
            if arguments.only in (None, name):
                for label, training, test, oos in suite(arguments.data):
                    report = evaluate(
                        training, test, embedder=embedder, oos_label=oos, cache_folder=cache
                    )
                    ratio = parse_ratio(training, test, oos, embedder, cache)
                    row = {"data": label, **report.to_json(), "parse_over_embedding": ratio}
                    print(json.dumps(row), flush=True)


Run = tuple[str, TrainingData, TrainingData, str | None]


def hint3(folder: Path) -> Iterator[Run]:
    """A live health retailer's bot; half of the test is out of scope."""
    data = folder / "hint3_curekart"
    training, test = read_csv(data / "train" / "v1.csv"), read_csv(data / "test" / "v1.csv")
    yield "HINT3 curekart v1", training, test, "NO_NODES_DETECTED"


def clinc150(folder: Path) -> Iterator[Run]:
    """150 intents, with and without examples of what to refuse."""
    parts = json.loads((folder / "clinc150" / "data_full.json").read_text())
    test = labelled(parts["test"] + parts["oos_test"])
    yield "CLINC150 full", labelled(parts["train"] + parts["oos_train"]), test, "oos"
    yield "CLINC150 full, no oos examples", labelled(parts["train"]), test, "oos"


def banking77(folder: Path) -> Iterator[Run]:
    """77 close intents, with ten examples for each and with all."""
    few = folder / "banking77" / "ten_shot"
    texts = (few / "seq.in").read_text().splitlines()
    labels = (few / "label").read_text().splitlines()
    test = read_csv(folder / "banking77" / "banking_data_test.csv")
    yield "BANKING77 10-shot", labelled(zip(texts, labels, strict=True)), test, None
    yield "BANKING77 full", read_csv(folder / "banking77" / "banking_data_train.csv"), test, None


def xsid(folder: Path) -> Iterator[Run]:
    """Train on English, test on Chinese; and the other way round."""
    read = {
        (language, part): labelled(_conll(folder / "xsid" / f"{language}.{part}.conll"))
        for language in ("en", "zh")
        for part in ("valid", "test")
    }
    yield "xSID en -> zh", read["en", "valid"], read["zh", "test"], None
    yield "xSID zh -> en", read["zh", "valid"], read["en", "test"], None
    both = TrainingData(read["en", "valid"].examples + read["zh", "valid"].examples)
    yield "xSID en + zh -> zh", both, read["zh", "test"], None


def _conll(file: Path) -> Iterator[tuple[str, str]]:
    text = ""
    for line in file.read_text("utf-8").splitlines():
        if line.startswith("# text = "):
            text = line.removeprefix("# text = ")
        elif line.startswith("# intent = "):
            yield text, line.removeprefix("# intent = ").strip()


def labelled(rows: Iterable[tuple[str, str]]) -> TrainingData:
    """Sentences and their labels as training data."""
    return TrainingData(tuple(Example(text, label, detect_language(text)) for text, label in rows))


def parse_ratio(
    training: TrainingData,
    test: TrainingData,
    oos: str | None,
    embedder: Embedder,
    cache: Path,
) -> float:
    """Median parse time over median time of the bare embedding, measured in turns."""
    model = train(training, embedder, cache_folder=cache, out_of_scope=oos or "")
    engine = NativeEngine(model, embedder, EntityExtractor(training))
    parsed, embedded = [], []
    for example in test.examples[:: max(len(test.examples) // 200, 1)]:
        embedded.append(_seconds(partial(embedder.embed_queries, [example.text])))
        parsed.append(_seconds(partial(engine.parse_now, example.text)))
    return statistics.median(parsed) / statistics.median(embedded)


def _seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


SUITES: dict[str, Callable[[Path], Iterator[Run]]] = {
    "hint3": hint3,
    "banking77": banking77,
    "xsid": xsid,
    "clinc150": clinc150,
}

if __name__ == "__main__":
    main()
