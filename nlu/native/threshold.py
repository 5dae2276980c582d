"""How sure is sure: calibration, the threshold and the ambiguity gap, from training data alone.

Every sentence is scored by a head that has not seen it. What the threshold must keep out is taken
from the `out_of_scope` examples; without any, whole intents are withheld from each head in turn and
play the outsiders.

A sentence is judged in or out by two numbers: its largest logit, and how far that is above the
logit of `out_of_scope` where there is such a class. Softmax asks which class fits better than the
others; the largest logit also asks how well, and separates outsiders better (see the decision
record).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlu.native.features import Floats, Matrix
from nlu.native.head import Head, fit_head, softmax

_FOLDS: Final = 5
_FOLDS_OF_MANY: Final = 3
_MANY_SENTENCES: Final = 3_000
_FEWEST_CLASSES: Final = 2
_NEVER_JUDGED: Final = -1
_REFUSAL_WORTH: Final = 0.2
"""What refusing all outsiders is worth, measured in understanding all that is in scope, where
examples teach what to refuse: the head knows most outsiders by itself then, and the threshold may
be kind. Without such examples all depends on the threshold, and the two are worth the same."""
_SEED: Final = 7
_ASKED_IN_VAIN: Final = 0.05
"""Share of rightly understood sentences that may be asked about for being close to another."""
_WIDEST_GAP: Final = 0.25


@dataclass(frozen=True, slots=True)
class Decision:
    """How logits become a decision."""

    temperature: float
    """Divides the logits, so that confidence is the share of right answers."""
    scope_weights: tuple[float, float]
    scope_offset: float
    """The chance to be in scope is the logistic function of weights * evidence + offset."""
    threshold: float
    """Least chance to be in scope, 0 to 1, for an intent to be accepted; 0 refuses nothing."""
    gap: float
    """Two intents closer than this in confidence are ambiguous."""

    def confidences(self, logits: Floats) -> Floats:
        """Calibrated probabilities of the intents, along the last axis."""
        return softmax(logits / np.float32(self.temperature))

    def in_scope(self, evidence: Floats) -> Floats:
        """The chance that sentences with this `scope_evidence` are in scope at all."""
        score = evidence @ np.asarray(self.scope_weights) + self.scope_offset
        result: Floats = 1 / (1 + np.exp(-score))
        return result


def scope_evidence(logits: Floats, outsider: Floats | None) -> Floats:
    """What tells sentences in scope from others, shape (..., 2).

    `logits` are those of the intents in scope, `outsider` that of the class to refuse, if any.
    """
    largest = logits.max(axis=-1)
    ahead = np.zeros_like(largest) if outsider is None else largest - outsider
    return np.stack([largest, ahead], axis=-1)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Logits by heads that had not seen the sentence, over the intents in scope."""

    logits: Floats
    """Of sentences in scope, shape (n, intents)."""
    intents: NDArray[np.intp]
    """Their right intents."""
    inside: Floats
    """Their scope evidence, shape (n, 2)."""
    outside: Floats
    """The scope evidence of sentences to refuse, shape (m, 2)."""
    outsiders_known: bool
    """Whether those were examples of the data; else they were withheld intents."""


def are_many(sentences: int) -> bool:
    """Whether there are enough sentences for a hidden layer, and for few parts to judge it."""
    return sentences > _MANY_SENTENCES


def fold_count(sentences: int) -> int:
    """Into how many parts the training data is split to judge itself."""
    return _FOLDS_OF_MANY if are_many(sentences) else _FOLDS


def cross_validate(
    matrix: Matrix,
    classes: NDArray[np.intp],
    class_count: int,
    outsider: int | None,
    judged: int,
    on_fold: Callable[[int], None],
) -> HeldOut:
    """Score the first `judged` rows by heads fitted without them; the others are learnt from only.

    `outsider` is the class to refuse.
    """
    inside = np.array([c for c in range(class_count) if c != outsider], dtype=np.intp)
    count = fold_count(judged)
    folds = np.full(len(classes), _NEVER_JUDGED)
    folds[:judged] = _folds(classes[:judged], count)
    withheld = _folds(np.zeros(class_count, dtype=np.intp), count)
    logits, intents, insiders, outsiders = [], [], [], []
    for fold in range(count):
        removed = np.empty(0, np.intp) if outsider is not None else np.flatnonzero(withheld == fold)
        if len(np.unique(classes[(folds != fold) & ~np.isin(classes, removed)])) < _FEWEST_CLASSES:
            continue  # nothing to tell apart without them
        everyone = _logits_without(
            matrix,
            classes,
            class_count,
            folds == fold,
            removed,
            through_hidden=are_many(judged),
        )
        scores = everyone[:, inside]
        evidence = scope_evidence(scores, None if outsider is None else everyone[:, outsider])
        strange = np.isin(classes, removed) if outsider is None else (classes == outsider)
        strange &= folds != _NEVER_JUDGED
        strange_tested = strange if outsider is None else strange & (folds == fold)
        tested = (folds == fold) & ~strange
        logits.append(scores[tested])
        intents.append(np.searchsorted(inside, classes[tested]))
        insiders.append(evidence[tested])
        outsiders.append(evidence[strange_tested])
        on_fold(fold + 1)
    if not logits:
        none = np.empty((0, 2), dtype=np.float32)
        unscored = np.empty((0, len(inside)), dtype=np.float32)
        return HeldOut(unscored, np.empty(0, np.intp), none, none, False)
    return HeldOut(
        np.concatenate(logits),
        np.concatenate(intents),
        np.concatenate(insiders),
        np.concatenate(outsiders),
        outsiders_known=outsider is not None,
    )


def decide(held_out: HeldOut) -> Decision:
    """Calibrate and choose threshold and gap on held-out logits."""
    if not len(held_out.intents):  # too few sentences to learn any of this
        return Decision(1.0, (1.0, 0.0), 0.0, threshold=0.0, gap=0.0)
    temperature = _temperature(held_out)
    calibrated = Decision(temperature, *_scope(held_out), threshold=0.0, gap=0.0)
    return replace(
        calibrated,
        threshold=_threshold(held_out, calibrated),
        gap=_gap(held_out, calibrated),
    )


def _folds(classes: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """A fold for every sentence; each class is spread over all of them."""
    shuffled = np.random.default_rng(_SEED).permutation(len(classes))
    order = shuffled[np.argsort(classes[shuffled], kind="stable")]
    folds = np.empty(len(classes), dtype=np.intp)
    folds[order] = np.arange(len(classes)) % count
    return folds


def _logits_without(
    matrix: Matrix,
    classes: NDArray[np.intp],
    class_count: int,
    unseen: NDArray[np.bool_],
    removed: NDArray[np.intp],
    *,
    through_hidden: bool,
) -> Floats:
    """Logits of all sentences by a head fitted without the unseen and the removed classes."""
    seen = np.flatnonzero(~unseen & ~np.isin(classes, removed))
    known = np.unique(classes[seen])
    head: Head = fit_head(
        matrix.rows(seen),
        np.searchsorted(known, classes[seen]),
        len(known),
        through_hidden=through_hidden,
    )
    logits = np.full((len(classes), class_count), -np.inf, dtype=np.float32)
    logits[:, known] = head.all_logits(matrix)
    return logits


def _temperature(held_out: HeldOut) -> float:
    from scipy.optimize import minimize_scalar  # noqa: PLC0415 - only in training

    right = np.arange(len(held_out.intents)), held_out.intents
    known = np.isfinite(held_out.logits[right])
    if not known.any():
        return 1.0

    def surprise(log_temperature: float) -> float:
        probabilities = softmax(held_out.logits / np.float32(np.exp(log_temperature)))
        return -float(np.log(np.maximum(probabilities[right][known], 1e-9)).mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(-3, 2), method="bounded").x))


def _scope(held_out: HeldOut) -> tuple[tuple[float, float], float]:
    """Weights and offset of the chance to be in scope; in and out weigh the same."""
    from scipy.optimize import minimize  # noqa: PLC0415 - only in training

    if not len(held_out.outside):
        return (1.0, 0.0), 0.0

    def surprise(line: NDArray[np.float64]) -> float:
        weights, offset = line[:2], line[2]
        missed = np.logaddexp(0, -(held_out.inside @ weights + offset)).mean()
        admitted = np.logaddexp(0, held_out.outside @ weights + offset).mean()
        return float(missed + admitted + 1e-3 * weights @ weights)

    weights = minimize(surprise, np.zeros(3), bounds=[(0, None), (0, None), (None, None)]).x
    return (float(weights[0]), float(weights[1])), float(weights[2])


def _threshold(held_out: HeldOut, decision: Decision) -> float:
    """The best weighed sum of intents rightly accepted and outsiders rightly refused."""
    if not len(held_out.outside):
        return 0.0
    right = held_out.logits.argmax(axis=1) == held_out.intents
    inside = decision.in_scope(held_out.inside)
    outside = decision.in_scope(held_out.outside)
    candidates = np.linspace(0.02, 0.98, 97)
    accepted = np.array([(right & (inside >= c)).mean() for c in candidates])
    refused = np.array([(outside < c).mean() for c in candidates])
    worth = _REFUSAL_WORTH if held_out.outsiders_known else 1.0
    return float(candidates[int((accepted + worth * refused).argmax())])


def _gap(held_out: HeldOut, decision: Decision) -> float:
    """As wide as it may be while few of the rightly understood are asked in vain."""
    if held_out.logits.shape[1] < _FEWEST_CLASSES:
        return 0.0
    best = np.sort(decision.confidences(held_out.logits), axis=1)[:, -2:]
    right = held_out.logits.argmax(axis=1) == held_out.intents
    if not right.any():
        return 0.0
    gap = np.quantile((best[:, 1] - best[:, 0])[right], _ASKED_IN_VAIN)
    return float(min(gap, _WIDEST_GAP))
