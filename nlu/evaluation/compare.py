"""Two models on the same sentences: which is better, and may the difference be chance?"""

from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlu.errors import NluDataError
from nlu.evaluation.answers import Answer
from nlu.evaluation.figures import Figures, figures
from nlu.types import JsonValue

SIGNIFICANT: Final = 0.05
_RESAMPLES: Final = 5_000
_SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Comparison:
    """B against A; differences are B minus A, intervals of 95 %."""

    a: Figures
    b: Figures
    only_a: int
    """Sentences that A alone got right."""
    only_b: int
    p_value: float
    """McNemar's exact test: the chance of so uneven a split, were both equally good."""
    accuracy_interval: tuple[float, float]
    macro_f1_interval: tuple[float, float]
    changes: tuple[tuple[Answer, Answer], ...]
    """The answers of A and B where one is right and the other wrong."""

    @property
    def verdict(self) -> str:
        """The result in a sentence."""
        if self.p_value >= SIGNIFICANT:
            return "No difference beyond chance."
        better = "B" if self.only_b > self.only_a else "A"
        return f"{better} is better, and not by chance."

    def to_json(self) -> dict[str, JsonValue]:
        """The comparison as one JSON object."""
        return {
            "a": asdict(self.a),
            "b": asdict(self.b),
            "only_a": self.only_a,
            "only_b": self.only_b,
            "p_value": self.p_value,
            "accuracy_difference": self.b.accuracy - self.a.accuracy,
            "accuracy_interval": list(self.accuracy_interval),
            "macro_f1_difference": self.b.macro_f1 - self.a.macro_f1,
            "macro_f1_interval": list(self.macro_f1_interval),
            "verdict": self.verdict,
        }


def compare(a: tuple[Answer, ...], b: tuple[Answer, ...]) -> Comparison:
    """Compare answers to the same sentences in the same order."""
    if not a or [one.example for one in a] != [other.example for other in b]:
        raise NluDataError("two models can only be compared on the same sentences")
    pairs = list(zip(a, b, strict=True))
    changes = tuple((one, other) for one, other in pairs if one.is_right != other.is_right)
    only_a = sum(one.is_right for one, _ in changes)
    only_b = len(changes) - only_a
    accuracy, macro = _intervals(a, b)
    return Comparison(
        figures(a), figures(b), only_a, only_b, mcnemar(only_a, only_b), accuracy, macro, changes
    )


def mcnemar(only_a: int, only_b: int) -> float:
    """Two-sided exact p-value of McNemar's test for paired answers."""
    from scipy.stats import binomtest  # noqa: PLC0415 - slow to import

    if only_a + only_b == 0:
        return 1.0
    return float(binomtest(only_a, only_a + only_b, 0.5).pvalue)


def _intervals(
    a: tuple[Answer, ...], b: tuple[Answer, ...]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Paired bootstrap over sentences: 95 % intervals of the differences."""
    from scipy.stats import bootstrap  # noqa: PLC0415 - slow to import

    labels = sorted({name for one in (*a, *b) for name in (one.example.intent, one.decided)})
    code = {name: place for place, name in enumerate(labels)}
    rows = np.array(
        [
            (code[one.example.intent], code[one.decided], code[other.decided])
            for one, other in zip(a, b, strict=True)
        ]
    )

    def interval(statistic: object) -> tuple[float, float]:
        found = bootstrap(
            (np.arange(len(rows)),),
            statistic,
            n_resamples=_RESAMPLES,
            vectorized=False,
            method="percentile",
            rng=np.random.default_rng(_SEED),
        ).confidence_interval
        return float(found.low), float(found.high)

    def by_accuracy(chosen: NDArray[np.intp]) -> float:
        truth, one, other = rows[chosen].T
        return float((other == truth).mean() - (one == truth).mean())

    def by_macro_f1(chosen: NDArray[np.intp]) -> float:
        truth, one, other = rows[chosen].T
        return _macro_f1(truth, other, len(labels)) - _macro_f1(truth, one, len(labels))

    return interval(by_accuracy), interval(by_macro_f1)


def _macro_f1(truth: NDArray[np.intp], decided: NDArray[np.intp], labels: int) -> float:
    """The same as `nlu.metrics.macro_f1`, fast enough to be taken thousands of times."""
    hits = np.bincount(truth[truth == decided], minlength=labels)
    of_truth = np.bincount(truth, minlength=labels)
    of_decided = np.bincount(decided, minlength=labels)
    present = of_truth > 0
    return float((2 * hits[present] / (of_truth + of_decided)[present]).mean())
