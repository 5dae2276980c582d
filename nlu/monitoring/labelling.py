"""Which sentences to label: those the model was unsure of, and no two of them alike."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from nlu.monitoring.masking import Mask
from nlu.native.features import Floats
from nlu.types import OUT_OF_SCOPE

Message = tuple[str, str, float, tuple[tuple[int, int, str], ...]]
"""Text, intent, confidence, entities."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence worth a label."""

    text: str
    """Masked."""
    intent: str
    """What it was understood as."""
    confidence: float
    times: int
    """How often it came, word for word."""


def to_label(
    messages: list[Message], vectors: Floats, distances: Floats, *, limit: int
) -> tuple[Candidate, ...]:
    """Choose sentences one after the other.

    Each is the one with the largest product of doubt and of distance to the training data and to
    those chosen already. Doubt is 1 - confidence; a refused message is doubtful however sure the
    refusal was, since only a person can say whether it is a new wish or none.
    """
    often = Counter(text.strip().casefold() for text, *_ in messages)
    doubt = np.array([1.0 if m[1] == OUT_OF_SCOPE else 1 - m[2] for m in messages])
    room = distances.astype(np.float64)
    mask = Mask()
    chosen: list[Candidate] = []
    while len(chosen) < limit:
        worth = doubt * room
        best = int(worth.argmax())
        if worth[best] <= 0:
            break
        text, intent, confidence, personal = messages[best]
        times = often[text.strip().casefold()]
        chosen.append(Candidate(mask(text, personal), intent, confidence, times))
        room = np.minimum(room, np.maximum(1 - vectors @ vectors[best], 0))
        same = [m[0].strip().casefold() == text.strip().casefold() for m in messages]
        room[np.array(same)] = 0
    return tuple(chosen)
