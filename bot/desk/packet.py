"""The handoff packet and the member's card beside the conversation."""

from collections.abc import Awaitable, Callable
from typing import Final

from nicegui import ui

from bot.desk.snapshot import OpenConversation
from bot.desk.unmasking import Unmask, draw_identity
from bot.desk.wording import Wording
from bot.handoff.packet import Attached, Attempt, HandoffPacket, NextStep, OrderFact, Source, Told
from bot.handoff.rendering import media_words
from bot.handoff.summary import summary
from crm_store.types.handoffs import HandoffState
from crm_store.types.people import MemberCard
from crm_store.types.text import LocalText

Tap = Callable[[NextStep], Awaitable[object]]
WISHES: Final = 4
TRIED: Final = 5


def draw_packet(
    shown: OpenConversation,
    say: Wording,
    unmask: Unmask,
    tap: Tap | None,
) -> None:
    """Draw what is known, most useful first; ``tap`` does a suggested step, where one may."""
    packet = HandoffPacket.from_json(shown.handoff.packet)
    _heading(say("packet"))
    for line in summary(packet, say.speaker):
        ui.label(line).classes("summary-line")
    if tap is not None and shown.handoff.state is HandoffState.TAKEN:
        _draw_steps(packet.steps, say, tap)
    _fact(say("reason"), _reason(shown, say))
    _fact(say("asked"), say("quoted", words=packet.asked) if packet.asked else "")
    _draw_wishes(packet, say)
    _fact(say("verification"), say.of("verification", shown.conversation.verification.value))
    if packet.mood.level != "calm":
        _fact(say("mood"), say.of("mood", packet.mood.level))
    _fact(say("slots"), _slots(packet, say))
    _draw_attempts(packet.attempts, say)
    _draw_orders(packet, say)
    _fact(say("attachments"), "\n".join(_attachment(one, say) for one in packet.attachments))
    names = [say.speaker.local(product.name) for product in shown.products]
    _fact(say("products"), "\n".join(names))
    _draw_end(shown, say)
    _heading(say("profile"))
    if shown.card is None:
        ui.label(say("no_profile")).classes("empty")
    else:
        person = packet.person
        draw_card(shown.card, say, unmask, segment=person.segment if person else None)


def _reason(shown: OpenConversation, say: Wording) -> str:
    return say.of("reason", shown.handoff.reason.value)


def _draw_steps(steps: tuple[NextStep, ...], say: Wording, tap: Tap) -> None:
    if not steps:
        return
    ui.label(say("next_steps")).classes("fact-name")
    with ui.element("div").classes("steps"):
        for step in steps:
            button = ui.button(say.name("topics", step.skill), on_click=lambda one=step: tap(one))
            button.props("outline no-caps dense").classes("plain step")


def _draw_wishes(packet: HandoffPacket, say: Wording) -> None:
    wishes = [(want.intent, want.confidence) for want in packet.wants[-WISHES:]]
    if not wishes and packet.intent:
        wishes = [(packet.intent, packet.confidence)]
    lines = [
        say("with_certainty", topic=say.name("topics", intent), share=f"{sure:.0%}")
        for intent, sure in dict(wishes).items()
    ]
    _fact(say("understood"), "\n".join(lines))


def _slots(packet: HandoffPacket, say: Wording) -> str:
    """Return what the customer has told, one line each; unnamed slots are the bot's own."""
    told = packet.told or tuple(
        Told(slot, value, Source.SAID) for slot, value in packet.slots.items()
    )
    lines = []
    for one in told:
        if one.value in (None, "") or not say.slot(one.slot):
            continue
        line = say("told", name=say.slot(one.slot), value=str(one.value))
        lines.append(
            line if one.source is Source.SAID else f"{line} ({say.of('source', one.source.value)})"
        )
    return "\n".join(lines)


def _draw_attempts(attempts: tuple[Attempt, ...], say: Wording) -> None:
    lines = [
        say(
            "tried_one",
            topic=say.name("topics", one.skill),
            result=say.of("result", one.result.value),
        )
        for one in attempts[-TRIED:]
    ]
    _fact(say("tried"), "\n".join(dict.fromkeys(lines)))


def _draw_orders(packet: HandoffPacket, say: Wording) -> None:
    if not packet.order_facts:
        _fact(say("orders"), say.listed(list(packet.orders)))
        return
    _fact(say("orders"), "\n".join(_order(one, say) for one in packet.order_facts))


def _order(order: OrderFact, say: Wording) -> str:
    state = say.name("order_states", order.state)
    items = say.listed([say.speaker.local(item) for item in order.items])
    total = say.speaker.money(order.total, order.currency)
    return f"{order.number} · {state} · {total}\n{items}"


def _attachment(sent: Attached, say: Wording) -> str:
    kind = media_words(sent.kind, say.speaker)
    return f"{kind} · {sent.case}" if sent.case else kind


def _draw_end(shown: OpenConversation, say: Wording) -> None:
    handoff = shown.handoff
    if handoff.resolution_code:
        _fact(say("resolution_code"), say.of("resolution", handoff.resolution_code))
    _fact(say("resolution"), handoff.resolution or "")
    _fact(say("instruction"), handoff.instruction or "")


def draw_card(
    card: MemberCard, say: Wording, unmask: Unmask, *, segment: LocalText | None = None
) -> None:
    """Draw who a member is; identifiers are masked until somebody says what for."""
    member = card.member
    with ui.element("div").classes("member"):
        ui.label(member.name).classes("member-name")
        ui.label(say.name("tiers", member.tier.value)).classes(f"tier tier-{member.tier}")
    if segment is not None:
        _fact(say("segment"), say.speaker.local(segment))
    _fact(say("region"), member.place.area)
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
    ui.label(text).classes("group").props("role=heading aria-level=2")


def _fact(name: str, value: str) -> None:
    if value:
        with ui.element("div").classes("fact"):
            ui.label(name).classes("fact-name")
            ui.label(value).classes("fact-value")
