"""The queue: who waits, what I have taken, what colleagues have."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from nicegui import ui

from bot.desk.snapshot import QueueEntry, Snapshot
from bot.desk.wording import Wording

LATE_MINUTES: Final = 5
"""A waiting customer is marked after this long."""


def draw_queue(
    snapshot: Snapshot,
    staff_id: int,
    chosen: int | None,
    say: Wording,
    choose: Callable[[int], Awaitable[None]],
) -> None:
    """Draw the three groups; waiting ones first, the longest waiting on top."""
    groups: tuple[tuple[str, Sequence[QueueEntry]], ...] = (
        ("queue", snapshot.waiting()),
        ("mine", snapshot.taken_by(staff_id)),
        ("others", snapshot.taken_by_others(staff_id)),
    )
    for key, entries in groups:
        if entries or key == "queue":
            ui.label(f"{say(key)} · {len(entries)}").classes("group").props("role=heading")
        if not entries and key == "queue":
            ui.label(say("empty")).classes("empty")
        for entry in entries:
            _draw(entry, entry.handoff.id == chosen, say, choose)


def _draw(
    entry: QueueEntry, is_chosen: bool, say: Wording, choose: Callable[[int], Awaitable[None]]
) -> None:
    handoff_id = entry.handoff.id
    late = entry.waited >= LATE_MINUTES
    button = ui.element("button").props(f"type=button data-handoff={handoff_id}")
    button.classes(f"entry {'late' if late else ''} {'chosen' if is_chosen else ''}")
    if is_chosen:
        button.props("aria-current=true")
    button.on("click", lambda: choose(handoff_id))
    with button:
        with ui.element("div").classes("entry-head"):
            ui.label(entry.customer or say("guest")).classes("entry-name")
            ui.label(entry.agent or _age(entry, say)).classes("age")
        ui.label(entry.preview or "…").classes("preview")
        facts = (
            say(f"reason_{entry.handoff.reason}"),
            say.name("desk", f"channel_{entry.channel}"),
        )
        ui.label(" · ".join(facts)).classes("facts")


def _age(entry: QueueEntry, say: Wording) -> str:
    return say("waiting_for", minutes=entry.waited) if entry.waited else say("just_now")
