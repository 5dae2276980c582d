"""How long a proof of who somebody is stays good."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from bot.policies.section import Section


class Verification(Section):
    """Times in minutes."""

    fresh_minutes: Annotated[int, Field(ge=1)]
    """After a login or a shared contact, how long one may do what needs a recent proof."""
    take_over_minutes: Annotated[int, Field(ge=1)]
    """After a guest's last message, how long a login in that browser goes on with it."""

    @property
    def fresh(self) -> timedelta:
        """How old a recent proof may be."""
        return timedelta(minutes=self.fresh_minutes)

    @property
    def take_over(self) -> timedelta:
        """How old what a guest began may be."""
        return timedelta(minutes=self.take_over_minutes)
