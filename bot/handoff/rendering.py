"""The packet as people and other systems read it: for a desk, for Telegram, as plain text.

All three come from one `PacketView`, so they cannot say different things. As JSON it is
`HandoffPacket.to_json`.
"""

import html
from dataclasses import dataclass
from typing import Final

from bot.handoff.packet import HandoffPacket, NextStep
from bot.handoff.seeing import Sight, seen_by
from bot.handoff.summary import attempt_words, listed, named, reason_words, slot_words, summary
from bot.replies import Speaker

LONGEST_MESSAGE: Final = 4096
"""Telegram's limit, in UTF-16 units; cut well below it."""
LONGEST_LINE: Final = 200


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a section."""

    name: str
    value: str
    source: str = ""
    """Where it comes from, in words."""


@dataclass(frozen=True, slots=True)
class StepView:
    """A button for an agent."""

    title: str
    instruction: str
    """What `Handoffs.hand_back` takes."""
    slots: tuple[Fact, ...]
    """What it takes along."""


@dataclass(frozen=True, slots=True)
class PacketView:
    """A packet in the agent's language, ready to be drawn; every text is plain."""

    summary: tuple[str, ...]
    reason: str
    slots: tuple[Fact, ...]
    attempts: tuple[str, ...]
    orders: tuple[Fact, ...]
    products: tuple[Fact, ...]
    attachments: tuple[Fact, ...]
    """What was sent besides words, and the case that it is for."""
    transcript: tuple[Fact, ...]
    """Author and words, oldest first."""
    steps: tuple[StepView, ...]


def packet_view(packet: HandoffPacket, speaker: Speaker, sight: Sight) -> PacketView:
    """Return what a desk draws, as far as its reader may see it."""
    seen = seen_by(packet, sight)
    lines = seen.transcript.last if seen.transcript else ()
    return PacketView(
        summary=summary(seen, speaker),
        reason=reason_words(seen, speaker),
        slots=_slots(seen, speaker),
        attempts=tuple(attempt_words(one, speaker) for one in seen.attempts),
        orders=tuple(
            Fact(
                one.number,
                listed(
                    [
                        named("order_states", one.state, speaker),
                        speaker.money(one.total, one.currency),
                        *(speaker.local(item) for item in one.items),
                    ],
                    speaker,
                ),
            )
            for one in seen.order_facts
        ),
        products=tuple(
            Fact(speaker.local(one.name), speaker.money(one.price, one.currency))
            for one in seen.product_facts
            if one.price is not None
        ),
        attachments=tuple(
            Fact(media_words(one.kind, speaker), one.case or "") for one in seen.attachments
        ),
        transcript=tuple(
            Fact(named("desk", f"author_{one.author}", speaker), one.text) for one in lines
        ),
        steps=tuple(_step(one, speaker) for one in seen.steps),
    )


def plain_text(packet: HandoffPacket, speaker: Speaker, sight: Sight, handoff_id: int) -> str:
    """Return the packet for systems that only take text."""
    view = packet_view(packet, speaker, sight)
    parts = [
        speaker.words("handoff.title", {"id": handoff_id}),
        *view.summary,
        *_section("orders", view.orders, speaker),
        *_section("products", view.products, speaker),
        *_section("attachments", view.attachments, speaker),
        *_section("transcript", view.transcript, speaker),
    ]
    return "\n".join(parts)


def telegram_html(packet: HandoffPacket, speaker: Speaker, sight: Sight, handoff_id: int) -> str:
    """Return the packet as one Telegram message in its HTML; nothing in it is markup but ours."""
    view = packet_view(packet, speaker, sight)
    head = f"<b>{html.escape(speaker.words('handoff.title', {'id': handoff_id}))}</b>"
    lines = [head, *(_bold_name(line) for line in view.summary)]
    if view.transcript:
        told = [_told_line(one, speaker) for one in view.transcript]
        lines.append(f"<b>{html.escape(speaker.words('handoff.section_transcript'))}</b>")
        lines.append(f"<blockquote expandable>{html.escape(_fitting(told))}</blockquote>")
    return "\n".join(lines)


def media_words(kind: str, speaker: Speaker) -> str:
    """Return what a picture, a voice message or the like is called."""
    named_so = kind if kind in ("photo", "voice") else "other_media"
    return speaker.words(f"telegram_desk.{named_so}")


def _slots(packet: HandoffPacket, speaker: Speaker) -> tuple[Fact, ...]:
    found = []
    for told in packet.told:
        words = slot_words(told, packet.intent, speaker)
        if words or told.slot == "order_number":
            name = named("handoff", f"slot_{told.slot}", speaker)
            value = words.removeprefix(name).strip() if words else str(told.value)
            found.append(Fact(name, value, speaker.words(f"handoff.source_{told.source.value}")))
    return tuple(found)


def _step(step: NextStep, speaker: Speaker) -> StepView:
    slots = tuple(
        Fact(named("handoff", f"slot_{name}", speaker), str(value))
        for name, value in step.slots.items()
    )
    return StepView(named("topics", step.skill, speaker), step.payload, slots)


def _section(name: str, facts: tuple[Fact, ...], speaker: Speaker) -> list[str]:
    if not facts:
        return []
    return [
        "",
        speaker.words(f"handoff.section_{name}"),
        *(_told_line(one, speaker) for one in facts),
    ]


def _told_line(fact: Fact, speaker: Speaker) -> str:
    text = " ".join(fact.value.split())
    cut = text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}…"
    return speaker.words("handoff.line", {"author": fact.name, "text": cut})


def _bold_name(line: str) -> str:
    name, mark, rest = line.partition("：" if "：" in line[:4] else ":")
    return f"<b>{html.escape(name)}</b>{mark}{html.escape(rest)}"


def _fitting(lines: list[str]) -> str:
    """Return the last lines that fit beside the rest of a message."""
    kept: list[str] = []
    room = LONGEST_MESSAGE // 2
    for line in reversed(lines):
        room -= len(line.encode("utf-16-le")) // 2 + 1
        if room < 0:
            break
        kept.insert(0, line)
    return "\n".join(kept)
