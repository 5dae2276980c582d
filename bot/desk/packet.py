"""The handoff packet and the member's card beside the conversation."""

from nicegui import ui

from bot.desk.snapshot import OpenConversation
from bot.desk.unmasking import Unmask, draw_identity
from bot.desk.wording import Wording
from crm_store.types.conversations import JSON
from crm_store.types.people import MemberCard


def draw_packet(shown: OpenConversation, say: Wording, unmask: Unmask) -> None:
    """Draw why the human was called, what the bot knows, and who the customer is."""
    packet = shown.handoff.packet
    _heading(say("packet"))
    _fact(say("reason"), say(f"reason_{shown.handoff.reason}"))
    _fact(say("asked"), say("quoted", words=asked) if (asked := packet.get("asked")) else "")
    _fact(say("understood"), _understood(packet.get("intent"), packet.get("confidence"), say))
    _fact(say("verification"), say(f"verification_{shown.conversation.verification}"))
    orders = packet.get("orders")
    _fact(
        say("orders"), say.listed([str(one) for one in orders] if isinstance(orders, list) else [])
    )
    names = [say.speaker.local(product.name) for product in shown.products]
    _fact(say("products"), "\n".join(names))
    _fact(say("slots"), _slots(packet.get("slots"), say))
    _fact(say("resolution"), shown.handoff.resolution or "")
    _heading(say("profile"))
    if shown.card is None:
        ui.label(say("no_profile")).classes("empty")
    else:
        _draw_card(shown.card, say, unmask)


def _draw_card(card: MemberCard, say: Wording, unmask: Unmask) -> None:
    member = card.member
    with ui.element("div").classes("member"):
        ui.label(member.name).classes("member-name")
        ui.label(say.name("tiers", member.tier.value)).classes(f"tier tier-{member.tier}")
    _fact(say("points"), f"{card.points_balance:,}")
    _fact(say("spent"), say.speaker.money(card.total_spent))
    for identity in card.identities:
        draw_identity(identity, say, unmask)
    if card.open_cases:
        _fact(say("open_cases"), str(card.open_cases))
    _fact(say("preferences"), say.listed([preference.value for preference in card.preferences]))
    for note in card.notes:
        _fact(say("notes"), note.text)
    if card.recent_orders:
        _heading(say("recent"))
    for order in card.recent_orders:
        state = say.name("order_states", order.state)
        ui.label(f"{order.number} · {say.speaker.money(order.total)}").classes("order")
        ui.label(f"{say('day', at=order.placed_at)} · {state}").classes("facts")
        ui.label(order.items).classes("facts")


def _heading(text: str) -> None:
    ui.label(text).classes("group").props("role=heading")


def _fact(name: str, value: str) -> None:
    if value:
        with ui.element("div").classes("fact"):
            ui.label(name).classes("fact-name")
            ui.label(value).classes("fact-value")


def _understood(intent: JSON, confidence: JSON, say: Wording) -> str:
    topic = say.name("topics", intent)
    sure = isinstance(confidence, float) and topic
    return say("with_certainty", topic=topic, share=f"{confidence:.0%}") if sure else topic


def _slots(slots: JSON, say: Wording) -> str:
    """Return what the customer has told, one line each; unnamed slots are the bot's own."""
    if not isinstance(slots, dict):
        return ""
    told = [
        say("told", name=say.name("desk", f"slot_{slot}"), value=str(value))
        for slot, value in slots.items()
        if say.knows("desk", f"slot_{slot}") and value not in (None, "")
    ]
    return "\n".join(told)
