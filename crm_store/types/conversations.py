"""Conversations and messages. The messages table is inbox, outbox and interaction log in one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from typing_extensions import TypeAliasType

# Named alias types, so that validators can follow the recursion (PEP 695).
JSON = TypeAliasType("JSON", "str | int | float | bool | list[JSON] | dict[str, JSON] | None")
JSONObject: TypeAlias = Mapping[str, JSON]


class Owner(StrEnum):
    """Who answers in a conversation."""

    BOT = "bot"
    WAITING = "waiting"
    HUMAN = "human"


class Verification(StrEnum):
    """How well the customer of a conversation is known, weakest first."""

    GUEST = "guest"
    ORDER = "order"
    """Knows an order's number and the last four digits of its phone."""
    ATTESTED = "attested"
    """Vouched for by the shop's signed token or by Telegram's own contact."""


class Direction(StrEnum):
    """Seen from the retailer."""

    IN = "in"
    OUT = "out"


class Author(StrEnum):
    """Who wrote a message."""

    CUSTOMER = "customer"
    CLERK = "clerk"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class MessageState(StrEnum):
    """Inbound: received, handled. Outbound: queued, sending, then one of the last four."""

    RECEIVED = "received"
    HANDLED = "handled"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    """The channel was asked to send, and no answer came: it may have arrived."""
    FAILED = "failed"
    DROPPED = "dropped"
    """Made under an epoch that has passed: somebody else owns the conversation now."""


PULLED_CHANNELS = frozenset({"web", "rest", "console"})
"""Channels whose clients fetch what is stored: there, being committed is being delivered."""


@dataclass(frozen=True, slots=True)
class ConversationKey:
    """Where a conversation lives: channel, the retailer's account there, and the peer's id."""

    channel: str
    """``web``, ``console``, ``rest`` or ``telegram``."""
    account: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation with one person in one channel."""

    id: int
    key: ConversationKey
    member_id: int | None
    staff_id: int | None
    """Set when a clerk talks to the bot; the clerk's own conversation."""
    verification: Verification
    language: str | None
    """``zh``, ``zh-Hant`` or ``en`` as last spoken; ``None`` before the first message."""
    owner: Owner
    epoch: int
    """Rises with every change of owner; a bot reply made under an older epoch is dropped."""
    opened_orders: tuple[str, ...]
    """Numbers of orders that were opened by number and phone tail."""
    created_at: datetime
    updated_at: datetime
    attested_at: datetime | None = None
    """When the customer proved last who they are; ``None`` for guests."""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """What a channel received, before anything was understood."""

    key: ConversationKey
    external_id: str
    """The channel's own message id; a second message with the same id is a replay."""
    text: str
    author: Author = Author.CUSTOMER
    payload: JSONObject = field(default_factory=dict)
    """Channel extras: a pressed button's value, a shared contact, an attachment's kind."""
    member_id: int | None = None
    """Set when the channel attests who is speaking (signed token, shared contact)."""
    staff_id: int | None = None
    attested_at: datetime | None = None
    """When they proved it, for instance when they logged in; just now when omitted."""


@dataclass(frozen=True, slots=True)
class Received:
    """The store's receipt for an inbound message."""

    conversation_id: int
    message_id: int
    duplicate: bool


@dataclass(frozen=True, slots=True)
class ParseRecord:
    """What the NLU understood, stored with the message it read."""

    intent: str
    confidence: float
    fingerprint: str
    detail: JSONObject
    """Ranking and entities in Rasa's parse shape."""


@dataclass(frozen=True, slots=True)
class Message:
    """One stored message."""

    id: int
    conversation_id: int
    direction: Direction
    author: Author
    text: str
    payload: JSONObject
    """Outbound: cards and buttons. Inbound: channel extras."""
    state: MessageState
    epoch: int
    created_at: datetime
    parse: ParseRecord | None = None
    staff_id: int | None = None
    external_id: str | None = None
    in_reply_to: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class NewReply:
    """An outbound message to be queued."""

    text: str
    payload: JSONObject = field(default_factory=dict)
    author: Author = Author.BOT
    staff_id: int | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """A worker's exclusive, fenced right to work on one conversation until a time.

    ``token`` rises with every claim; a write with an older token raises `ConflictError`.
    """

    conversation_id: int
    worker: str
    token: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """An outbound message handed to a sender; it is in state ``sending``."""

    message: Message
    key: ConversationKey
    attempt: int
    """1 for the first try."""
