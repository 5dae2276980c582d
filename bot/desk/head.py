"""What can be done with the open conversation: its state, and the buttons above it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import ui

from bot.desk.snapshot import OpenConversation
from bot.desk.wording import Wording
from crm_store.types.actors import Role
from crm_store.types.handoffs import HandoffState
from crm_store.types.people import Staff

Tap = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Taps:
    """What each button does."""

    back: Tap
    take: Tap
    take_over: Tap
    transfer: Tap
    snooze: Tap
    wake: Tap
    hand_back: Tap
    resolve: Tap
    reopen: Tap
    errand: Callable[[str], Awaitable[object]]
    """Begins an after-sales form, by the name of its flow."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may do to one handoff."""

    is_mine: bool
    is_supervisor: bool
    may_reopen: bool
    """Who closed it may take it up again, and a manager may."""

    @staticmethod
    def of(staff: Staff, shown: OpenConversation) -> "Rights":
        """Return them; who took it has it while it is taken or put aside."""
        held = shown.handoff.state in (HandoffState.TAKEN, HandoffState.SNOOZED)
        had = shown.handoff.taken_by == staff.id
        manages = staff.role is Role.MANAGER
        closed = shown.handoff.state in (HandoffState.RESOLVED, HandoffState.HANDED_BACK)
        somebodys = shown.handoff.taken_by is not None
        return Rights(held and had, manages, closed and somebodys and (had or manages))


def draw_head(
    shown: OpenConversation, staff: Staff, say: Wording, taps: Taps, flows: list[str]
) -> None:
    """Draw the state and the buttons that fit it."""
    rights = Rights.of(staff, shown)
    with ui.row().classes("talk-head"):
        back = ui.button(icon="arrow_back", on_click=taps.back)
        back.props(f'flat round dense aria-label="{say("back")}"').classes("back plain")
        with ui.element("div").classes("standing"):
            name = shown.card.member.name if shown.card else say("guest")
            ui.label(name).classes("customer")
            ui.label(standing(shown, rights, say)).classes("hint")
        ui.space()
        _draw_buttons(shown, rights, say, taps, flows)


def standing(shown: OpenConversation, rights: Rights, say: Wording) -> str:
    """Return in a few words who has it."""
    match shown.handoff.state:
        case HandoffState.WAITING:
            return say("take_over_hint")
        case HandoffState.TAKEN if not rights.is_mine:
            return say("taken_by_other", name=shown.agent or "?")
        case HandoffState.TAKEN:
            return say("mine_hint")
        case HandoffState.SNOOZED if shown.handoff.snoozed_until is not None:
            return say("snoozed_until", at=shown.handoff.snoozed_until)
        case state:
            return say(f"handoff_{state}")


def _draw_buttons(
    shown: OpenConversation, rights: Rights, say: Wording, taps: Taps, flows: list[str]
) -> None:
    state = shown.handoff.state
    if state is HandoffState.WAITING:
        _main(say("take"), taps.take, "take", "t")
        if rights.is_supervisor:
            _side(say("transfer"), taps.transfer, "transfer")
    elif state is HandoffState.SNOOZED and rights.is_mine:
        _main(say("wake"), taps.wake, "wake", "w")
    elif state is HandoffState.TAKEN and rights.is_mine:
        _draw_errands(say, taps, flows)
        _side(say("transfer"), taps.transfer, "transfer")
        _side(say("snooze"), taps.snooze, "snooze")
        _side(say("hand_back"), taps.hand_back, "hand-back")
        _main(say("resolve"), taps.resolve, "resolve", "e")
    elif state in (HandoffState.TAKEN, HandoffState.SNOOZED) and rights.is_supervisor:
        _side(say("transfer"), taps.transfer, "transfer")
        _main(say("take_over"), taps.take_over, "take-over", "")
    elif rights.may_reopen:
        _side(say("reopen"), taps.reopen, "reopen")


def _draw_errands(say: Wording, taps: Taps, flows: list[str]) -> None:
    if not flows:
        return
    with ui.button(say("errands"), icon="assignment").props("outline no-caps dense") as button:
        button.classes("plain errands")
        with ui.menu().classes("errand-menu"):
            for flow in flows:
                name = say.name("topics", flow)
                ui.menu_item(name, on_click=lambda one=flow: taps.errand(one))


def _main(text: str, tap: Tap, kind: str, key: str) -> None:
    button = ui.button(text, on_click=tap).props("unelevated no-caps").classes(kind)
    if key:
        button.props(f"aria-keyshortcuts={key}")


def _side(text: str, tap: Tap, kind: str) -> None:
    ui.button(text, on_click=tap).props("outline no-caps").classes(f"plain {kind}")
