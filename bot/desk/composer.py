"""Where the agent writes; every conversation keeps its own draft."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from bot.desk.wording import Wording

# Enter sends; Shift+Enter, and an input method that is composing, do not.
_ON_ENTER = (
    "(e) => { if (e.key === 'Enter' && !e.shiftKey && !e.isComposing && e.keyCode !== 229) "
    "{ e.preventDefault(); emit(); } }"
)


class Composer:
    """The answer box and its button."""

    def __init__(self, say: Wording, send: Callable[[str], Awaitable[bool]]) -> None:
        self._send_text = send
        self._drafts: dict[int, str] = {}
        self._handoff_id: int | None = None
        with ui.row().classes("composer") as self._row:
            self._box = ui.textarea(placeholder=say("write")).classes("box")
            self._box.props(f'autogrow outlined dense maxlength=4000 aria-label="{say("answer")}"')
            self._box.on("keydown", self._send, js_handler=_ON_ENTER)
            button = ui.button(icon="send", on_click=self._send)
            button.props(f'unelevated aria-label="{say("send")}"')
        self._row.set_visibility(False)

    def show_for(self, handoff_id: int | None) -> None:
        """Write to this handoff's customer, or to nobody; what was begun elsewhere is kept."""
        self._row.set_visibility(handoff_id is not None)
        if handoff_id == self._handoff_id:
            return
        if self._handoff_id is not None:
            self._drafts[self._handoff_id] = self._box.value or ""
        self._handoff_id = handoff_id
        self._box.value = self._drafts.pop(handoff_id, "") if handoff_id is not None else ""

    def focus(self) -> None:
        """Put the cursor into the box."""
        self._box.run_method("focus")

    async def _send(self) -> None:
        text = (self._box.value or "").strip()
        if not text:
            return
        # Emptied first: a second Enter must not send it twice.
        self._box.value = ""
        if not await self._send_text(text) and not self._box.value:
            self._box.value = text
