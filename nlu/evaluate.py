"""Training on one data set and scoring on another."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlu.entities import EntityExtractor
from nlu.errors import NluDataError
from nlu.metrics import accuracy, auroc, calibration_error, macro_f1, matthews
from nlu.native import NativeEngine, TrainingProgress, train
from nlu.native.cache import TrainingCache
from nlu.native.features import Floats
from nlu.native.model import Model
from nlu.native.threshold import scope_evidence
from nlu.native.training import embed_sentences
from nlu.normalise import normalise
from nlu.ports import Embedder
from nlu.training.data import TrainingData
from nlu.types import JsonValue

_TIMED_SENTENCES: Final = 200


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """What `huike nlu evaluate` prints. Shares are 0 to 1; None where nothing can be said."""

    accuracy: float
    """All rows; a refused out-of-scope row is right."""
    in_scope_accuracy: float
    """The best intent of the rows in scope, whatever the threshold."""
    in_scope_accuracy_with_refusals: float
    """The rows in scope; a refused one is wrong."""
    oos_recall: float | None
    """Share of the out-of-scope rows that were refused."""
    oos_auroc: float | None
    mcc: float
    """All rows, refusal as a class."""
    macro_f1: float
    ece: float
    """Expected calibration error of the best intent's confidence over the rows in scope."""
    threshold: float
    """Least chance to be in scope that was accepted; 0: nothing was refused."""
    train_seconds: float
    """With embedding, without what came from the cache."""
    parse_ms_p50: float
    fingerprint: str

    def to_json(self) -> dict[str, JsonValue]:
        """The report as one JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Scores:
    """What a model says of every test sentence."""

    best: list[str]
    """The best intent in scope."""
    confidences: Floats
    """How sure the model is of it."""
    in_scope: Floats
    """The chance that the sentence is in scope at all."""


def evaluate(
    training: TrainingData,
    test: TrainingData,
    *,
    embedder: Embedder,
    oos_label: str | None = None,
    cache_folder: Path | None = None,
    progress: Callable[[TrainingProgress], None] = lambda _: None,
) -> EvaluationReport:
    """Train on one data set and score on the other.

    Rows labelled `oos_label` are out of scope; without it nothing is refused. The threshold comes
    from the training data alone. Raises `NluDataError` when either data set cannot be used.
    """
    if not test.examples:
        raise NluDataError("no test examples")
    started = time.perf_counter()
    model = train(
        training,
        embedder,
        cache_folder=cache_folder,
        out_of_scope=oos_label or "",
        progress=progress,
    )
    seconds = time.perf_counter() - started
    threshold = 0.0 if oos_label is None else model.decision.threshold
    return report(
        truth=[example.intent for example in test.examples],
        scores=score(model, test, embedder, cache_folder),
        oos_label=oos_label,
        threshold=threshold,
        train_seconds=seconds,
        parse_ms_p50=_parse_ms(model, training, test, embedder),
        fingerprint=model.fingerprint,
    )


def report(
    *,
    truth: list[str],
    scores: Scores,
    oos_label: str | None,
    threshold: float,
    train_seconds: float,
    parse_ms_p50: float,
    fingerprint: str,
) -> EvaluationReport:
    """The figures for given scores."""
    inside = np.array([label != oos_label for label in truth])
    refused = np.zeros(len(truth), dtype=bool) if oos_label is None else scores.in_scope < threshold
    decided = [
        oos_label if oos_label is not None and r else best
        for r, best in zip(refused, scores.best, strict=True)
    ]
    return EvaluationReport(
        accuracy=accuracy(truth, decided),
        in_scope_accuracy=accuracy(_where(inside, truth), _where(inside, scores.best)),
        in_scope_accuracy_with_refusals=accuracy(_where(inside, truth), _where(inside, decided)),
        oos_recall=None if inside.all() else float(refused[~inside].mean()),
        oos_auroc=auroc(scores.in_scope[inside], scores.in_scope[~inside]),
        mcc=matthews(truth, decided),
        macro_f1=macro_f1(truth, decided),
        ece=calibration_error(
            scores.confidences[inside], np.array(truth)[inside] == np.array(scores.best)[inside]
        ),
        threshold=threshold,
        train_seconds=train_seconds,
        parse_ms_p50=parse_ms_p50,
        fingerprint=fingerprint,
    )


def score(
    model: Model, test: TrainingData, embedder: Embedder, cache_folder: Path | None = None
) -> Scores:
    """Score all test sentences at once."""
    sentences = [normalise(example.text) for example in test.examples]
    cache = None if cache_folder is None else TrainingCache(cache_folder)
    vectors = embed_sentences(sentences, embedder, cache)
    matrix = model.features.matrix(
        [sentence.text for sentence in sentences],
        [sentence.language for sentence in sentences],
        vectors,
    )
    logits = model.head.all_logits(matrix)
    inside = [i for i, name in enumerate(model.intents) if name != model.outsider]
    known = model.outsider in model.intents
    outsider = logits[:, model.intents.index(model.outsider)] if known else None
    confidences = model.decision.confidences(logits[:, inside])
    return Scores(
        best=[model.intents[inside[i]] for i in confidences.argmax(axis=1)],
        confidences=confidences.max(axis=1),
        in_scope=model.decision.in_scope(scope_evidence(logits[:, inside], outsider)),
    )


def _parse_ms(
    model: Model, training: TrainingData, test: TrainingData, embedder: Embedder
) -> float:
    """The median time of a whole parse, entities included, in milliseconds."""
    engine = NativeEngine(model, embedder, EntityExtractor(training))
    taken = []
    for example in test.examples[:: max(len(test.examples) // _TIMED_SENTENCES, 1)]:
        started = time.perf_counter()
        engine.parse_now(example.text)
        taken.append(time.perf_counter() - started)
    return median(taken) * 1000


def _where(chosen: NDArray[np.bool_], labels: list[str]) -> list[str]:
    return [label for keep, label in zip(chosen, labels, strict=True) if keep]
