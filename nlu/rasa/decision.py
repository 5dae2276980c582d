"""From Rasa's probabilities to a decision, among the intents that are allowed."""

from collections.abc import Mapping
from dataclasses import dataclass

from nlu.types import OUT_OF_SCOPE, IntentScore


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided."""

    ranking: tuple[IntentScore, ...]
    """The allowed intents in scope, best first; their confidences add up to 1."""
    in_scope: float
    """The chance that the sentence is one of them at all."""
    accepted: bool


def decide(
    scores: Mapping[str, float],
    allowed: frozenset[str] | None,
    *,
    threshold: float,
    refused: bool = False,
) -> Decided:
    """Decide on `scores`, Rasa's probabilities of all intents.

    What is not allowed is taken out before anything is compared, as if the model had never heard of
    it; `out_of_scope` always stays. `refused`: Rasa's own FallbackClassifier was not sure.
    """
    inside = {
        name: score
        for name, score in scores.items()
        if name != OUT_OF_SCOPE and (allowed is None or name in allowed)
    }
    total = sum(inside.values())
    if total <= 0:
        return Decided((), 0.0, accepted=False)
    ranking = tuple(
        IntentScore(name, min(score / total, 1.0))
        for name, score in sorted(inside.items(), key=lambda item: (-item[1], item[0]))
    )
    best = ranking[0].confidence * total
    # A model without examples of what to refuse can only be unsure of its best reading.
    in_scope = best / (best + scores.get(OUT_OF_SCOPE, total - best))
    return Decided(ranking, in_scope, accepted=in_scope >= threshold and not refused)


def close_to_best(ranking: tuple[IntentScore, ...], gap: float) -> tuple[IntentScore, ...]:
    """The intents to choose from when the best are closer than `gap`; otherwise none."""
    close = tuple(s for s in ranking if ranking[0].confidence - s.confidence < gap)
    return close if len(close) > 1 else ()
