"""How every component here reads a message."""

from __future__ import annotations

from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.normalise import NormalisedText, normalise

_HEAD_CHARACTERS = 300
_TAIL_CHARACTERS = 100


def sentence_of(message: Message) -> NormalisedText | None:
    """The message's text, cleaned as the native engine cleans it; None when there is none."""
    text = message.get(TEXT)
    return normalise(text) if text else None


def read_part(text: str) -> str:
    """Of a long text the beginning and the end: what somebody wants stands there."""
    if len(text) <= _HEAD_CHARACTERS + _TAIL_CHARACTERS:
        return text
    return f"{text[:_HEAD_CHARACTERS]} {text[-_TAIL_CHARACTERS:]}"
