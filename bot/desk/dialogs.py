"""What is asked before something is done: how it ended, until when, to whom, and for what."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar

from nicegui import ui

from bot.desk.wording import Wording
from crm_store.types.catalog import Store
from crm_store.types.handoffs import AgentOnDuty, Presence

SNOOZES: Final = (15, 60, 240)
"""Minutes that one tap puts aside."""
MORNING: Final = 9
"""The hour at which what was put aside overnight comes back."""
AnyKind = TypeVar("AnyKind")


@dataclass(frozen=True, slots=True)
class Resolution:
    """How a handoff ended."""

    code: str
    note: str


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a handoff is passed on to: an agent, people with a skill, or a shop."""

    staff_id: int | None = None
    skill: str | None = None
    store_id: str | None = None


async def ask_resolution(say: Wording, codes: Sequence[str]) -> Resolution | None:
    """Ask for a reason code and a word about it; ``None`` when it was called off."""
    with card(say("resolve_ask")) as dialog:
        names = {code: say.of("resolution", code) for code in codes}
        code = ui.radio(names, value=codes[0]).props("dense").classes("codes")
        note = ui.input(placeholder=say("resolve_placeholder")).classes("w-full")
        note.props(f'autofocus outlined dense maxlength=500 aria-label="{say("resolve_note")}"')

        def submit() -> None:
            dialog.submit(Resolution(str(code.value), (note.value or "").strip()))

        note.on("keydown.enter", submit)
        _buttons(say, dialog, say("resolve"), submit)
    return await _answer(dialog, Resolution)


async def ask_instruction(say: Wording) -> str | None:
    """Ask what the bot is to do when it goes on; empty means nothing in particular."""
    with card(say("hand_back_ask")) as dialog:
        box = ui.textarea(placeholder=say("hand_back_placeholder")).classes("w-full")
        box.props(f'autofocus outlined autogrow maxlength=500 aria-label="{say("hand_back_ask")}"')
        _buttons(say, dialog, say("hand_back"), lambda: dialog.submit((box.value or "").strip()))
    return await _answer(dialog, str)


async def ask_snooze(say: Wording, now: datetime) -> datetime | None:
    """Ask until when; ``None`` when it was called off."""
    local = now.astimezone(say.speaker.phrasebook.time_zone)
    morning = (local + timedelta(days=1)).replace(hour=MORNING, minute=0, second=0, microsecond=0)
    with card(say("snooze_ask")) as dialog:
        for minutes in SNOOZES:
            until = now + timedelta(minutes=minutes)
            _choice(say("snooze_for", minutes=minutes), partial(dialog.submit, until))
        _choice(say("snooze_tomorrow"), lambda: dialog.submit(morning))
        _buttons(say, dialog)
    return await _answer(dialog, datetime)


async def ask_destination(
    say: Wording,
    agents: Sequence[AgentOnDuty],
    skills: Sequence[str],
    shops: Sequence[Store],
) -> Destination | None:
    """Ask to whom it goes on; ``None`` when it was called off."""
    with card(say("transfer_ask")) as dialog:
        with ui.tabs().props("dense no-caps align=left").classes("w-full") as tabs:
            for key in ("agent", "skill", "store"):
                ui.tab(key, say(f"transfer_to_{key}"))
        with ui.tab_panels(tabs, value="agent").classes("w-full choices-panel"):
            with ui.tab_panel("agent"):
                for one in sorted(
                    agents, key=lambda a: (a.presence is not Presence.ONLINE, a.load)
                ):
                    label = say("agent_load", name=one.name, load=one.load, most=one.max_load)
                    state = say(f"presence_{one.presence}")
                    to = Destination(staff_id=one.staff_id)
                    _choice(f"{label} · {state}", partial(dialog.submit, to))
            with ui.tab_panel("skill"):
                for skill in skills:
                    to = Destination(skill=skill)
                    _choice(say.of("skill", skill), partial(dialog.submit, to))
            with ui.tab_panel("store"):
                for shop in shops:
                    to = Destination(store_id=shop.id)
                    _choice(say.speaker.local(shop.name), partial(dialog.submit, to))
        _buttons(say, dialog)
    return await _answer(dialog, Destination)


@contextmanager
def card(title: str) -> Iterator[ui.dialog]:
    """Make a dialog, and fill the card in it below a title."""
    with ui.dialog() as dialog, ui.card().classes("desk-card"):
        ui.label(title).classes("card-title").props("role=heading aria-level=2")
        yield dialog


def _choice(text: str, choose: Callable[[], None]) -> None:
    ui.button(text, on_click=choose).props("flat no-caps align=left").classes("choice plain")


def _buttons(
    say: Wording,
    dialog: ui.dialog,
    does: str = "",
    submit: Callable[[], None] | None = None,
) -> None:
    with ui.row().classes("w-full justify-end"):
        ui.button(say("cancel"), on_click=dialog.close).props("flat no-caps").classes("plain")
        if submit is not None:
            ui.button(does, on_click=submit).props("unelevated no-caps")


async def answered(dialog: ui.dialog) -> object:
    """Show a dialog and return what was chosen; it is gone afterwards."""
    chosen: object = await dialog
    if not dialog.is_deleted:  # with the whole page, while it was open
        dialog.delete()
    return chosen


async def _answer(dialog: ui.dialog, kind: type[AnyKind]) -> AnyKind | None:
    chosen = await answered(dialog)
    return chosen if isinstance(chosen, kind) else None
