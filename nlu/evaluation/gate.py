"""The release gate: a new model must not lose recall on any intent.

It answers the accepted sentences, whose labels a person has confirmed, as the old model did. For
each intent, sentences lost and won are counted; the intent is lost when

    (lost - won) / sqrt(lost + won) > 1.28,

that is when so many more losses than gains would come by chance in fewer than one of ten equally
good models. One sentence lost is noise; two lost and none won are not, nor are four against one.
"""

from dataclasses import asdict, dataclass
from math import sqrt
from typing import Final

from nlu.errors import NluDataError
from nlu.evaluation.answers import Answer
from nlu.types import JsonValue

_NOISE: Final = 1.28
"""Standard deviations; 90 % of a normal distribution lie below."""


@dataclass(frozen=True, slots=True)
class IntentGate:
    """One intent's accepted sentences under both models."""

    intent: str
    sentences: int
    old_right: int
    new_right: int
    lost: int
    """Right before, wrong now."""
    won: int

    @property
    def is_lost(self) -> bool:
        """Whether recall fell beyond noise."""
        changed = self.lost + self.won
        return changed > 0 and (self.lost - self.won) / sqrt(changed) > _NOISE


@dataclass(frozen=True, slots=True)
class Gate:
    """The judgement, intent by intent, the worst first."""

    intents: tuple[IntentGate, ...]
    lost: tuple[tuple[Answer, Answer], ...]
    """Old and new answer to every sentence that was lost."""

    @property
    def passes(self) -> bool:
        """Whether the new model may be released."""
        return not any(intent.is_lost for intent in self.intents)

    def to_json(self) -> dict[str, JsonValue]:
        """The judgement as one JSON object."""
        return {
            "passes": self.passes,
            "intents": [asdict(one) | {"is_lost": one.is_lost} for one in self.intents],
            "lost": [
                {"text": old.example.text, "intent": old.decided, "now": new.decided}
                for old, new in self.lost
            ],
        }


def judge_release(old: tuple[Answer, ...], new: tuple[Answer, ...]) -> Gate:
    """Judge a new model by its answers to the accepted sentences, and the old one's to the same."""
    if not old or [one.example for one in old] != [other.example for other in new]:
        raise NluDataError("two models can only be judged on the same accepted sentences")
    pairs = list(zip(old, new, strict=True))
    intents = sorted({one.example.intent for one in old})
    judged = [_of_intent(i, [p for p in pairs if p[0].example.intent == i]) for i in intents]
    lost = tuple((one, other) for one, other in pairs if one.is_right and not other.is_right)
    return Gate(tuple(sorted(judged, key=lambda one: one.won - one.lost)), lost)


def _of_intent(intent: str, pairs: list[tuple[Answer, Answer]]) -> IntentGate:
    return IntentGate(
        intent,
        len(pairs),
        sum(old.is_right for old, _ in pairs),
        sum(new.is_right for _, new in pairs),
        sum(old.is_right and not new.is_right for old, new in pairs),
        sum(new.is_right and not old.is_right for old, new in pairs),
    )
