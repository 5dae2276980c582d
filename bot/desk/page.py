"""The desk's page on NiceGUI: the queue, the conversation, the packet.

One `Desk` object serves one open browser page. It looks at the store after every ring of the bell
and at least every few seconds, and redraws only what changed. Addresses that NiceGUI is given are
those below ``/desk``, which it puts in front of them. Keys, focus and scrolling are the
browser's part, in `desk.js`.
"""

import asyncio
import logging
from collections.abc import Hashable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from nicegui import Client, ui

from bot.desk import acts
from bot.desk.composer import Composer
from bot.desk.packet import draw_packet
from bot.desk.queue import draw_queue
from bot.desk.session import CLERK_ROLES, Session
from bot.desk.snapshot import Lookout, OpenConversation, Snapshot
from bot.desk.transcript import Transcript
from bot.desk.unmasking import unmask
from bot.desk.wording import Wording
from bot.replies import Speaker
from bot.turn.bell import Bell
from crm_store.errors import NotPermittedError, StoreError
from crm_store.ports import CrmStore
from crm_store.types.actors import Role
from crm_store.types.handoffs import HandoffState
from crm_store.types.privacy import UnmaskPurpose

log = logging.getLogger(__name__)

LOOK_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class DeskParts:
    """What the desk works with."""

    store: CrmStore
    bell: Bell


class Desk:
    """One agent's open desk page."""

    def __init__(
        self, parts: DeskParts, session: Session, speaker: Speaker, client: Client
    ) -> None:
        self.parts = parts
        self.session = session
        self.staff = session.staff
        self.say = Wording(speaker)
        self.client = client
        self.lookout = Lookout(parts.store, session.actor)
        self.snapshot = Snapshot()
        self.chosen: int | None = None
        self.queue = ui.refreshable(self._draw_queue)
        self.head = ui.refreshable(self._draw_head)
        self.packet = ui.refreshable(self._draw_packet)
        self.transcript: Transcript | None = None

    def build(self) -> None:
        """Lay the page out once; the panes redraw themselves."""
        self._draw_header()
        self.trouble = ui.label(self.say("trouble")).classes("trouble").props("role=alert")
        self.trouble.set_visibility(False)
        with ui.element("main").classes("desk") as self.grid:
            with ui.element("nav").classes("pane queue").props(_label(self.say("conversations"))):
                self.queue()
            with ui.element("section").classes("pane talk").props(_label(self.say("conversation"))):
                self.head()
                self.talk = ui.element("div").classes("talk-body")
                with ui.element("button").classes("to-end").props("type=button"):
                    ui.label(self.say("new_below"))
                self.composer = Composer(self.say, self._answer)
            with ui.element("aside").classes("pane packet").props(_label(self.say("packet"))):
                self.packet()
        self._tell_title()

    async def follow(self) -> None:
        """Keep the page up to date until it is closed, or the account may not see it any more."""
        while datetime.now(UTC) < self.session.ends:
            with self._listening() as rung:
                try:
                    await self.refresh()
                except NotPermittedError:
                    break
                except Exception:
                    # The page stays open and says that it is behind; the next look may succeed.
                    log.exception("the desk of staff %s could not look", self.staff.id)
                    self.trouble.set_visibility(True)
                with suppress(TimeoutError):
                    await asyncio.wait_for(_first(rung), LOOK_SECONDS)
        with self.client:
            ui.navigate.to("/login")

    @contextmanager
    def _listening(self) -> Iterator[list[asyncio.Event]]:
        """Listen for the queue, and for the conversation that is open."""
        topics: list[Hashable] = ["desk"]
        if self.snapshot.open is not None:
            topics.append(self.snapshot.open.conversation.id)
        with ExitStack() as bells:
            yield [bells.enter_context(self.parts.bell.listening(topic)) for topic in topics]

    async def refresh(self) -> None:
        """Look at the store and redraw what changed."""
        chosen = self.chosen
        seen = await self.lookout.look(chosen, datetime.now(UTC))
        if chosen != self.chosen:
            return
        before, self.snapshot = self.snapshot, seen
        self.trouble.set_visibility(False)
        if before.queue != seen.queue:
            self.queue.refresh()
            self._tell_title()
        if before.open != seen.open:
            self._show_open(before.open, seen.open)

    def _show_open(self, before: OpenConversation | None, now: OpenConversation | None) -> None:
        if _without_messages(before) != _without_messages(now):
            self.head.refresh()
            self.packet.refresh()
        self.composer.show_for(now.handoff.id if now and self._is_mine(now) else None)
        if now is None:
            self.talk.clear()
            self.transcript = None
            return
        if self.transcript is None or before is None or before.handoff.id != now.handoff.id:
            self.talk.clear()
            with self.talk:
                self.transcript = Transcript(self.say, now.handoff.id)
        self.transcript.show(now.messages)

    async def choose(self, handoff_id: int | None) -> None:
        """Open a conversation, or go back to the list on a narrow screen."""
        self.chosen = handoff_id
        self.grid.classes(remove="open") if handoff_id is None else self.grid.classes(add="open")
        self.queue.refresh()
        await self.refresh()

    async def _act(self, act: acts.Act) -> bool:
        """Do something to the chosen handoff; what is refused is told, nothing is half-done."""
        opened = self.snapshot.open
        actor = self.session.actor
        conversation_id = opened.conversation.id if opened else None
        try:
            await acts.perform(self.parts.store, self.parts.bell, actor, act, conversation_id)
        except StoreError:
            await self.refresh()
            ui.notify(self._why_refused(), type="warning", multi_line=True)
            return False
        await self.refresh()
        return True

    def _why_refused(self) -> str:
        shown = self.snapshot.open
        if shown is None:
            return self.say("refused_gone")
        if shown.handoff.state is HandoffState.TAKEN and shown.agent and not self._is_mine(shown):
            return self.say("taken_by_other", name=shown.agent)
        return self.say("refused_act", state=self.say(f"handoff_{shown.handoff.state}"))

    async def _take(self, handoff_id: int) -> None:
        if await self._act(acts.take(handoff_id)):
            self.composer.focus()

    async def _answer(self, text: str) -> bool:
        return self.chosen is not None and await self._act(acts.answer(self.chosen, text))

    def _draw_header(self) -> None:
        other = "zh" if self.say.speaker.language == "en" else "en"
        with ui.header().classes("desk-header"):
            ui.label(self.say("title")).classes("desk-title").props("role=heading aria-level=1")
            ui.space()
            ui.label(self.staff.name).classes("desk-agent")
            if self.staff.role in CLERK_ROLES:
                ui.link(self.say("clerk_title"), f"/clerk?lang={self.say.speaker.language}")
            language = self.say.speaker.language
            ui.link(self.say("matches_link"), f"/matches?lang={language}")
            ui.link(self.say("other_language"), f"/?lang={other}")
            form = ui.element("form").props(
                f"method=post action=/desk/logout?lang={self.say.speaker.language}"
            )
            with form, ui.element("button").classes("logout").props("type=submit"):
                ui.label(self.say("logout"))

    def _draw_queue(self) -> None:
        draw_queue(self.snapshot, self.staff.id, self.chosen, self.say, self.choose)

    def _draw_head(self) -> None:
        shown = self.snapshot.open
        if shown is None:
            ui.label(self.say("choose")).classes("empty")
            ui.label(self.say("keys")).classes("keys")
            return
        with ui.row().classes("talk-head"):
            back = ui.button(icon="arrow_back", on_click=lambda: self.choose(None))
            back.props(f'flat round dense aria-label="{self.say("back")}"').classes("back plain")
            self._draw_actions(shown)

    def _draw_actions(self, shown: OpenConversation) -> None:
        handoff = shown.handoff
        ui.label(self._standing(shown)).classes("hint")
        ui.space()
        if handoff.state is HandoffState.WAITING:
            button = ui.button(self.say("take"), on_click=lambda: self._take(handoff.id))
            button.props("unelevated no-caps aria-keyshortcuts=t").classes("take")
        elif self._may_close(shown):
            ui.button(
                self.say("hand_back"), on_click=lambda: self._act(acts.hand_back(handoff.id))
            ).props("outline no-caps").classes("plain")
            ui.button(self.say("resolve"), on_click=lambda: self._ask_resolution(handoff.id)).props(
                "unelevated no-caps"
            )

    def _standing(self, shown: OpenConversation) -> str:
        if shown.handoff.state is HandoffState.WAITING:
            return self.say("take_over_hint")
        if shown.handoff.state is not HandoffState.TAKEN:
            return self.say(f"handoff_{shown.handoff.state}")
        if self._is_mine(shown):
            return self.say("mine_hint")
        return self.say("taken_by_other", name=shown.agent or "?")

    def _is_mine(self, shown: OpenConversation) -> bool:
        taken = shown.handoff.state is HandoffState.TAKEN
        return taken and shown.handoff.taken_by == self.staff.id

    def _may_close(self, shown: OpenConversation) -> bool:
        taken = shown.handoff.state is HandoffState.TAKEN
        return taken and (self._is_mine(shown) or self.staff.role is Role.MANAGER)

    async def _ask_resolution(self, handoff_id: int) -> None:
        with ui.dialog() as dialog, ui.card().classes("resolve-card"):
            ui.label(self.say("resolve_ask")).props("role=heading")
            note = ui.input(placeholder=self.say("resolve_placeholder")).classes("w-full")
            note.props(f'autofocus outlined maxlength=500 aria-label="{self.say("resolve_ask")}"')
            note.on("keydown.enter", lambda: dialog.submit(note.value or "-"))
            with ui.row().classes("w-full justify-end"):
                ui.button(self.say("cancel"), on_click=dialog.close).props("flat no-caps").classes(
                    "plain"
                )
                ui.button(
                    self.say("resolve"), on_click=lambda: dialog.submit(note.value or "-")
                ).props("unelevated no-caps")
        resolution = await dialog
        dialog.delete()
        if resolution:
            await self._act(acts.resolve(handoff_id, str(resolution)))

    def _draw_packet(self) -> None:
        if self.snapshot.open is not None:
            draw_packet(self.snapshot.open, self.say, self._unmask)

    async def _unmask(self, identity_id: int, purpose: UnmaskPurpose) -> str:
        return await unmask(self.parts.store, self.session.actor, identity_id, purpose)

    def _tell_title(self) -> None:
        waiting = len(self.snapshot.waiting())
        title = self.say("title")
        with self.client:
            ui.page_title(f"({waiting}) {title}" if waiting else title)


async def _first(events: list[asyncio.Event]) -> None:
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def _label(text: str) -> str:
    return f'aria-label="{text}"'


def _without_messages(shown: OpenConversation | None) -> OpenConversation | None:
    return replace(shown, messages=()) if shown else None
