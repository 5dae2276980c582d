"""What every decision of the house looks like."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes or no, and the rule that says so.

    The rule's wording is in ``replies/*/rules.yml`` under its name, filled with ``facts``:
    "七天无理由，已签收第 3 天".
    """

    allowed: bool
    rule: str
    facts: Mapping[str, object] = field(default_factory=dict)
    """Numbers, dates and amounts that the rule looked at."""
    instead: tuple[str, ...] = ()
    """Intents that may help where the answer is no."""
    human: bool = False
    """Whether a human is called at once, with what is known."""

    def with_human(self) -> "Decision":
        """Return the decision with a human called at once."""
        return replace(self, human=True)


def allow(rule: str, **facts: object) -> Decision:
    """Return a yes."""
    return Decision(True, rule, facts)


def refuse(rule: str, *instead: str, **facts: object) -> Decision:
    """Return a no, with intents that may help instead."""
    return Decision(False, rule, facts, instead)
