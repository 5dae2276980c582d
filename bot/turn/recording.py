"""What is kept of a message's understanding, beside what the engine said of it."""

from typing import Final

from bot.dialogue.skill import Turn
from crm_store.types.conversations import JSON, ParseRecord

MISUNDERSTOOD: Final = "misunderstood"
"""How many messages in a row, this one included, the bot could not follow."""
AMBIGUOUS: Final = "ambiguous"
"""The intents that were too close to call."""
ANSWERING: Final = "answering"
"""The slot that was asked for, and that the message was taken to answer."""


def recorded(turn: Turn) -> ParseRecord:
    """Return the record of a turn's parse: Rasa's shape, and how the bot fared with it."""
    score, question = turn.parse.intent, turn.state.question
    detail: dict[str, JSON] = dict(turn.parse.to_rasa())
    detail[MISUNDERSTOOD] = turn.state.misunderstood
    if turn.parse.ambiguous:
        detail[AMBIGUOUS] = [one.name for one in turn.parse.ambiguous]
    if question is not None and question.skill == turn.skill:
        detail[ANSWERING] = question.slot
    return ParseRecord(score.name, score.confidence, turn.parse.fingerprint, detail)
