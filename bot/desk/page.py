"""The desk's page on NiceGUI: the queue, the conversation, the packet.

One `Desk` object serves one open browser page. It looks at the store after every ring of the bell
and at least every few seconds, and redraws only what changed: what is written in the open
conversation first and alone, because that is what somebody waits for. Addresses that NiceGUI is
given are those below ``/desk``, which it puts in front of them. Keys, focus and scrolling are the
browser's part, in `desk.js`.
"""

import asyncio
import logging
from collections.abc import Hashable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from nicegui import Client, ui

from bot.desk.composer import Composer
from bot.desk.errands import errands
from bot.desk.finding import search
from bot.desk.head import draw_head
from bot.desk.packet import draw_packet
from bot.desk.parts import DeskParts
from bot.desk.queue import QueueList
from bot.desk.session import Session
from bot.desk.shell import draw_header
from bot.desk.snapshot import Lookout, OpenConversation, Snapshot
from bot.desk.transcript import Transcript
from bot.desk.unmasking import unmask
from bot.desk.wording import Wording
from bot.desk.work import Work
from bot.replies import Speaker
from bot.turn.presence import Looker
from crm_store.errors import NotPermittedError
from crm_store.types.handoffs import HandoffState, Presence
from crm_store.types.privacy import UnmaskPurpose

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 3.0
QUEUE_SECONDS: Final = 1.0
"""How often the queue is looked at while much happens."""
HEARTBEAT_SECONDS: Final = 20.0


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
        self.work = Work(self)
        self.head = ui.refreshable(self._draw_head)
        self.packet = ui.refreshable(self._draw_packet)
        self.transcript: Transcript | None = None
        self._looked_at_queue = 0.0
        self._behind = True
        self._news = False
        self._beat = 0.0

    def build(self) -> None:
        """Lay the page out once; the panes redraw themselves."""
        draw_header(self.staff, self.say, find=self._search)
        self.trouble = ui.label(self.say("trouble")).classes("trouble").props("role=alert")
        self.trouble.set_visibility(False)
        with ui.element("main").classes("desk") as self.grid:
            with ui.element("nav").classes("pane queue").props(_label(self.say("conversations"))):
                next_one = ui.button(self.say("take_next"), on_click=self.work.take_next)
                next_one.props("outline no-caps aria-keyshortcuts=n").classes("plain take-next")
                self.queue = QueueList(self.say, self.staff.id, self.choose)
            with ui.element("section").classes("pane talk").props(_label(self.say("conversation"))):
                self._build_talk()
            with ui.element("aside").classes("pane packet").props(_label(self.say("packet"))):
                self.packet()
        self.dialogs = ui.element("div").classes("dialogs")
        self.queue.show(self.snapshot, None)
        self._tell_title()

    def _build_talk(self) -> None:
        self.head()
        self.company = ui.label().classes("company").props("role=status")
        self.company.set_visibility(False)
        self.talk = ui.element("div").classes("talk-body")
        self.typing = ui.label(self.say("customer_types")).classes("typing").props("role=status")
        self.typing.set_visibility(False)
        with ui.element("button").classes("to-end").props("type=button"):
            ui.label(self.say("new_below"))
        self.composer = Composer(self.say, self.work.hands())

    async def follow(self) -> None:
        """Keep the page up to date until it is closed, or the account may not see it any more."""
        try:
            while datetime.now(UTC) < self.session.ends and await self._once():
                pass
        finally:
            self._leave()
        with self.client:
            ui.navigate.to("/login")

    async def _once(self) -> bool:
        """Look, then wait for the next ring; returns whether the account is still let in."""
        listened_to = self._topic()
        with self._listening() as (desk, talk):
            try:
                await self._look_again()
            except NotPermittedError:
                return False
            except Exception:
                # The page stays open and says that it is behind; the next look may succeed.
                log.exception("the desk of staff %s could not look", self.staff.id)
                self.trouble.set_visibility(True)
                self._looked_at_queue = asyncio.get_running_loop().time()
            seconds = self._queue_due_in() if self._topic() == listened_to else 0.0
            rang = await _first([desk, talk], seconds)
            moved = self._topic() != listened_to
            self._behind = self._behind or desk.is_set() or not (rang or moved)
            self._news = talk.is_set() or moved
        return True

    def _topic(self) -> Hashable:
        """Return what rings for the conversation that is open."""
        shown = self.snapshot.open
        return shown.conversation.id if shown else ("nothing", id(self))

    @contextmanager
    def _listening(self) -> Iterator[tuple[asyncio.Event, asyncio.Event]]:
        """Listen for the queue, and for the conversation that is open."""
        with ExitStack() as bells:
            bell = self.parts.bell
            yield (
                bells.enter_context(bell.listening("desk")),
                bells.enter_context(bell.listening(self._topic())),
            )

    async def _look_again(self) -> None:
        """Look at the open conversation, and now and then at the queue, which takes far longer."""
        await self._heartbeat()
        if self._behind and not self._queue_due_in():
            await self.refresh()
        elif self._news:
            await self._refresh_talk()

    def _queue_due_in(self) -> float:
        """Return the seconds until the queue is looked at again."""
        rest = QUEUE_SECONDS if self._behind else LOOK_SECONDS
        since = asyncio.get_running_loop().time() - self._looked_at_queue
        return max(0.0, rest - since)

    async def refresh(self) -> None:
        """Look at everything and redraw what changed."""
        chosen = self.chosen
        if chosen is not None:
            await self._refresh_talk()
        self._looked_at_queue, self._behind = asyncio.get_running_loop().time(), False
        seen = await self.lookout.look(chosen, datetime.now(UTC))
        if chosen != self.chosen:
            return
        before, self.snapshot = self.snapshot, seen
        self.trouble.set_visibility(False)
        self.queue.show(seen, chosen)
        if len(before.waiting()) != len(seen.waiting()):
            self._tell_title()
        self.work.tell_mentions(before, seen)
        self._show_open(before.open, seen.open)

    async def _refresh_talk(self) -> None:
        chosen = self.chosen
        if chosen is None:
            return
        shown = await self.lookout.look_at(chosen, datetime.now(UTC))
        if chosen == self.chosen:
            before, self.snapshot = self.snapshot, replace(self.snapshot, open=shown)
            self._show_open(before.open, shown)

    def _show_open(self, before: OpenConversation | None, now: OpenConversation | None) -> None:
        self._show_company(before, now)
        if before == now:
            return
        if _in_head(before) != _in_head(now):
            self.head.refresh()
        if _beside(before) != _beside(now):
            self.packet.refresh()
        self.composer.show_for(
            now.handoff.id if now else None, may_answer=now is not None and self.is_mine(now)
        )
        if now is None:
            self.talk.clear()
            self.transcript = None
            return
        if self.transcript is None or before is None or before.handoff.id != now.handoff.id:
            self.talk.clear()
            with self.talk:
                self.transcript = Transcript(self.say, now.handoff.id)
        self.transcript.show(now.messages, dict(now.writers))

    def _show_company(self, before: OpenConversation | None, now: OpenConversation | None) -> None:
        """Tell colleagues that we look, and show who else does and whether the customer writes."""
        presence = self.parts.presence
        if before is not None and (now is None or now.conversation.id != before.conversation.id):
            presence.leaves(before.conversation.id, self.client.id)
        others: tuple[Looker, ...] = ()
        types = False
        if now is not None:
            here = now.conversation.id
            presence.looks(here, self.client.id, Looker(self.staff.id, self.staff.name))
            others = presence.others(here, self.staff.id)
            types = presence.is_typing(here, "customer")
        names = self.say.listed([other.name for other in others])
        self.company.set_text(self.say("collision", names=names) if others else "")
        self.company.set_visibility(bool(others))
        self.typing.set_visibility(types)

    async def _heartbeat(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._beat < HEARTBEAT_SECONDS:
            return
        self._beat = now
        async with self.parts.store.writing(self.session.actor) as uow:
            await uow.handoffs.heartbeat(Presence.ONLINE)

    def _leave(self) -> None:
        if self.snapshot.open is not None:
            self.parts.presence.leaves(self.snapshot.open.conversation.id, self.client.id)

    async def choose(self, handoff_id: int | None) -> None:
        """Open a conversation, or go back to the list on a narrow screen."""
        self.chosen = handoff_id
        self.grid.classes(remove="open") if handoff_id is None else self.grid.classes(add="open")
        await self.refresh()

    def is_mine(self, shown: OpenConversation) -> bool:
        """Whether it is I who talks with the customer."""
        taken = shown.handoff.state is HandoffState.TAKEN
        return taken and shown.handoff.taken_by == self.staff.id

    async def _search(self) -> None:
        with self.dialogs:
            await search(self.say, self.parts.store, self.session.actor, self.choose)

    def _draw_head(self) -> None:
        shown = self.snapshot.open
        if shown is None:
            ui.label(self.say("choose")).classes("empty")
            ui.label(self.say("keys")).classes("keys")
            return
        flows = errands(self.parts.runner.skills)
        draw_head(shown, self.staff, self.say, self.work.taps(), flows)

    def _draw_packet(self) -> None:
        shown = self.snapshot.open
        if shown is not None:
            tap = self.work.step if self.is_mine(shown) else None
            draw_packet(shown, self.say, self._unmask, tap)

    async def _unmask(self, identity_id: int, purpose: UnmaskPurpose) -> str:
        return await unmask(self.parts.store, self.session.actor, identity_id, purpose)

    def _tell_title(self) -> None:
        waiting = len(self.snapshot.waiting())
        title = self.say("title")
        with self.client:
            ui.page_title(f"({waiting}) {title}" if waiting else title)


async def _first(events: list[asyncio.Event], seconds: float) -> bool:
    """Wait until one of the events is set, at most some seconds; returns whether one was."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        done, _ = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    return bool(done)


def _label(text: str) -> str:
    return f'aria-label="{text}"'


def _in_head(shown: OpenConversation | None) -> Hashable:
    """Return what the head shows: redrawn for more, a button would vanish under the pointer."""
    if shown is None:
        return None
    one = shown.handoff
    name = shown.card.member.name if shown.card else None
    return one.id, one.state, one.taken_by, one.snoozed_until, shown.agent, name


def _beside(shown: OpenConversation | None) -> object:
    """Return what the packet's pane shows."""
    if shown is None:
        return None
    one = shown.handoff
    ended = (one.resolution, one.resolution_code, one.instruction)
    told = (one.id, one.state, one.taken_by, one.reason, one.packet, ended)
    return told, shown.conversation.verification, shown.card, shown.products
