"""When the customer is asked how it was."""

from typing import Annotated

from pydantic import Field

from bot.policies.section import Section


class Surveys(Section):
    """Satisfaction, asked with one tap."""

    every_hours: Annotated[int, Field(ge=24)]
    """Nobody is asked more often than that, and never twice on one day."""
    not_after: tuple[str, ...]
    """Flows after which asking would be out of place."""
    unhappy_up_to: Annotated[int, Field(ge=1, le=4)]
    """Scores, of 1 to 5, after which we ask at once what went wrong."""
    after_human_minutes: Annotated[int, Field(ge=1)]
    """How long after a colleague has finished one may still ask about it."""
