"""Where the agent writes, to the customer or to colleagues; every conversation keeps its drafts.

``/`` in the empty box opens the canned replies. A note is written to colleagues alone and looks
different, so that nobody sends a customer what was meant for the house.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from nicegui import events, ui

from bot.desk.wording import Wording

LONGEST: Final = 4000
# Enter sends; Shift+Enter, and an input method that is composing, do not. The slash opens the
# canned replies while the box is empty. Other keys are told at most every two seconds: typing.
_ON_KEY: Final = """(e) => {
  const composing = e.isComposing || e.keyCode === 229;
  if (!composing && e.key === 'Enter' && !e.shiftKey) { e.preventDefault(); emit('send'); return; }
  if (!composing && e.key === '/' && e.target.value === '') {
    e.preventDefault(); emit('canned'); return;
  }
  if (!composing && e.key.length > 1 && e.key !== 'Backspace') return;
  const now = Date.now();
  if (now - (window.deskTyped || 0) > 2000) { window.deskTyped = now; emit('typing'); }
}"""


@dataclass(frozen=True, slots=True)
class Hands:
    """What the composer does for whoever owns it."""

    send: Callable[[str], Awaitable[bool]]
    """Answers the customer; returns whether it was taken."""
    note: Callable[[str], Awaitable[bool]]
    canned: Callable[[], Awaitable[None]]
    products: Callable[[], Awaitable[None]]
    typing: Callable[[], None]


class Composer:
    """The answer box and its buttons."""

    def __init__(self, say: Wording, hands: Hands) -> None:
        self._say = say
        self._hands = hands
        self._drafts: dict[tuple[int, bool], str] = {}
        self._handoff_id: int | None = None
        self._may_answer = False
        self._noting = False
        with ui.element("div").classes("composer") as self._area:
            self._draw_modes()
            with ui.row().classes("composer-row"):
                self._box = ui.textarea().classes("box")
                self._box.props(f"autogrow outlined dense maxlength={LONGEST}")
                self._box.on("keydown", self._pressed, js_handler=_ON_KEY)
                self._tool("bolt", "canned", hands.canned)
                self._tool("shopping_bag", "products_pick", hands.products)
                button = ui.button(icon="send", on_click=self._send)
                button.props(f'unelevated aria-label="{say("send")}"').classes("send")
        self._tools = [self._canned_button, self._products_button]
        self._area.set_visibility(False)

    def _draw_modes(self) -> None:
        with ui.element("div").classes("modes").props("role=tablist"):
            self._answer_tab = self._mode("answer_mode", noting=False)
            self._note_tab = self._mode("note_mode", noting=True)

    def _mode(self, key: str, *, noting: bool) -> ui.element:
        tab = ui.element("button").props("type=button role=tab").classes(f"mode {key}")
        tab.on("click", lambda: self.write(noting=noting))
        with tab:
            ui.label(self._say(key))
        return tab

    def _tool(self, icon: str, key: str, act: Callable[[], Awaitable[None]]) -> None:
        button = ui.button(icon=icon, on_click=act).props(
            f'flat round dense aria-label="{self._say(key)}"'
        )
        button.classes(f"plain tool {key}").tooltip(self._say(key))
        if key == "canned":
            self._canned_button = button
        else:
            self._products_button = button

    def show_for(self, handoff_id: int | None, *, may_answer: bool) -> None:
        """Write in this conversation, or in none; what was begun elsewhere is kept."""
        if (handoff_id, may_answer) == (self._handoff_id, self._may_answer):
            return
        self._keep_draft()
        # A mode that was chosen stays; a note that was the only choice gives way to the answer.
        chosen = handoff_id == self._handoff_id and self._may_answer
        self._handoff_id, self._may_answer = handoff_id, may_answer
        self._area.set_visibility(handoff_id is not None)
        self._answer_tab.set_visibility(may_answer)
        self._turn(noting=(self._noting and chosen) or not may_answer)

    def write(self, *, noting: bool) -> None:
        """Write to the customer, or a note to colleagues."""
        self._keep_draft()
        self._turn(noting=noting)
        self.focus()

    def insert(self, text: str) -> None:
        """Put a text into the box, after what stands there."""
        before = (self._box.value or "").rstrip()
        self._box.value = f"{before} {text}" if before else text
        self.focus()

    def focus(self) -> None:
        """Put the cursor into the box."""
        self._box.run_method("focus")

    def _turn(self, *, noting: bool) -> None:
        self._noting = noting
        self._area.classes(add="noting" if noting else "", remove="" if noting else "noting")
        for tab, chosen in ((self._note_tab, noting), (self._answer_tab, not noting)):
            tab.props(f"aria-selected={'true' if chosen else 'false'}")
        for tool in self._tools:
            tool.set_visibility(not noting)
        hint, label = ("note_hint", "note_box") if noting else ("write", "answer")
        self._box.props(f'placeholder="{self._say(hint)}" aria-label="{self._say(label)}"')
        kept = self._drafts.pop((self._handoff_id, noting), "") if self._handoff_id else ""
        self._box.value = kept

    def _keep_draft(self) -> None:
        if self._handoff_id is not None:
            self._drafts[(self._handoff_id, self._noting)] = self._box.value or ""

    async def _pressed(self, event: events.GenericEventArguments) -> None:
        match event.args:
            case "send":
                await self._send()
            case "canned" if not self._noting:
                await self._hands.canned()
            case "typing" if not self._noting:
                self._hands.typing()

    async def _send(self) -> None:
        text = (self._box.value or "").strip()
        if not text:
            return
        # Emptied first: a second Enter must not send it twice.
        self._box.value = ""
        taken = await (self._hands.note if self._noting else self._hands.send)(text)
        if not taken and not self._box.value:
            self._box.value = text
