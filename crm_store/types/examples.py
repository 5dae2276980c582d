"""Training examples in the making: what the bot failed on, and what a human made of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crm_store.types.handoffs import HandoffReason


class Failure(StrEnum):
    """How the bot failed on a message."""

    NOT_UNDERSTOOD = "not_understood"
    AMBIGUOUS = "ambiguous"
    """Several readings were too close to call."""
    UNSURE = "unsure"
    """It took the likeliest reading, which was not likely."""


class Evidence(StrEnum):
    """What says which intent a message had."""

    ACTION = "action"
    """The form that the human filled in for the customer."""
    INSTRUCTION = "instruction"
    """What the human told the bot to go on with."""
    RESOLUTION = "resolution"
    """The reason code of the resolution."""
    NONE = "none"
    """Nothing does: whoever reviews it decides."""


class ExampleState(StrEnum):
    """Life of an example. Nothing but a manager's decision moves it."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Label:
    """Which intent a message probably had, and what says so."""

    intent: str | None = None
    evidence: Evidence = Evidence.NONE
    of: str = ""
    """The form, the instruction's intent or the reason code."""


@dataclass(frozen=True, slots=True)
class NewExample:
    """A message that is proposed as an example."""

    message_id: int
    text: str
    """Masked, with entities marked as the training data marks them."""
    language: str
    """``zh`` or ``en``: whose file it belongs in."""
    failure: Failure
    label: Label = Label()


@dataclass(frozen=True, slots=True)
class Example:
    """A proposed example, and what was decided about it."""

    id: int
    message_id: int
    conversation_id: int
    handoff_id: int
    text: str
    language: str
    failure: Failure
    understood: str
    """The intent that the bot had understood."""
    confidence: float
    fingerprint: str
    """Which model did."""
    label: Label
    reason: HandoffReason
    """Why the human was called."""
    resolution_code: str | None
    said_at: datetime
    state: ExampleState
    intent: str | None = None
    """As it was accepted."""
    accepted_text: str | None = None
    staff_id: int | None = None
    """Who decided."""
    decided_role: str | None = None
    decided_at: datetime | None = None
    exported_at: datetime | None = None
    """When it was said to be among the training data."""
