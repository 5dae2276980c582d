"""Satisfaction: what customers say of a service, with one tap and perhaps a word."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

LOWEST: Final = 1
HIGHEST: Final = 5
AFTER_HUMAN: Final = "human"
"""What a survey is about that follows a colleague's conversation; else the flow's intent."""


@dataclass(frozen=True, slots=True)
class NewSurvey:
    """A question about to be asked."""

    conversation_id: int
    about: str
    """The intent of the flow that was finished, or `AFTER_HUMAN`."""
    day: date
    """The retailer's calendar day: nobody is asked twice on one."""
    handoff_id: int | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """A question that was asked, and the answer."""

    id: int
    conversation_id: int
    member_id: int | None
    about: str
    asked_at: datetime
    score: int | None
    """1 (very unhappy) to 5 (very happy)."""
    word: str | None
    answered_at: datetime | None
    handoff_id: int | None = None
