"""Figures over answers: of all, of each intent, of pairs that are mixed up, of confidence."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlu.evaluation.answers import Answer
from nlu.metrics import accuracy, calibration_error, macro_f1
from nlu.types import OUT_OF_SCOPE


@dataclass(frozen=True, slots=True)
class Figures:
    """Of many answers; shares are 0 to 1."""

    sentences: int
    macro_f1: float
    """Mean F1 over the intents, `out_of_scope` among them."""
    accuracy: float
    in_scope_accuracy: float
    """The best intent of sentences in scope, whatever the threshold."""
    in_scope_macro_f1: float
    """Mean F1 of the best intent over sentences in scope, whatever the threshold."""
    oos_recall: float | None
    """Share of the out-of-scope sentences that were refused; None without any."""
    ece: float
    """Expected calibration error of the best intent's confidence, over sentences in scope."""


@dataclass(frozen=True, slots=True)
class IntentFigures:
    """Of one intent."""

    intent: str
    sentences: int
    precision: float
    """Share of right ones among what was taken for it."""
    recall: float
    """Share of its sentences that were taken for it."""

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often one intent was taken for another."""

    truth: str
    decided: str
    sentences: int


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Sentences of like confidence: where the two shares agree, confidence can be believed."""

    sentences: int
    confidence: float
    """Their mean."""
    right: float
    """The share that was right."""


def figures(answers: Sequence[Answer]) -> Figures:
    """The figures of many answers."""
    truth = [answer.example.intent for answer in answers]
    decided = [answer.decided for answer in answers]
    inside = [answer for answer in answers if answer.example.intent != OUT_OF_SCOPE]
    outside = [answer for answer in answers if answer.example.intent == OUT_OF_SCOPE]
    right = np.array([answer.best == answer.example.intent for answer in inside], dtype=bool)
    return Figures(
        len(answers),
        macro_f1(truth, decided),
        accuracy(truth, decided),
        float(right.mean()) if len(right) else 0.0,
        macro_f1([answer.example.intent for answer in inside], [answer.best for answer in inside]),
        sum(answer.is_right for answer in outside) / len(outside) if outside else None,
        calibration_error(np.array([answer.confidence for answer in inside]), right),
    )


def of_each_intent(answers: Sequence[Answer]) -> tuple[IntentFigures, ...]:
    """Every intent's figures, the worst F1 first."""
    truth = Counter(answer.example.intent for answer in answers)
    decided = Counter(answer.decided for answer in answers)
    hits = Counter(answer.decided for answer in answers if answer.is_right)
    each = (
        IntentFigures(intent, n, hits[intent] / max(decided[intent], 1), hits[intent] / n)
        for intent, n in truth.items()
    )
    return tuple(sorted(each, key=lambda one: (one.f1, one.intent)))


def confusions(answers: Sequence[Answer]) -> tuple[Confusion, ...]:
    """Pairs of intents that were mixed up, the most frequent first."""
    pairs = Counter((a.example.intent, a.decided) for a in answers if not a.is_right)
    ordered = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Confusion(truth, decided, n) for (truth, decided), n in ordered)


def reliability(answers: Sequence[Answer], bins: int = 10) -> tuple[ReliabilityBin, ...]:
    """Sentences in scope by confidence, in equal steps; empty steps are left out."""
    inside = [answer for answer in answers if answer.example.intent != OUT_OF_SCOPE]
    confidence = np.array([answer.confidence for answer in inside])
    right = np.array([answer.best == answer.example.intent for answer in inside], dtype=bool)
    steps = np.minimum((confidence * bins).astype(int), bins - 1)
    return tuple(
        ReliabilityBin(
            int((steps == step).sum()),
            float(confidence[steps == step].mean()),
            float(right[steps == step].mean()),
        )
        for step in np.unique(steps)
    )


def worst_mistakes(answers: Sequence[Answer], limit: int = 40) -> tuple[Answer, ...]:
    """Wrong answers given with the most confidence: often the label is what is wrong."""
    wrong = [answer for answer in answers if not answer.is_right]
    return tuple(sorted(wrong, key=lambda answer: -answer.confidence)[:limit])
