"""Showing a whole phone number or address: for a purpose, on the record, for a minute."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, TypeAlias

from nicegui import ui

from bot.desk.session import require_service
from bot.desk.wording import Wording
from crm_store.errors import StoreError
from crm_store.ports import CrmStore
from crm_store.types.actors import Actor
from crm_store.types.people import Identity, IdentityKind
from crm_store.types.privacy import UnmaskPurpose

SHOWN_SECONDS: Final = 60
NEEDED: Final = frozenset({IdentityKind.PHONE, IdentityKind.EMAIL, IdentityKind.LOYALTY_CARD})
"""What somebody may need to dial, write to or type; account numbers are of no use to people."""
Unmask: TypeAlias = Callable[[int, UnmaskPurpose], Awaitable[str]]


async def unmask(store: CrmStore, actor: Actor, identity_id: int, purpose: UnmaskPurpose) -> str:
    """Return a whole identifier once the audit row is committed.

    Raises `StoreError` when the account may not see it, or it is not there any more.
    """
    async with store.writing(replace(actor, purpose=purpose.value)) as uow:
        await require_service(uow)
        return await uow.privacy.unmask(identity_id, purpose)


def draw_identity(identity: Identity, say: Wording, unmask: Unmask) -> None:
    """Draw a masked identifier with a button that asks what the whole one is needed for."""
    with ui.element("div").classes("fact"):
        ui.label(say.name("identities", identity.kind.value)).classes("fact-name")
        with ui.element("div").classes("fact-value"):
            shown = ui.label(identity.masked)
            if identity.kind in NEEDED:
                _draw_button(identity, shown, say, unmask)


def _draw_button(identity: Identity, shown: ui.label, say: Wording, unmask: Unmask) -> None:
    async def show(purpose: UnmaskPurpose) -> None:
        try:
            whole = await unmask(identity.id, purpose)
        except StoreError:
            ui.notify(say("unmask_refused"), type="warning")
            return
        shown.set_text(whole)
        ui.timer(SHOWN_SECONDS, lambda: shown.set_text(identity.masked), once=True)

    button = ui.button(say("unmask")).props("flat dense no-caps size=sm").classes("plain unmask")
    with button, ui.menu():
        ui.label(say("unmask_ask")).classes("hint q-px-md q-pt-sm")
        for purpose in UnmaskPurpose:
            ui.menu_item(say(f"unmask_{purpose}"), on_click=lambda why=purpose: show(why))
