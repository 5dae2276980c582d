"""Port of satisfaction surveys."""

from datetime import date, datetime, timedelta
from typing import Protocol

from crm_store.types.handoffs import Handoff
from crm_store.types.surveys import NewSurvey, Survey


class Surveys(Protocol):
    """Surveys of one tap. A member is asked once a day, wherever they talk; so is a guest."""

    async def may_ask(self, conversation_id: int, since: datetime) -> bool:
        """Whether the conversation's customer was not asked since then, and may be at all.

        Who withdrew their consent to research is not asked. Conversations of staff never are.
        """

    async def ask(self, survey: NewSurvey) -> Survey:
        """Note that the question is asked; system only.

        Raises `ConflictError` when the customer was asked on that day already.
        """

    async def rate(self, conversation_id: int, day: date, score: int) -> Survey | None:
        """Note a score from 1 to 5; the last tap counts. ``None`` when nobody was asked that day.

        Raises `InvalidRecordError` on another score.
        """

    async def add_word(self, conversation_id: int, day: date, word: str) -> Survey | None:
        """Note what the customer adds in words; ``None`` when nobody was asked that day."""

    async def of_day(self, conversation_id: int, day: date) -> Survey | None:
        """Return what was asked on a day in a conversation that the actor may see."""

    async def unasked_handoffs(self, now: datetime, within: timedelta) -> list[Handoff]:
        """Return handoffs resolved within so long that nobody was asked about; system only."""
