"""Where praise and suggestions go."""

from typing import Annotated

from pydantic import Field

from bot.policies.decision import Decision, allow
from bot.policies.section import Section


class Team(Section):
    """Who reads suggestions about something."""

    owner: str
    words: tuple[str, ...]


class Feedback(Section):
    """Praise and suggestions."""

    wishing: tuple[str, ...]
    """Words that make it a suggestion, however friendly it is."""
    teams: tuple[Team, ...]
    """The first of whose words one is said reads it."""
    otherwise: str
    days: Annotated[int, Field(ge=1)]
    """Days until a suggestion has been looked at."""


def sort_feedback(feedback: Feedback, story: str, *, pleased: bool) -> Decision:
    """Return whether a folded text is praise or a suggestion, and who reads it."""
    team = next(
        (one.owner for one in feedback.teams if any(word in story for word in one.words)),
        feedback.otherwise,
    )
    wishes = any(word in story for word in feedback.wishing)
    kind = "praise" if pleased and not wishes else "suggestion"
    return allow(f"feedback_{kind}", kind=kind, owner=team, days=feedback.days)
