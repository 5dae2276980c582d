"""The handoff packet: what an agent needs to know, made from facts of the turn.

`HandoffPacket` is written as JSON into the handoff. It holds what the bot understood and did;
transcript and profile are read live by the desk under the agent's own rights.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from bot.dialogue.effects import RequestHandoff
from bot.dialogue.skill import Turn
from bot.dialogue.state import CONFIRM
from crm_store.types.conversations import JSON, JSONObject
from crm_store.types.handoffs import HandoffReason

VERSION = 1
OF_THE_OFFER = frozenset({"intent", "asked", "reason", CONFIRM})
"""Slots of offering a human; they say nothing about the customer's errand."""


@dataclass(frozen=True, slots=True)
class HandoffPacket:
    """What the bot knows when it calls a human."""

    language: str
    verification: str
    member_id: int | None
    intent: str
    confidence: float
    fingerprint: str
    """Of the model that understood the message."""
    asked: str
    """The customer's own words in the message that led here."""
    slots: Mapping[str, JSON]
    orders: tuple[str, ...]
    """Numbers of orders spoken of."""
    products: tuple[str, ...]
    """Ids of products last shown."""
    misunderstood: int
    version: int = VERSION

    def to_json(self) -> JSONObject:
        """Return the packet as it is stored."""
        return asdict(self)


def call_human(turn: Turn, reason: HandoffReason) -> RequestHandoff:
    """Return the effect that calls a human with the packet of this turn."""
    state = turn.state
    packet = HandoffPacket(
        language=turn.parse.language,
        verification=turn.conversation.verification.value,
        member_id=turn.conversation.member_id,
        intent=str(turn.slots.get("intent") or turn.parse.intent.name),
        confidence=round(turn.parse.intent.confidence, 4),
        fingerprint=turn.parse.fingerprint,
        asked=str(turn.slots.get("asked") or turn.message.text),
        slots={name: value for name, value in turn.slots.items() if name not in OF_THE_OFFER},
        orders=(state.order_number,) if state.order_number else (),
        products=state.shown_products,
        misunderstood=state.misunderstood,
    )
    return RequestHandoff(reason, packet.to_json())
