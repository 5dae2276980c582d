"""From training data to a model."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final, Literal

import numpy as np
import yaml
from numpy.typing import NDArray

from nlu.errors import NluDataError
from nlu.native.cache import TrainingCache, digest
from nlu.native.engine import ENGINE_VERSION, model_text
from nlu.native.features import (
    LANGUAGES,
    Features,
    Floats,
    Matrix,
    languages_to_guess,
    learn_features,
)
from nlu.native.head import fit_head
from nlu.native.model import Model
from nlu.native.threshold import are_many, cross_validate, decide, fold_count
from nlu.normalise import NormalisedText, normalise
from nlu.ports import Embedder
from nlu.training.data import TrainingData
from nlu.types import OUT_OF_SCOPE

_BATCH: Final = 64
_WORDS: Final = re.compile(r"[A-Z]+(?![^\W\d_A-Z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_REFERENCE: Final = Path(__file__).with_name("reference.yml")


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """How far training has come."""

    step: Literal["embed", "fit"]
    done: int
    total: int


Progress = Callable[[TrainingProgress], None]


def fingerprint_of(data: TrainingData, embedder_name: str, out_of_scope: str | None) -> str:
    """Hex SHA-256 over all a model depends on."""
    parts = (data.fingerprint(), embedder_name, str(ENGINE_VERSION), out_of_scope or "")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def train(
    data: TrainingData,
    embedder: Embedder,
    *,
    cache_folder: Path | None = None,
    out_of_scope: str = OUT_OF_SCOPE,
    progress: Progress = lambda _: None,
) -> Model:
    """Train a model, or load it when one of the same data, embedder and engine is in the cache.

    Of several processes that start at once with one cache folder one trains; the others wait.
    Examples of the intent `out_of_scope` teach what to refuse and become no intent of their own.
    Raises `NluDataError` when the data has no examples or fewer than two intents in scope.
    """
    _check(data, out_of_scope)
    fingerprint = fingerprint_of(data, embedder.name, out_of_scope)
    if cache_folder is None:
        return _trained(data, embedder, None, out_of_scope, fingerprint, progress)
    cache = TrainingCache(cache_folder)
    if known := cache.load_model(fingerprint):
        return known
    with cache.locked():
        # Another process may have trained it while this one waited.
        model = cache.load_model(fingerprint)
        if model is None:
            model = _trained(data, embedder, cache, out_of_scope, fingerprint, progress)
            cache.save_model(model)
    return model


def _check(data: TrainingData, out_of_scope: str) -> None:
    if not data.examples:
        raise NluDataError("no training examples")
    intents = set(data.intents) - {out_of_scope}
    if len(intents) < 2:  # noqa: PLR2004
        only = ", ".join(sorted(intents)) or "none"
        raise NluDataError(f"at least two intents are needed to tell apart; found: {only}")


def _trained(
    data: TrainingData,
    embedder: Embedder,
    cache: TrainingCache | None,
    out_of_scope: str,
    fingerprint: str,
    progress: Progress,
) -> Model:
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - only in training

    lessons = _lessons(data, embedder, cache, out_of_scope, progress)
    intents, matrix, classes = data.intents, lessons.matrix, lessons.classes
    outsider = intents.index(out_of_scope) if out_of_scope in intents else None
    judged = len(data.examples)
    folds = fold_count(judged)

    def on_fold(done: int) -> None:
        progress(TrainingProgress("fit", done, folds + 1))

    # More BLAS threads win little on matrices of this size, and on a busy machine, where they wait
    # for one another, they cost fifty times the whole fit.
    with threadpool_limits(1, "blas"):
        held_out = cross_validate(matrix, classes, len(intents), outsider, judged, on_fold)
        head = fit_head(matrix, classes, len(intents), through_hidden=are_many(judged))
    on_fold(folds + 1)
    return Model(fingerprint, intents, out_of_scope, lessons.features, head, decide(held_out))


@dataclass(frozen=True, slots=True)
class _Lessons:
    """What a head is fitted to: the examples, and after them the names of the intents."""

    features: Features
    """Learnt from the examples alone."""
    matrix: Matrix
    classes: NDArray[np.intp]
    """The place in the data's intents of every row."""


def _lessons(
    data: TrainingData,
    embedder: Embedder,
    cache: TrainingCache | None,
    out_of_scope: str,
    progress: Progress,
) -> _Lessons:
    named = [name for name in data.intents if name != out_of_scope and words_of(name)]
    examples = [normalise(example.text) for example in data.examples]
    names = [normalise(words_of(intent)) for intent in named]
    spoken = [sentence.language for sentence in examples]
    reference = _reference_sentences() if languages_to_guess(spoken) else {}
    vectors, of_names, *others = _embedded_apart(
        [examples, names, *reference.values()], embedder, cache, progress
    )
    features = learn_features(
        [sentence.text for sentence in examples],
        spoken,
        vectors,
        dict(zip(reference, others, strict=True)),
    )
    rows = [*examples, *names]
    matrix = features.matrix(
        [row.text for row in rows],
        [row.language for row in rows],
        np.concatenate([vectors, of_names]),
    )
    place = {intent: number for number, intent in enumerate(data.intents)}
    taught = [*(example.intent for example in data.examples), *named]
    classes = np.array([place[intent] for intent in taught], dtype=np.intp)
    return _Lessons(features, matrix, classes)


def words_of(intent: str) -> str:
    """The words in the name of an intent: "order_status", "CheckPincode", "faq/ask-hours".

    Whoever names an intent says what it is about: its name is one more example of it.
    """
    return " ".join(_WORDS.findall(intent)).lower()


def _reference_sentences() -> dict[str, list[NormalisedText]]:
    """The reference sentences by language."""
    written = yaml.safe_load(_REFERENCE.read_text("utf-8"))
    return {name: [normalise(text) for text in written[name]] for name in LANGUAGES}


def _embedded_apart(
    groups: Sequence[Sequence[NormalisedText]],
    embedder: Embedder,
    cache: TrainingCache | None,
    progress: Progress,
) -> list[Floats]:
    """The vectors of each group of sentences, all embedded in one go."""
    vectors = embed_sentences(list(chain.from_iterable(groups)), embedder, cache, progress)
    ends = np.cumsum([len(group) for group in groups])
    return np.split(vectors, ends[:-1])


def embed_sentences(
    sentences: Sequence[NormalisedText],
    embedder: Embedder,
    cache: TrainingCache | None = None,
    progress: Progress = lambda _: None,
) -> Floats:
    """Vectors of the sentences, shape (n, dimension), as many as possible from the cache."""
    known = cache.load_vectors(embedder.name, embedder.dimension) if cache else {}
    texts = {digest(model_text(sentence)): model_text(sentence) for sentence in sentences}
    missing = sorted(texts.keys() - known.keys(), key=lambda key: len(texts[key]))
    for start in range(0, len(missing), _BATCH):  # alike in length: little padding
        keys = missing[start : start + _BATCH]
        known |= zip(keys, embedder.embed_queries([texts[key] for key in keys]), strict=True)
        progress(TrainingProgress("embed", min(start + _BATCH, len(missing)), len(missing)))
    if cache and missing:
        cache.save_vectors(embedder.name, known)
    return np.array([known[digest(model_text(sentence))] for sentence in sentences]).reshape(
        len(sentences), embedder.dimension
    )
