"""Forum groups: topics with screens of their own, and what their members do in them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from emulators.telegram.errors import bad_request
from emulators.telegram.people import Person, Push, Shown

DATE = 1_790_000_000


@dataclass
class Topic:
    """One topic as its members see it."""

    thread: int
    name: str
    closed: bool = False
    screen: list[Shown] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """The bot's messages."""
        return [shown.text for shown in self.screen]


@dataclass
class Group:
    """A supergroup with topics; the bot is an administrator."""

    id: int
    title: str
    bot: dict[str, Any]
    push: Push
    next_id: Callable[[], int]
    ask: Callable[[Person], str]
    may_manage_topics: bool = True
    may_pin: bool = True
    topics: dict[int, Topic] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    commands: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def chat(self) -> dict[str, Any]:
        return {"id": self.id, "type": "supergroup", "title": self.title, "is_forum": True}

    @property
    def only(self) -> Topic:
        """The one topic there is."""
        (topic,) = self.topics.values()
        return topic

    def say(self, person: Person, topic: Topic, text: str) -> int:
        """Let a member write into a topic; returns the message's id."""
        return self.send(person, topic, text=text)

    def send(self, person: Person, topic: Topic, **content: Any) -> int:
        """Let a member send anything into a topic, such as ``photo=[…]``."""
        assert not topic.closed, "Telegram offers no line to write on in a closed topic"
        message = self._in_topic(topic, self.next_id()) | {"from": person.user} | content
        self.push("message", message)
        return int(message["message_id"])

    def correct(self, person: Person, topic: Topic, message_id: int, text: str) -> None:
        """Let a member edit what they wrote."""
        edited = self._in_topic(topic, message_id) | {"from": person.user, "text": text}
        self.push("edited_message", edited | {"edit_date": DATE + 60})

    def press(self, person: Person, topic: Topic, title: str) -> None:
        """Let a member press the newest key with this title."""
        shown = next(s for s in reversed(topic.screen) if any(title in row for row in s.keys))
        self.press_data(person, topic, shown.data(title), shown)

    def press_data(self, person: Person, topic: Topic, data: str, shown: Shown) -> None:
        """Send any callback data, as a modified client can."""
        message = self._in_topic(topic, shown.message_id)
        self.push(
            "callback_query",
            {
                "id": self.ask(person),
                "from": person.user,
                "chat_instance": str(self.id),
                "message": message | {"from": self.bot, "text": shown.text},
                "data": data,
            },
        )

    def create(self, name: str) -> dict[str, Any]:
        """createForumTopic."""
        self._require(self.may_manage_topics, "create a topic")
        topic = Topic(self.next_id(), name)
        self.topics[topic.thread] = topic
        self.push("message", self._root(topic) | {"from": self.bot, "is_topic_message": True})
        return {"message_thread_id": topic.thread, "name": name, "icon_color": 7322096}

    def close(self, thread: int, *, closed: bool) -> bool:
        """closeForumTopic and reopenForumTopic."""
        self._require(self.may_manage_topics, "close or open a topic")
        topic = self.topics.get(thread)
        if topic is None:
            raise bad_request("TOPIC_ID_INVALID")
        if topic.closed == closed:
            raise bad_request("TOPIC_NOT_MODIFIED")
        topic.closed = closed
        return True

    def pin(self, message_id: int) -> None:
        """pinChatMessage."""
        self._require(self.may_pin, "manage pinned messages in the chat")
        self._place(message_id, "message to pin not found")
        self.pinned.append(message_id)

    def edit(self, message_id: int, markup: dict[str, Any] | None) -> Shown:
        """editMessageReplyMarkup."""
        screen, place = self._place(message_id, "message to edit not found")
        if screen[place].markup == markup:
            raise bad_request(
                "message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message"
            )
        screen[place] = replace(screen[place], markup=markup)
        return screen[place]

    def screen(self, thread: int | None) -> list[Shown]:
        """Return where a message to a topic appears."""
        if thread is None or thread not in self.topics:
            raise bad_request("message thread not found")
        return self.topics[thread].screen

    def _place(self, message_id: int, missing: str) -> tuple[list[Shown], int]:
        for topic in self.topics.values():
            for place, shown in enumerate(topic.screen):
                if shown.message_id == message_id:
                    return topic.screen, place
        raise bad_request(missing)

    def _require(self, right: bool, what: str) -> None:
        if not right:
            raise bad_request(f"not enough rights to {what}")

    def _root(self, topic: Topic) -> dict[str, Any]:
        return {
            "message_id": topic.thread,
            "message_thread_id": topic.thread,
            "date": DATE,
            "chat": self.chat,
            "forum_topic_created": {"name": topic.name, "icon_color": 7322096},
        }

    def _in_topic(self, topic: Topic, message_id: int) -> dict[str, Any]:
        return {
            "message_id": message_id,
            "message_thread_id": topic.thread,
            "is_topic_message": True,
            "date": DATE,
            "chat": self.chat,
            "reply_to_message": self._root(topic) | {"from": self.bot},
        }
