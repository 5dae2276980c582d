"""An errand as a form: one field after the other, what was answered stays above."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import ui

from bot.desk.dialogs import answered, card
from bot.desk.errands import DeskErrand, Step
from bot.desk.wording import Wording
from crm_store.types.conversations import JSONObject


@dataclass(frozen=True, slots=True)
class FormResult:
    """What came of a form: the words for the customer."""

    words: str


class ErrandForm:
    """The drawn form of one errand."""

    def __init__(self, say: Wording, errand: DeskErrand, dialog: ui.dialog) -> None:
        self._say = say
        self._errand = errand
        self._dialog = dialog
        self._answered = ui.element("div").classes("answered")
        self._field = ui.element("div").classes("field").props("aria-live=polite")

    def show(self, step: Step) -> None:
        """Draw the next field, the confirmation, or the end."""
        self._field.clear()
        with self._field:
            if step.done:
                ui.label(self._say("errand_done")).classes("hint")
            ui.label(step.words).classes("asking")
            if step.done:
                self._draw_end(step)
            elif step.confirms:
                self._button("errand_carry_out", self._errand.confirm)
            elif step.slot is not None and step.options:
                self._draw_options(step)
            elif step.slot is not None:
                self._draw_words(step.slot)
            else:
                # It cannot be done as it was begun; with another order perhaps it can.
                self._button("errand_anew", self._anew)

    def _draw_options(self, step: Step) -> None:
        slot = str(step.slot)
        for option in step.options:
            button = ui.button(
                option.label,
                on_click=lambda one=option: self._go(
                    lambda: self._errand.choose(slot, one.value), one.label
                ),
            )
            button.props("outline no-caps align=left").classes("choice plain")
        with ui.expansion(self._say("errand_other_words")).classes("w-full"):
            self._draw_words(slot)

    def _draw_words(self, slot: str) -> None:
        box = ui.input().props(f'outlined dense autofocus aria-label="{self._say("answer")}"')
        box.classes("w-full")

        async def tell() -> None:
            if words := (box.value or "").strip():
                await self._go(lambda: self._errand.tell(slot, words), words)
            else:
                box.props(f'error error-message="{self._say("errand_empty")}"')

        box.on("keydown.enter", tell)
        ui.button(self._say("errand_next"), on_click=tell).props("unelevated no-caps")

    def _button(self, key: str, act: Callable[[], Awaitable[Step]]) -> None:
        ui.button(self._say(key), on_click=lambda: self._go(act, "")).props("unelevated no-caps")

    def _draw_end(self, step: Step) -> None:
        ui.button(
            self._say("errand_tell"), on_click=lambda: self._dialog.submit(FormResult(step.words))
        ).props("unelevated no-caps")

    async def _anew(self) -> Step:
        self._answered.clear()
        return await self._errand.start()

    async def _go(self, act: Callable[[], Awaitable[Step]], answered: str) -> None:
        for child in self._field.descendants():
            child.props("disable")
        step = await act()
        if answered:
            with self._answered:
                ui.label(answered).classes("answered-one")
        self.show(step)


async def fill_form(say: Wording, errand: DeskErrand, title: str, slots: JSONObject) -> str | None:
    """Go through a form; returns the words for the customer once it is carried out."""
    first = await errand.start(slots)
    with card(title) as dialog:
        ErrandForm(say, errand, dialog).show(first)
        with ui.row().classes("w-full justify-end"):
            ui.button(say("close"), on_click=dialog.close).props("flat no-caps").classes("plain")
    result = await answered(dialog)
    return result.words if isinstance(result, FormResult) else None
