"""The rules of learning from handoffs: what counts as failed, and what a resolution says."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from bot.policies.section import Section


class LearningRules(Section):
    """What is proposed as a training example, and under which intent."""

    every_seconds: Annotated[int, Field(ge=1)]
    within_hours: Annotated[int, Field(ge=1)]
    look_back_days: Annotated[int, Field(ge=1)]
    unsure_below: Annotated[float, Field(ge=0, le=1)]
    ignored: tuple[str, ...]
    resolutions: Mapping[str, str]
    actions: Mapping[str, str]

    @property
    def every(self) -> timedelta:
        """How often closed handoffs are looked through."""
        return timedelta(seconds=self.every_seconds)

    @property
    def within(self) -> timedelta:
        """How long before the call for a human a message counts."""
        return timedelta(hours=self.within_hours)

    @property
    def look_back(self) -> timedelta:
        """How long ago a handoff may have been closed."""
        return timedelta(days=self.look_back_days)

    def intent_of_action(self, action: str) -> str:
        """Return the intent that a form stands for: its own name unless told otherwise."""
        return self.actions.get(action, action)
