"""The dialogue state: what a conversation remembers between two turns.

It is stored as JSON with the conversation and is replaced as a whole, once a turn.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from pydantic import TypeAdapter

from bot.dialogue.mood import CALM, Mood
from bot.handoff.packet import Attempt
from crm_store.types.conversations import JSON, JSONObject


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers that a question offers."""

    label: str
    """As it is printed on the button."""
    value: str
    """What the slot is filled with."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the bot asked last and is waiting to be told."""

    skill: str
    """The skill that goes on with the answer."""
    slot: str
    """Which of its slots the answer fills; `CONFIRM` for a yes-or-no question."""
    asked: int = 1
    """How many times it was asked in a row."""
    options: tuple[Option, ...] = ()
    """The answers it offers; "第二个" or "the last one" chooses among them."""
    free: bool = False
    """Whether any words are an answer, unless they clearly ask for something else."""
    story: bool = False
    """Whether even a question is one: of what happened people also tell by asking."""


@dataclass(frozen=True, slots=True)
class Suspended:
    """A flow that was interrupted and will be come back to."""

    question: Question
    slots: Mapping[str, JSON]


PROOF = "proof"
"""The slot of the question who somebody is; the channel answers it, not what they say."""
CONFIRM = "confirm"
"""The slot of a yes-or-no question; filled with ``True`` or ``False``."""
CHANGE = "change"
"""The slot that names another slot to be asked again."""
TICKET = "ticket"
"""The slot that names a confirmation: an old button cannot answer a new question."""


@dataclass(frozen=True, slots=True)
class DialogueState:
    """Everything a conversation remembers."""

    question: Question | None = None
    slots: Mapping[str, JSON] = field(default_factory=dict)
    """Slots of the skill that is asking; empty when none is."""
    shown_products: tuple[str, ...] = ()
    """Ids of the products last shown, in order: "the second one"."""
    order_number: str | None = None
    """The order last spoken of."""
    member_in_focus: int | None = None
    """The member whom a clerk is serving."""
    last_skill: str | None = None
    suspended: tuple[Suspended, ...] = ()
    """Interrupted flows, the latest last."""
    misunderstood: int = 0
    """Messages in a row that were not understood."""
    heard: tuple[str, ...] = ()
    """What the customer wrote last, cut short: by it the mood is judged."""
    mood: Mood = CALM
    tried: tuple[Attempt, ...] = ()
    """Errands that were tried, the latest last: a human who comes is told."""
    apologised_at: datetime | None = None
    human_offered_at: datetime | None = None
    """When the assistant last apologised and offered a human for the mood's sake."""

    def to_json(self) -> JSONObject:
        """Return the state as the store keeps it."""
        stored: JSONObject = _ADAPTER.dump_python(self, mode="json", exclude_defaults=True)
        return stored

    @staticmethod
    def from_json(stored: JSONObject) -> "DialogueState":
        """Read a stored state; an empty object is the state of a new conversation."""
        return _ADAPTER.validate_python(stored)

    def settled(self) -> "DialogueState":
        """Return the state with no question open."""
        return replace(self, question=None, slots={})


def open_flows(state: DialogueState) -> tuple[Suspended, ...]:
    """Return what a conversation was about to do, the latest last: its question and what waits."""
    if state.question is None:
        return state.suspended
    slots = {name: value for name, value in state.slots.items() if name != TICKET}
    return (*state.suspended, Suspended(state.question, slots))


def suspended_to_json(flows: tuple[Suspended, ...]) -> JSON:
    """Return flows as a message can carry them to another conversation."""
    stored: JSON = _SUSPENDED.dump_python(flows, mode="json", exclude_defaults=True)
    return stored


def suspended_from_json(stored: JSON) -> tuple[Suspended, ...]:
    """Read flows that a message carries; none where there are none or they are unreadable."""
    try:
        return _SUSPENDED.validate_python(stored or ())
    except ValueError:
        return ()


_ADAPTER = TypeAdapter(DialogueState)
_SUSPENDED = TypeAdapter(tuple[Suspended, ...])
