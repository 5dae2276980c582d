"""What the API shows of conversations and messages, and what it takes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from crm_store.types.conversations import (
    Author,
    Direction,
    JSONObject,
    Message,
    MessageState,
)

SHOWN = frozenset({MessageState.SENT, MessageState.UNCERTAIN})
"""Outbound messages that the customer may see."""


class View(BaseModel):
    """Base of everything that goes out or comes in."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ButtonView(View):
    """A choice to press; its payload is sent back as the text of the next message."""

    title: str
    payload: str


class CardView(View):
    """A product, order, shop or member at a glance."""

    title: str
    subtitle: str = ""
    facts: list[str] = []
    image_url: str | None = None
    icon: str = ""
    """What to draw where there is no picture."""
    buttons: list[ButtonView] = []


class MessageView(View):
    """One message as the customer sees it."""

    id: int
    client_id: str | None
    """The id that the client chose; ``null`` for what the shop says."""
    author: Literal["customer", "bot", "agent", "system"]
    agent: str | None = None
    """Display name of the person who wrote it."""
    text: str
    cards: list[CardView] = []
    buttons: list[ButtonView] = []
    at: datetime


class ConversationView(View):
    """A conversation that the caller may use."""

    id: str
    owner: Literal["bot", "waiting", "human"]
    """Who answers."""
    agent: str | None = None
    """Display name of the person who answers, when `owner` is ``human``."""
    member: bool
    """Whether the shop vouches for the customer."""


class OpenedView(ConversationView):
    """A conversation and the token that opens it from now on."""

    token: str
    expires_at: datetime
    max_characters: int
    """Longer messages are cut."""


class ConversationsView(View):
    """The conversations that a token opens."""

    conversations: list[ConversationView]


class MessagesView(View):
    """Messages, oldest first."""

    messages: list[MessageView]


class Opening(View):
    """What a browser knows when it opens a conversation."""

    guest: Annotated[str, Field(max_length=2000)] | None = None
    """The token of the guest's conversation that it had before the login."""


class NewMessage(View):
    """A message of the customer."""

    client_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
    """Chosen by the client, a UUID for instance; sending it again does nothing."""
    text: str
    title: Annotated[str, Field(max_length=200)] | None = None
    """What a pressed button showed, when `text` is its payload."""


class Accepted(View):
    """The message is stored and will be answered."""

    id: int
    client_id: str
    duplicate: bool
    """It had been stored before."""


LOGIN = "login"
"""Marks a message that stands for a login: the customer said nothing."""


def visible(messages: Sequence[Message]) -> list[Message]:
    """Return what the customer may see: both sides' words, not the desk's events nor logins."""
    return [m for m in messages if m.state in SHOWN or _is_own(m)]


def _is_own(message: Message) -> bool:
    """Whether the customer said it; agents' instructions to the bot come in the same way."""
    said = message.direction is Direction.IN and message.author is not Author.AGENT
    return said and LOGIN not in message.payload


def view(message: Message, agent: str | None = None) -> MessageView:
    """Return a message as the customer sees it; a pressed button shows its title."""
    inbound = message.direction is Direction.IN
    title = message.payload.get("title") if inbound else None
    return MessageView(
        id=message.id,
        client_id=message.external_id if inbound else None,
        author=_author(message.author),
        agent=agent,
        text=str(title) if title else message.text,
        cards=_cards(message.payload),
        buttons=_buttons(message.payload),
        at=message.created_at,
    )


def _author(author: Author) -> Literal["customer", "bot", "agent", "system"]:
    match author:
        case Author.BOT:
            return "bot"
        case Author.AGENT:
            return "agent"
        case Author.SYSTEM:
            return "system"
        case _:
            return "customer"


def _cards(payload: JSONObject) -> list[CardView]:
    cards = payload.get("cards")
    return [CardView.model_validate(card) for card in cards] if isinstance(cards, list) else []


def _buttons(payload: JSONObject) -> list[ButtonView]:
    buttons = payload.get("buttons")
    if not isinstance(buttons, list):
        return []
    return [ButtonView.model_validate(button) for button in buttons]
