"""The transcript: who said what, when, and whether it arrived.

Messages are added to what is drawn already, so that somebody who reads further up is not thrown
about; the browser's part (`desk.js`) follows the newest only while the reader is at the end.
All texts go through ``ui.label``, which shows text as text, whatever a customer wrote.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from nicegui import ui
from nicegui.element import Element

from bot.channels.text import card_lines, objects
from bot.desk.snapshot import words_of
from bot.desk.wording import Wording
from bot.handoff.rendering import media_words
from crm_store.types.conversations import Author, Direction, Message, MessageState
from crm_store.types.desk import NOTE

SIDE: Final = {
    Author.CUSTOMER: "from-customer",
    Author.CLERK: "from-customer",
    Author.BOT: "from-bot",
    Author.AGENT: "from-agent",
    Author.SYSTEM: "from-system",
}
QUIET: Final = frozenset({MessageState.SENT, MessageState.HANDLED, MessageState.RECEIVED})
"""States that need no word: the message is where it should be."""
LOST: Final = frozenset({MessageState.FAILED, MessageState.DROPPED})


class Transcript:
    """One drawn conversation."""

    def __init__(self, say: Wording, handoff_id: int) -> None:
        self._say = say
        self._writers: Mapping[int, str] = {}
        self._drawn: dict[int, tuple[Element, ui.label]] = {}
        self._area = (
            ui.element("div")
            .classes("transcript")
            .props(
                f'role=log tabindex=0 data-handoff={handoff_id} aria-label="{say("transcript")}"'
            )
        )

    def show(self, messages: Sequence[Message], writers: Mapping[int, str]) -> None:
        """Add new messages and tell what became of those on their way; ``writers`` by staff id."""
        self._writers = writers
        with self._area:
            for message in messages:
                if message.id not in self._drawn:
                    self._drawn[message.id] = self._draw(message)
                self._tell_state(message)

    def _draw(self, message: Message) -> tuple[Element, ui.label]:
        with ui.element("div").classes(f"message {_side(message)}") as row:
            if text := self._text(message):
                ui.label(text).classes("text").props("dir=auto")
            for card in objects(message.payload, "cards"):
                ui.label("\n".join(card_lines(card))).classes("card")
            buttons = [str(button.get("title")) for button in objects(message.payload, "buttons")]
            if buttons:
                ui.label(" / ".join(buttons)).classes("choices")
            below = ui.label().classes("below")
        return row, below

    def _text(self, message: Message) -> str:
        """Return the words; what the system notes is worded for the agent, not the customer."""
        event = message.payload.get("event")
        if event == NOTE:
            return message.text
        worded = self._say.of("event", event) if message.author is Author.SYSTEM and event else ""
        kind = message.payload.get("attachment")
        sent = f"[{media_words(str(kind), self._say.speaker)}]" if kind else ""
        return worded or " ".join(part for part in (sent, words_of(message)) if part)

    def _tell_state(self, message: Message) -> None:
        row, below = self._drawn[message.id]
        below.set_text(self._below(message))
        row.classes(add="undelivered") if message.state in LOST else row.classes(
            remove="undelivered"
        )

    def _below(self, message: Message) -> str:
        parts = [self._writer(message)]
        parts.append(self._say.time(message.created_at, datetime.now(UTC)))
        if message.direction is Direction.OUT and message.state not in QUIET:
            parts.append(self._say(f"state_{message.state}"))
        return " · ".join(part for part in parts if part)

    def _writer(self, message: Message) -> str:
        name = self._writers.get(message.staff_id or 0, "")
        if message.payload.get("event") == NOTE:
            return self._say("note_by", name=name)
        if message.author is Author.SYSTEM:
            return name
        if message.author is Author.AGENT and message.direction is Direction.IN:
            return self._say("instruction_by", name=name)
        return (
            name
            if message.author is Author.AGENT and name
            else self._say(f"author_{message.author}")
        )


def _side(message: Message) -> str:
    if message.payload.get("event") == NOTE:
        return "note"
    told_to_bot = message.author is Author.AGENT and message.direction is Direction.IN
    return "note" if told_to_bot else SIDE[message.author]
