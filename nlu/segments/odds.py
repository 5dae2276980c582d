"""One wish or two? The odds, from how each part reads alone and from what stands between them.

The weights are those of a logistic regression over 2,900 examples of one wish with several parts
and 2,800 pairs of other examples joined in many ways, each read by a head that had not learnt it
(decision 0017); rounded, and those of the cuts lowered for the space, which joined pairs have more
often than people's own.
"""

import math
from dataclasses import dataclass
from typing import Final

from nlu.segments.parts import Cut, Part
from nlu.types import OUT_OF_SCOPE, Parse

_SURE: Final = 4.0
"""Log-odds of a confidence beyond which it counts no more."""
_EVEN: Final = -4.5
_OF_A_READING: Final = 0.45
_OF_THE_WHOLE: Final = -0.4
_FIRST_ASKS: Final = 1.6
_SECOND_ASKS: Final = 1.0
_AS_THE_WHOLE: Final = 0.3
_OF_A_CUT: Final = {Cut.PAUSE: 0.0, Cut.SPACE: 1.5, Cut.AND: 2.3, Cut.END: 3.7, Cut.NEW: 5.2}


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
    likeliest = likeliest_of(whole)
    return (
        _bound(cut, whole)
        - _OF_A_READING * (2 * _SURE - _log_odds(first) - _log_odds(second))
        - _FIRST_ASKS * (not first.asks)
        - _SECOND_ASKS * (not second.asks)
        - _AS_THE_WHOLE * (likeliest not in (first.name, second.name))
    )


def may_be_two(cut: Cut, whole: Parse) -> bool:
    """Whether parts could be two wishes at all, however they read."""
    return _bound(cut, whole) > 0


def likeliest_of(whole: Parse) -> str | None:
    """What a message is most likely about, whether it was refused or not."""
    return next((score.name for score in whole.ranking if score.name != OUT_OF_SCOPE), None)


def _bound(cut: Cut, whole: Parse) -> float:
    sure = min(_log_odds_of(whole.intent.confidence), _SURE) if whole.in_scope else 0.0
    asked = _FIRST_ASKS + _SECOND_ASKS + _AS_THE_WHOLE
    return _EVEN + 2 * _OF_A_READING * _SURE + asked + _OF_THE_WHOLE * sure + _OF_A_CUT[cut]


def _log_odds(wish: Wish) -> float:
    return min(_log_odds_of(wish.parse.intent.confidence), _SURE)


def _log_odds_of(confidence: float) -> float:
    certain = min(max(confidence, 1e-4), 1 - 1e-4)
    return math.log(certain / (1 - certain))
