"""People with phones: what they do becomes updates, what the bot sends becomes their screen."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Push = Callable[[str, dict[str, Any]], int | None]


@dataclass(frozen=True)
class Shown:
    """One message of the bot on a screen."""

    message_id: int
    text: str
    markup: dict[str, Any] | None
    media: dict[str, Any] = field(default_factory=dict)
    """Of a copied message: its picture, voice or file, as ``{"photo": […]}``."""

    @property
    def keys(self) -> list[list[str]]:
        """What stands on the keys, row by row."""
        rows = (self.markup or {}).get("inline_keyboard") or (self.markup or {}).get("keyboard")
        return [[key["text"] for key in row] for row in rows or []]

    def data(self, title: str) -> str:
        """The callback data of the inline key with this title."""
        rows = (self.markup or {}).get("inline_keyboard", [])
        return next(key["callback_data"] for row in rows for key in row if key["text"] == title)


@dataclass
class Person:
    """One Telegram user in a private chat with the bot."""

    id: int
    first_name: str
    language_code: str
    phone: str
    push: Push
    """Hands an update to the queue."""
    next_id: Callable[[], int]
    ask: Callable[["Person"], str]
    """Opens a callback query and returns its id."""
    date: int = 1_790_000_000
    started: bool = False
    blocked: bool = False
    screen: list[Shown] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    """Those of them that had to be dismissed by hand."""
    notices: list[str] = field(default_factory=list)
    """Texts shown on top of the chat by answers to callback queries."""
    typing: int = 0
    """How often the bot was seen typing."""

    @property
    def user(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first_name,
            "language_code": self.language_code,
        }

    @property
    def chat(self) -> dict[str, Any]:
        return {"id": self.id, "type": "private", "first_name": self.first_name}

    def say(self, text: str) -> int:
        """Send a text; returns its message id."""
        return self.send(text=text)

    def send(self, **content: Any) -> int:
        """Send a message of any kind, such as ``photo=[…]``."""
        self.started = True
        message = self._message(self.next_id()) | content
        self.push("message", message)
        return int(message["message_id"])

    def correct(self, message_id: int, text: str) -> None:
        """Edit a text that was sent."""
        edited = self._message(message_id) | {"edit_date": self.date + 60, "text": text}
        self.push("edited_message", edited)

    def press(self, title: str) -> None:
        """Press the newest inline key with this title."""
        shown = next(s for s in reversed(self.screen) if any(title in row for row in s.keys))
        self.press_data(shown.data(title), shown)

    def press_data(self, data: str, shown: Shown | None = None) -> None:
        """Send any callback data, as a modified client can."""
        shown = shown or self.screen[-1]
        message = {"message_id": shown.message_id, "date": self.date, "chat": self.chat}
        self.push(
            "callback_query",
            {
                "id": self.ask(self),
                "from": self.user,
                "chat_instance": str(self.id),
                "message": message | {"text": shown.text},
                "data": data,
            },
        )

    def share_contact(self) -> None:
        """Press the key that shares the own phone number."""
        self.send(contact=self._contact(self))

    def share_contact_of(self, other: "Person") -> None:
        """Send somebody else's contact from the address book."""
        self.send(contact=self._contact(other))

    def block(self) -> None:
        """Block the bot."""
        self.blocked = True
        self._membership("member", "kicked")

    def unblock(self) -> None:
        """Let the bot write again."""
        self.blocked = False
        self._membership("kicked", "member")

    @property
    def texts(self) -> list[str]:
        """The bot's messages as this person reads them."""
        return [shown.text for shown in self.screen]

    def _message(self, message_id: int) -> dict[str, Any]:
        return {
            "message_id": message_id,
            "date": self.date,
            "chat": self.chat,
            "from": self.user,
        }

    def _contact(self, whose: "Person") -> dict[str, Any]:
        return {
            "phone_number": whose.phone.lstrip("+"),
            "first_name": whose.first_name,
            "user_id": whose.id,
        }

    def _membership(self, before: str, after: str) -> None:
        def member(status: str) -> dict[str, Any]:
            bot = {"id": 1, "is_bot": True, "first_name": "bot"}
            until = {"until_date": 0} if status == "kicked" else {}
            return {"status": status, "user": bot} | until

        change = {"chat": self.chat, "from": self.user, "date": self.date}
        members = {"old_chat_member": member(before), "new_chat_member": member(after)}
        self.push("my_chat_member", change | members)
