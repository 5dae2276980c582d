"""The handoff packet and the member's card beside the conversation."""

from collections.abc import Callable

from nicegui import ui

from bot.desk.snapshot import OpenConversation
from bot.replies import Speaker
from crm_store.types.conversations import JSON
from crm_store.types.people import MemberCard


def draw_packet(shown: OpenConversation, speaker: Speaker, say: Callable[..., str]) -> None:
    """Draw why the human was called, what the bot knows, and who the customer is."""
    packet = shown.handoff.packet
    ui.label(say("packet")).classes("group")
    _fact(say("reason"), say(f"reason_{shown.handoff.reason}"))
    _fact(say("asked"), f"“{packet.get('asked', '')}”")
    _fact(say("understood"), _understood(packet.get("intent"), packet.get("confidence"), speaker))
    _fact(say("verification"), say(f"verification_{shown.conversation.verification}"))
    _fact(say("orders"), _listed(packet.get("orders")))
    _fact(say("products"), _listed(packet.get("products")))
    _fact(say("slots"), _slots(packet.get("slots")))
    ui.label(say("profile")).classes("group")
    if shown.card is None:
        ui.label(say("no_profile")).classes("empty")
    else:
        _draw_card(shown.card, speaker, say)


def _draw_card(card: MemberCard, speaker: Speaker, say: Callable[..., str]) -> None:
    member = card.member
    with ui.element("div").classes("member").mark("member-card"):
        ui.label(member.name).classes("member-name")
        ui.label(say(f"tier_{member.tier}")).classes(f"tier tier-{member.tier}")
    _fact(say("points"), str(card.points_balance))
    _fact(say("spent"), speaker.money(card.total_spent))
    for identity in card.identities:
        _fact(identity.kind.value, identity.masked)
    if card.open_cases:
        _fact(say("open_cases"), str(card.open_cases))
    _fact(say("preferences"), "、".join(preference.value for preference in card.preferences))
    if card.recent_orders:
        ui.label(say("recent")).classes("group")
    for order in card.recent_orders:
        ui.label(f"{order.number} · {speaker.money(order.total)}").classes("order")
        ui.label(order.items).classes("facts")
    for note in card.notes:
        _fact(say("notes"), note.text)


def _fact(name: str, value: str) -> None:
    if value:
        with ui.element("div").classes("fact"):
            ui.label(name).classes("fact-name")
            ui.label(value).classes("fact-value")


def _understood(intent: JSON, confidence: JSON, speaker: Speaker) -> str:
    key = f"topics.{intent}"
    known = key in speaker.phrasebook.keys(speaker.language)
    topic = speaker.words(key) if known else str(intent or "")
    return f"{topic}（{confidence:.0%}）" if isinstance(confidence, float) else topic


def _listed(values: JSON) -> str:
    return "、".join(map(str, values)) if isinstance(values, list) else ""


def _slots(slots: JSON) -> str:
    if not isinstance(slots, dict):
        return ""
    return "、".join(f"{name}: {value}" for name, value in slots.items())
