"""Drift: how far the messages of a period are from what the model was trained on.

Three measures, each beside what it was before. The unknown rate: how many messages were refused.
The intent mix: the Jensen-Shannon distance of the shares of the intents (0 the same, 1 nothing in
common). The distance of sentences: how far each message is from the nearest training sentence,
against how far training sentences are from each other.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from nlu.errors import NluDataError
from nlu.monitoring.labelling import Candidate, to_label
from nlu.native.cache import TrainingCache
from nlu.native.features import Floats
from nlu.native.training import embed_sentences
from nlu.normalise import normalise
from nlu.ports import Embedder
from nlu.training.data import TrainingData
from nlu.types import OUT_OF_SCOPE, JsonValue

T = TypeVar("T")

_FAR: Final = 95
"""Percentile of the training sentences' own distances above which a message is far."""
_MOST_SENTENCES: Final = 5_000
"""More are thinned out evenly: shares do not need them."""
_CHUNK: Final = 512
_FEWEST: Final = 30
"""Messages; with fewer, nothing can be said."""
_MIX_SHIFTED: Final = 0.2


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as it was understood when it came in."""

    text: str
    intent: str
    confidence: float
    personal: tuple[tuple[int, int, str], ...] = ()
    """Start, end and kind of the entities that were found."""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """An intent's share of the messages in scope, and before."""

    intent: str
    now: float
    before: float


@dataclass(frozen=True, slots=True)
class Drift:
    """One period against the training data, and against the period before it where there is one."""

    messages: int
    before: int
    """Messages of the period before; 0: the training data takes its place."""
    unknown: int
    unknown_interval: tuple[float, float]
    """Wilson's 95 % interval of the share of refused messages."""
    unknown_before: float
    """That share in the period before; in the training data, out-of-scope examples."""
    mix_distance: float
    moved: tuple[Share, ...]
    """The intents whose share moved most."""
    far: float
    """Share of messages farther from every training sentence than 95 % of those from each other."""
    distance: float
    """Median distance (1 - cosine) to the nearest training sentence."""
    usual_distance: float
    """The same among training sentences."""
    models: tuple[str, ...]
    """Fingerprints of the models that understood the messages."""
    to_label: tuple[Candidate, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What deserves attention, in plain words."""
        if self.messages < _FEWEST:
            return (f"Only {self.messages} messages: too few to say more.",)
        return tuple(
            text
            for applies, text in (
                (
                    self.unknown_interval[0] > self.unknown_before,
                    "More messages are refused than before.",
                ),
                (
                    self.mix_distance > _MIX_SHIFTED and self.before >= _FEWEST,
                    "People ask for other things than in the period before.",
                ),
                (
                    self.far > 2 * (100 - _FAR) / 100,
                    "Many messages are like nothing in the training data: label some.",
                ),
                (len(self.models) > 1, "More than one model was at work in this period."),
            )
            if applies
        )

    def to_json(self) -> dict[str, JsonValue]:
        """The result as one JSON object."""
        shape: dict[str, JsonValue] = asdict(self)
        return shape | {"warnings": list(self.warnings)}


def drift(
    now: Sequence[Heard],
    before: Sequence[Heard],
    training: TrainingData,
    embedder: Embedder,
    *,
    labels: int = 20,
    cache_folder: Path | None = None,
) -> Drift:
    """Compare messages with the training data; raises `NluDataError` when there are none.

    Vectors of training sentences come from the cache as far as it has them; those of messages are
    made anew and kept nowhere.
    """
    if not now:
        raise NluDataError("no messages in this period")
    from scipy.stats import binomtest  # noqa: PLC0415 - slow to import

    unknown = sum(heard.intent == OUT_OF_SCOPE for heard in now)
    earlier = [heard.intent for heard in before] or [e.intent for e in training.examples]
    interval = binomtest(unknown, len(now)).proportion_ci(method="wilson")
    messages = _thinned(now)
    cache = None if cache_folder is None else TrainingCache(cache_folder)
    sentences = [normalise(example.text) for example in _thinned(training.examples)]
    known = embed_sentences(sentences, embedder, cache)
    vectors = embed_sentences([normalise(heard.text) for heard in messages], embedder)
    own, distances = _nearest(known, known, itself=True), _nearest(vectors, known)
    mix, moved = _mix([heard.intent for heard in now], earlier)
    return Drift(
        len(now),
        len(before),
        unknown,
        (float(interval.low), float(interval.high)),
        earlier.count(OUT_OF_SCOPE) / len(earlier),
        mix,
        moved,
        float((distances > np.percentile(own, _FAR)).mean()),
        float(np.median(distances)),
        float(np.median(own)),
        tuple(sorted({heard.fingerprint for heard in now if heard.fingerprint})),
        to_label(
            [(heard.text, heard.intent, heard.confidence, heard.personal) for heard in messages],
            vectors,
            distances,
            limit=labels,
        ),
    )


def _thinned(rows: Sequence[T]) -> Sequence[T]:
    return rows[:: len(rows) // _MOST_SENTENCES + 1]


def _nearest(vectors: Floats, known: Floats, *, itself: bool = False) -> Floats:
    """Distance of each vector to the nearest of `known`, other than itself."""
    nearest = np.empty(len(vectors), dtype=np.float32)
    for start in range(0, len(vectors), _CHUNK):
        alike = vectors[start : start + _CHUNK] @ known.T
        if itself:
            alike[np.arange(len(alike)), np.arange(start, start + len(alike))] = -1
        nearest[start : start + _CHUNK] = 1 - alike.max(axis=1)
    return np.maximum(nearest, 0)


def _mix(now: list[str], before: list[str]) -> tuple[float, tuple[Share, ...]]:
    """The Jensen-Shannon distance (base 2) of the intents in scope, and those that moved most."""
    from scipy.spatial.distance import jensenshannon  # noqa: PLC0415 - slow to import

    count_now, count_before = Counter(now), Counter(before)
    names = sorted({*now, *before} - {OUT_OF_SCOPE})
    totals = [max(sum(count[name] for name in names), 1) for count in (count_now, count_before)]
    shares = [
        Share(name, count_now[name] / totals[0], count_before[name] / totals[1]) for name in names
    ]
    if not any(share.now for share in shares) or not any(share.before for share in shares):
        return 1.0, ()
    distance = jensenshannon([s.now for s in shares], [s.before for s in shares], base=2)
    moved = sorted(shares, key=lambda share: -abs(share.now - share.before))
    return float(distance), tuple(moved[:6])
