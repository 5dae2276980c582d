"""Looking up members and conversations."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

from nicegui import ui

from bot.desk.dialogs import answered, card
from bot.desk.packet import draw_card
from bot.desk.session import require_service
from bot.desk.transcript import Transcript
from bot.desk.unmasking import unmask
from bot.desk.wording import Wording
from crm_store.ports import CrmStore, UnitOfWork
from crm_store.types.actors import Actor
from crm_store.types.conversations import Message
from crm_store.types.desk import FoundTalk
from crm_store.types.people import Member, MemberQuery
from crm_store.types.privacy import UnmaskPurpose

SHOWN: Final = 12
_PHONE: Final = re.compile(r"\+?\d[\d\s-]{6,}\Z")
_NUMBER: Final = re.compile(r"(?=.*\d)[A-Za-z0-9-]{4,}\Z")
_TAIL: Final = re.compile(r"(?P<name>\D+?)\s*(?P<tail>\d{4})\Z")


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought up."""

    members: Sequence[Member] = ()
    talks: Sequence[FoundTalk] = ()


def queries(words: str) -> list[MemberQuery]:
    """Return what words may be: a phone, a card, an order, a name, a name with four digits."""
    words = words.strip()
    if _PHONE.match(words):
        return [MemberQuery(phone=words), MemberQuery(card_number=words)]
    if named := _TAIL.match(words):
        return [MemberQuery(name=named["name"].strip(), phone_tail=named["tail"])]
    if _NUMBER.match(words):
        return [MemberQuery(order_number=words), MemberQuery(card_number=words)]
    return [MemberQuery(name=words)] if len(words) > 1 else []


async def find(store: CrmStore, actor: Actor, words: str) -> Found:
    """Look for members, their conversations, and conversations in which the words stand."""
    async with store.reading(actor) as uow:
        await require_service(uow)
        members = await _members(uow, words)
        talks: dict[int, FoundTalk] = {}
        for member in members[:3]:
            for talk in await uow.desk.talks_of(member.id, limit=3):
                talks.setdefault(talk.conversation_id, talk)
        for talk in await uow.desk.talks_with(words, limit=SHOWN):
            talks.setdefault(talk.conversation_id, talk)
    return Found(members[:SHOWN], tuple(talks.values())[:SHOWN])


async def _members(uow: UnitOfWork, words: str) -> list[Member]:
    found: dict[int, Member] = {}
    for query in queries(words):
        for member in await uow.members.search(query, limit=SHOWN):
            found.setdefault(member.id, member)
    return list(found.values())


async def search(
    say: Wording, store: CrmStore, actor: Actor, choose: Callable[[int], Awaitable[None]]
) -> None:
    """Let somebody search; a conversation with a handoff opens on the desk, others to read.

    A member opens as their card.
    """
    with card(say("search")) as dialog:
        box = ui.input(placeholder=say("search_hint")).classes("w-full")
        box.props(f'autofocus outlined dense debounce=350 aria-label="{say("search")}"')
        area = ui.element("div").classes("found").props("aria-live=polite")

        async def open_talk(talk: FoundTalk) -> None:
            if talk.handoff_id is not None:
                dialog.close()
                await choose(talk.handoff_id)
                return
            async with store.reading(actor) as uow:
                messages = await uow.conversations.tail(talk.conversation_id, limit=100)
            area.clear()
            with area:
                _draw_messages(say, messages)

        async def open_member(member: Member) -> None:
            async with store.reading(actor) as uow:
                await require_service(uow)
                card = await uow.members.card(member.id)
                talks = await uow.desk.talks_of(member.id, limit=SHOWN)
            area.clear()
            with area:
                if card is not None:
                    draw_card(card, say, show_whole)
                _draw_talks(say, talks, open_talk)

        async def show_whole(identity_id: int, purpose: UnmaskPurpose) -> str:
            return await unmask(store, actor, identity_id, purpose)

        async def look() -> None:
            words = (box.value or "").strip()
            found = await find(store, actor, words) if len(words) > 1 else Found()
            if words != (box.value or "").strip():
                return
            area.clear()
            with area:
                _draw_members(say, found.members, open_member)
                _draw_talks(say, found.talks, open_talk)
                if len(words) > 1 and not (found.members or found.talks):
                    ui.label(say("nothing_found")).classes("empty")

        box.on_value_change(look)
        with ui.row().classes("w-full justify-end"):
            ui.button(say("close"), on_click=dialog.close).props("flat no-caps").classes("plain")
    await answered(dialog)


def _draw_members(
    say: Wording, members: Sequence[Member], choose: Callable[[Member], Awaitable[None]]
) -> None:
    if members:
        ui.label(say("search_members")).classes("group")
    for member in members:
        with _found("found-member", partial(choose, member)):
            ui.label(member.name).classes("canned-name")
            place = f" · {member.place.area}" if member.place.area else ""
            ui.label(f"{say.name('tiers', member.tier.value)}{place}").classes("facts")


def _draw_talks(
    say: Wording, talks: Sequence[FoundTalk], choose: Callable[[FoundTalk], Awaitable[None]]
) -> None:
    if talks:
        ui.label(say("search_talks")).classes("group")
    for talk in talks:
        with _found("found-talk", partial(choose, talk)):
            ui.label(talk.member or say("guest")).classes("canned-name")
            ui.label(talk.words).classes("preview")
            at = say.time(talk.at, datetime.now(UTC))
            ui.label(f"{at} · {say.of('channel', talk.channel)}").classes("facts")


def _found(kind: str, choose: Callable[[], Awaitable[None]]) -> ui.element:
    """Return something that was found, to be opened by a click or by the keyboard."""
    button = ui.element("button").props("type=button").classes(f"canned-reply {kind}")
    return button.on("click", choose)


def _draw_messages(say: Wording, messages: Sequence[Message]) -> None:
    Transcript(say, 0).show(messages, {})
