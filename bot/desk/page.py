"""The desk's page on NiceGUI: the queue, the conversation, the packet.

One `Desk` object serves one open browser page. It looks at the store after every ring of the bell
and at least every few seconds, and redraws only what changed. All texts go through `ui.label`,
which shows text as text, whatever a customer wrote.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from nicegui import ui
from nicegui.elements.textarea import Textarea

from bot.desk.packet import draw_packet
from bot.desk.session import actor_of
from bot.desk.snapshot import OpenConversation, QueueEntry, Snapshot, look, minutes_since
from bot.desk.transcript import draw_transcript
from bot.replies import Speaker
from bot.turn.bell import Bell
from crm_store.errors import StoreError
from crm_store.ports import CrmStore, UnitOfWork
from crm_store.types.handoffs import HandoffState
from crm_store.types.people import Staff

LOOK_SECONDS = 3.0
LATE_MINUTES = 5
"""A waiting customer is marked after this long."""


@dataclass(frozen=True, slots=True)
class DeskParts:
    """What the desk works with."""

    store: CrmStore
    bell: Bell


class Desk:
    """One agent's open desk page."""

    def __init__(self, parts: DeskParts, staff: Staff, speaker: Speaker) -> None:
        self.parts = parts
        self.staff = staff
        self.speaker = speaker
        self.snapshot = Snapshot()
        self.chosen: int | None = None
        self.queue = ui.refreshable(self._draw_queue)
        self.conversation = ui.refreshable(self._draw_conversation)
        self.packet = ui.refreshable(self._draw_packet)

    def say(self, key: str, **values: object) -> str:
        """Word a label."""
        return self.speaker.words(f"desk.{key}", values)

    def build(self) -> None:
        """Lay the page out once; the three panes redraw themselves."""
        self._draw_header()
        with ui.element("main").classes("desk").mark("desk") as self.grid:
            with ui.element("section").classes("pane queue"):
                self.queue()
            with ui.element("section").classes("pane talk"):
                self.conversation()
                self._draw_composer()
            with ui.element("section").classes("pane packet"):
                self.packet()

    async def follow(self) -> None:
        """Keep the page up to date until it is closed."""
        while True:
            with self.parts.bell.listening("desk") as rung:
                await self.refresh()
                with suppress(TimeoutError):
                    await asyncio.wait_for(rung.wait(), LOOK_SECONDS)

    async def refresh(self) -> None:
        """Look at the store and redraw what changed."""
        seen = await look(self.parts.store, actor_of(self.staff), self.chosen)
        before, self.snapshot = self.snapshot, seen
        if before.queue != seen.queue:
            self.queue.refresh()
        if before.open != seen.open:
            self.conversation.refresh()
            self.packet.refresh()
            self._show_composer()

    async def choose(self, handoff_id: int | None) -> None:
        """Open a conversation, or go back to the list on a narrow screen."""
        self.chosen = handoff_id
        self.grid.classes(remove="open") if handoff_id is None else self.grid.classes(add="open")
        self.queue.refresh()
        await self.refresh()

    async def _act(self, act: str, *details: str) -> bool:
        """Do something to the chosen handoff; what is refused is told, nothing is half-done."""
        if self.chosen is None:
            return False
        try:
            async with self.parts.store.writing(actor_of(self.staff)) as uow:
                await _do(uow, act, self.chosen, *details)
        except StoreError as refused:
            ui.notify(self.say("changed", what=str(refused)), type="warning")
            await self.refresh()
            return False
        for topic in ("desk", "outbox", "inbox"):
            self.parts.bell.ring(topic)
        if self.snapshot.open is not None:
            self.parts.bell.ring(self.snapshot.open.conversation.id)
        await self.refresh()
        return True

    def _draw_header(self) -> None:
        with ui.header().classes("desk-header"):
            ui.label(self.say("title")).classes("desk-title")
            ui.space()
            ui.label(self.staff.name).mark("agent-name")
            other = "zh" if self.speaker.language == "en" else "en"
            ui.link(self.say("other_language"), f"/desk/?lang={other}")
            ui.link(self.say("logout"), "/desk/logout")

    def _draw_queue(self) -> None:
        groups = (
            ("queue", self.snapshot.waiting()),
            ("mine", self.snapshot.taken_by(self.staff.id)),
            ("others", self.snapshot.taken_by_others(self.staff.id)),
        )
        for key, entries in groups:
            if not entries and key != "queue":
                continue
            ui.label(f"{self.say(key)} · {len(entries)}").classes("group").mark(f"group-{key}")
            if not entries:
                ui.label(self.say("empty")).classes("empty")
            for entry in entries:
                self._draw_entry(entry)

    def _draw_entry(self, entry: QueueEntry) -> None:
        minutes = minutes_since(entry.handoff.requested_at, datetime.now(UTC))
        late = entry.handoff.state is HandoffState.WAITING and minutes >= LATE_MINUTES
        chosen = entry.handoff.id == self.chosen
        classes = f"entry {'late' if late else ''} {'chosen' if chosen else ''}"
        handoff_id = entry.handoff.id
        button = ui.element("button").classes(classes).mark("entry")
        button.on("click", lambda: self.choose(handoff_id))
        with button:
            ui.label(entry.preview or "…").classes("preview")
            age = self.say("waiting_for", minutes=minutes) if minutes else self.say("just_now")
            facts = [
                self.say(f"reason_{entry.handoff.reason}"),
                self.say(f"channel_{entry.channel}"),
                entry.agent or age,
            ]
            ui.label(" · ".join(facts)).classes("facts")

    def _draw_conversation(self) -> None:
        shown = self.snapshot.open
        if shown is None:
            ui.label(self.say("choose")).classes("empty")
            return
        with ui.row().classes("talk-head"):
            back = ui.button(icon="arrow_back", on_click=lambda: self.choose(None))
            back.props(f'flat round dense aria-label="{self.say("back")}"').classes("back")
            self._draw_actions(shown)
        draw_transcript(shown.messages, self.speaker, self.say)

    def _draw_actions(self, shown: OpenConversation) -> None:
        if shown.handoff.state is HandoffState.WAITING:
            ui.label(self.say("take_over_hint")).classes("hint")
            ui.space()
            take = ui.button(self.say("take"), on_click=lambda: self._act("take"))
            take.props("unelevated no-caps").mark("take")
        elif self._is_mine(shown):
            ui.space()
            ui.button(self.say("hand_back"), on_click=lambda: self._act("hand_back")).props(
                "outline no-caps"
            ).mark("hand-back")
            ui.button(self.say("resolve"), on_click=self._ask_resolution).props(
                "unelevated no-caps"
            ).mark("resolve")
        elif shown.agent:
            ui.label(self.say("taken_by_other", name=shown.agent)).classes("hint")

    def _draw_composer(self) -> None:
        with ui.row().classes("composer") as self.composer:
            box = ui.textarea(placeholder=self.say("write")).props("autogrow outlined dense")
            box.classes("box").mark("answer")
            # Enter sends; Shift+Enter and an input method that is composing do not.
            box.on(
                "keydown",
                lambda: self._send(box),
                js_handler="(e) => { if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) "
                "{ e.preventDefault(); emit(); } }",
            )
            send = ui.button(icon="send", on_click=lambda: self._send(box))
            send.props(f'unelevated aria-label="{self.say("send")}"').mark("send")
        self._show_composer()

    def _show_composer(self) -> None:
        shown = self.snapshot.open
        self.composer.set_visibility(shown is not None and self._is_mine(shown))

    def _is_mine(self, shown: OpenConversation) -> bool:
        taken = shown.handoff.state is HandoffState.TAKEN
        return taken and shown.handoff.taken_by == self.staff.id

    async def _send(self, box: Textarea) -> None:
        text = (box.value or "").strip()
        if text and await self._act("answer", text):
            box.value = ""

    async def _ask_resolution(self) -> None:
        with ui.dialog() as dialog, ui.card().classes("resolve-card"):
            ui.label(self.say("resolve_ask"))
            note = ui.input(placeholder=self.say("resolve_placeholder")).classes("w-full")
            note.mark("resolution")
            with ui.row().classes("w-full justify-end"):
                ui.button(self.say("cancel"), on_click=dialog.close).props("flat no-caps")
                done = ui.button(
                    self.say("resolve"), on_click=lambda: dialog.submit(note.value or "-")
                )
                done.props("unelevated no-caps").mark("resolve-now")
        resolution = await dialog
        dialog.delete()
        if resolution:
            await self._act("resolve", str(resolution))

    def _draw_packet(self) -> None:
        if self.snapshot.open is not None:
            draw_packet(self.snapshot.open, self.speaker, self.say)


async def _do(uow: UnitOfWork, act: str, handoff_id: int, *details: str) -> None:
    match act:
        case "take":
            await uow.handoffs.take(handoff_id)
        case "answer":
            await uow.handoffs.answer(handoff_id, details[0])
        case "resolve":
            await uow.handoffs.resolve(handoff_id, details[0])
        case "hand_back":
            await uow.handoffs.hand_back(handoff_id)
