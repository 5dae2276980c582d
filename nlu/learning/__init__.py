"""From messages that were not understood to a patch of the training data, for people to review."""

from nlu.learning.lines import Flaw, LineError, checked_line, neutral
from nlu.learning.marking import Marking
from nlu.learning.patch import Accepted, Patch, Refused, make_patch

__all__ = [
    "Accepted",
    "Flaw",
    "LineError",
    "Marking",
    "Patch",
    "Refused",
    "checked_line",
    "make_patch",
    "neutral",
]
