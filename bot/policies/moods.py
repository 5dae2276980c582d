"""What follows from a customer's mood."""

from collections.abc import Collection
from typing import Annotated

from pydantic import Field

from bot.policies.section import Section


class Moods(Section):
    """When a human is offered or called, and how often the assistant apologises."""

    call: tuple[str, ...]
    """Signs for which a human is called at once, the gravest first."""
    offer_from: Annotated[int, Field(ge=1, le=2)]
    """Level from which a human is offered: 1 upset, 2 angry."""
    stretch_hours: Annotated[int, Field(ge=1)]
    """One conversation: within it the assistant apologises once and offers a human once."""


def called_for(moods: Moods, signs: Collection[str]) -> str | None:
    """Return the gravest sign for which a human is called at once."""
    return next((sign for sign in moods.call if sign in signs), None)
