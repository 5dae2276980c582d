"""Of what customers who agreed are told unasked."""

from typing import Annotated

from pydantic import Field

from bot.policies.section import Section


class Notices(Section):
    """Messages that nobody asked for at that moment."""

    kinds: tuple[str, ...]
    """Those that are sent; the wording is in ``replies/*/notices.yml``."""
    fresh_hours: Annotated[int, Field(ge=1)]
    """What happened longer ago is no news."""
    pickup_expires_hours: Annotated[int, Field(ge=1)]
    """So long before the deadline the customer is reminded to collect."""
    appointment_hours: Annotated[int, Field(ge=1)]
    """So long before a repair appointment they are reminded of it."""
    quiet_minutes: Annotated[int, Field(ge=0)]
    """Nobody is interrupted who has written within so long."""
    every_seconds: Annotated[int, Field(ge=5)]
    """How often to look."""
