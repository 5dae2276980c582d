"""One wish or two? The odds, from how each part reads alone and from what stands between them.

The weights are those of a logistic regression over examples of one wish with several parts and
pairs of other examples joined in many ways, each read by a model that had not learnt it
(`python -m benchmarks.wishes`, decision 0017), rounded. Three are moved: a space counts less and
parts that ask count more, for joined examples have more spaces than what people write.
"""

import math
from dataclasses import dataclass
from typing import Final

from nlu.segments.parts import Cut, Part
from nlu.types import OUT_OF_SCOPE, Parse

_SURE: Final = 4.0
"""Log-odds of a confidence beyond which it counts no more."""
_EVEN: Final = -4.5
_WEIGHTS: Final = {
    "readings": 0.45,
    "first asks": 1.6,
    "second asks": 1.0,
    "as the whole": 0.3,
    "whole": -0.4,
    "SPACE": 1.5,
    "AND": 2.3,
    "END": 3.7,
    "NEW": 5.2,
}
_AT_BEST: Final = ("first asks", "second asks", "as the whole")


@dataclass(frozen=True, slots=True)
class Wish:
    """A part that may be a wish of its own."""

    part: Part
    parse: Parse
    asks: bool

    @property
    def name(self) -> str:
        """Its intent."""
        return self.parse.intent.name

    @property
    def weight(self) -> float:
        """How much it looks like a wish, 0 to 1; one that only tells counts half."""
        return self.parse.intent.confidence * (1 if self.asks else 0.5)


def two_rather_than_one(first: Wish, second: Wish, cut: Cut, whole: Parse) -> float:
    """Log-odds that both are wished for; `cut` is the strongest between the two."""
    seen = evidence(first, second, cut, whole)
    return _EVEN + sum(_WEIGHTS[name] * amount for name, amount in seen.items())


def evidence(first: Wish, second: Wish, cut: Cut, whole: Parse) -> dict[str, float]:
    """What speaks for two wishes or against them, by name."""
    return {
        "readings": _log_odds(first.parse) + _log_odds(second.parse),
        "first asks": float(first.asks),
        "second asks": float(second.asks),
        "as the whole": float(likeliest_of(whole) in (first.name, second.name)),
        "whole": _log_odds(whole),
        **{other.name: float(cut is other) for other in Cut if other is not Cut.PAUSE},
    }


def may_be_two(cut: Cut, whole: Parse) -> bool:
    """Whether parts could be two wishes at all, however they read."""
    speaking_for = 2 * _SURE * _WEIGHTS["readings"] + sum(_WEIGHTS[name] for name in _AT_BEST)
    against = _WEIGHTS["whole"] * _log_odds(whole)
    return _EVEN + speaking_for + against + _WEIGHTS.get(cut.name, 0.0) > 0


def likeliest_of(whole: Parse) -> str | None:
    """What a message is most likely about, whether it was refused or not."""
    return next((score.name for score in whole.ranking if score.name != OUT_OF_SCOPE), None)


def _log_odds(parse: Parse) -> float:
    """Of a reading to be right; even where it was refused."""
    if not parse.in_scope:
        return 0.0
    certain = min(max(parse.intent.confidence, 1e-4), 1 - 1e-4)
    return min(math.log(certain / (1 - certain)), _SURE)
