"""The five faces of a survey."""

from datetime import date
from typing import Final

from bot.dialogue.reply import Button, payload
from bot.replies import Speaker
from crm_store.types.surveys import HIGHEST, LOWEST

CSAT: Final = "csat"
"""The skill that takes the answer."""


def score_buttons(speaker: Speaker, day: date) -> tuple[Button, ...]:
    """Return a button for each score, best first; they name the day on which it was asked."""
    return tuple(
        Button(
            speaker.words(f"{CSAT}.score_{score}"),
            payload(CSAT, {"score": score, "day": day.isoformat()}),
        )
        for score in range(HIGHEST, LOWEST - 1, -1)
    )
