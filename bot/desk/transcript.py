"""The transcript: who said what, when, and whether it arrived."""

from collections.abc import Callable, Sequence

from nicegui import ui

from bot.channels.text import card_lines, objects
from bot.replies import Speaker
from crm_store.types.conversations import Author, Direction, Message, MessageState

SIDE = {
    Author.CUSTOMER: "from-customer",
    Author.CLERK: "from-customer",
    Author.BOT: "from-bot",
    Author.AGENT: "from-agent",
    Author.SYSTEM: "from-system",
}
QUIET = frozenset({MessageState.SENT, MessageState.HANDLED, MessageState.RECEIVED})


def draw_transcript(messages: Sequence[Message], speaker: Speaker, say: Callable[..., str]) -> None:
    """Draw messages oldest first and scroll to the latest."""
    with ui.scroll_area().classes("transcript").mark("transcript") as area:
        for message in messages:
            _draw(message, speaker, say)
    area.scroll_to(percent=1.0)


def _draw(message: Message, speaker: Speaker, say: Callable[..., str]) -> None:
    with ui.element("div").classes(f"message {SIDE[message.author]}"):
        if message.text:
            ui.label(message.text).classes("text")
        for card in objects(message.payload, "cards"):
            ui.label("\n".join(card_lines(card))).classes("card")
        buttons = [str(button.get("title")) for button in objects(message.payload, "buttons")]
        if buttons:
            ui.label(" / ".join(buttons)).classes("choices")
        ui.label(_below(message, speaker, say)).classes("below")


def _below(message: Message, speaker: Speaker, say: Callable[..., str]) -> str:
    at = message.created_at.astimezone(speaker.phrasebook.time_zone)
    parts = [say(f"author_{message.author}"), f"{at:%H:%M}"]
    if message.direction is Direction.OUT and message.state not in QUIET:
        parts.append(say(f"state_{message.state}"))
    return " · ".join(parts)
