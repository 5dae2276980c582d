"""Five lines in the agent's language, built from the packet's facts by templates.

Nothing is concluded here: a line says what a fact says or is not there, and the customer's words
stand in quotation marks.
"""

from collections.abc import Callable, Sequence
from typing import Final

from bot.handoff.packet import Attempt, HandoffPacket, Person, Result, Told
from bot.replies import Speaker
from crm_store.types.conversations import JSON

LONGEST_QUOTE: Final = 60
_SLOTS_SHOWN: Final = 6
_WORDED: Final = ("reason", "condition", "handover", "issue", "title_kind", "invoice_type", "what")
"""Slots whose values stand for words: ``wrong_size``."""
_TALK: Final = frozenset({"talk_to_human", "out_of_scope", "affirm", "deny", "thank", "greet"})
OTHERS_SHOWN: Final = 3


def summary(packet: HandoffPacket, speaker: Speaker) -> tuple[str, ...]:
    """Return the five lines: who, what they want, what is known, what was tried, what now."""
    parts = (
        ("who", _who(packet, speaker)),
        ("wants", _wants(packet, speaker)),
        ("told", _told(packet, speaker)),
        ("tried", _tried(packet, speaker)),
        ("now", _now(packet, speaker)),
    )
    return tuple(_line(name, found, speaker) for name, found in parts)


def _line(name: str, parts: Sequence[str], speaker: Speaker) -> str:
    said = listed([part for part in parts if part], speaker)
    return speaker.words(f"handoff.line_{name}", {name: said or speaker.words("handoff.nothing")})


def listed(parts: Sequence[str], speaker: Speaker) -> str:
    """Return parts in one line."""
    return ("; " if speaker.language.startswith("en") else "；").join(parts)


def _who(packet: HandoffPacket, speaker: Speaker) -> list[str]:
    tongue = speaker.words(f"handoff.speaks_{packet.language}")
    person = packet.person
    if person is None:
        key = "guest_order" if packet.verification == "order" else "guest"
        return [speaker.words(f"handoff.{key}"), tongue]
    tier = named("tiers", person.tier, speaker)
    values = {
        "tier": tier,
        "name": person.name,
        "attested": packet.verification == "attested",
    }
    return [speaker.words("handoff.member", values).strip(), *_worth(person, speaker), tongue]


def _worth(person: Person, speaker: Speaker) -> list[str]:
    found = [speaker.local(person.segment)] if person.segment else []
    if person.orders:
        found.append(speaker.words("handoff.orders_count", {"count": person.orders}))
    if person.churn_risk is not None:
        found.append(speaker.words("handoff.risk", {"share": f"{person.churn_risk:.0%}"}))
    if person.open_cases:
        first = person.open_cases[0].number
        values = {"count": len(person.open_cases), "first": first}
        found.append(speaker.words("handoff.cases", values))
    return found


def _wants(packet: HandoffPacket, speaker: Speaker) -> list[str]:
    intent = packet.intent
    if intent in ("", "out_of_scope"):
        found = [speaker.words("handoff.unclear")]
    else:
        understood = [one.confidence for one in packet.wants if one.intent == intent]
        sure = understood[-1] if understood else packet.confidence
        values = {"topic": named("topics", intent, speaker), "share": f"{sure:.0%}"}
        found = [speaker.words("handoff.want", values)]
    others = [
        named("topics", one, speaker)
        for one in dict.fromkeys(want.intent for want in packet.wants)
        if one != intent and one not in _TALK
    ]
    if others:
        topics = speaker.words("cards.list", {"items": others[-OTHERS_SHOWN:]})
        found.append(speaker.words("handoff.also", {"topics": topics}))
    return [*found, quote(packet.asked, speaker)]


def quote(words: str, speaker: Speaker) -> str:
    """Return the customer's own words as a quote, cut short; empty without words."""
    told = " ".join(words.split())
    if not told or told.startswith("/"):
        return ""
    cut = _short(told)
    # Nobody may close the quote by themselves and go on in our name.
    return speaker.words("handoff.quote", {"words": cut.replace("”", "’").replace("“", "‘")})


def _short(text: str) -> str:
    told = " ".join(text.split())
    return told if len(told) <= LONGEST_QUOTE else f"{told[:LONGEST_QUOTE]}…"


def _told(packet: HandoffPacket, speaker: Speaker) -> list[str]:
    slots = [slot_words(one, packet.intent, speaker) for one in packet.told]
    orders = [
        speaker.words(
            "handoff.order",
            {
                "number": one.number,
                "state": named("order_states", one.state, speaker),
                "expected": one.expected_on,
            },
        )
        for one in packet.order_facts
    ]
    products = [
        speaker.words(
            "handoff.product", {"name": speaker.local(one.name), "in_stock": one.in_stock}
        )
        for one in packet.product_facts[:2]
    ]
    return [*orders, *filter(None, slots[:_SLOTS_SHOWN]), *products]


def slot_words(told: Told, intent: str, speaker: Speaker) -> str:
    """Return a slot in words; empty for what only programs understand."""
    name = _known(lambda: speaker.words(f"handoff.slot_{told.slot}"))
    value = _value(told.value)
    if name is None or not value or told.slot == "order_number":
        return ""
    if told.slot in _WORDED:
        worded = _known(lambda: speaker.words(f"{intent}.{told.slot}_{value}"))
        value = worded or value
    elif told.slot == "line":
        return ""  # an order's position: its name stands with the order
    return speaker.words("handoff.slot", {"name": name, "value": value})


def _value(value: JSON) -> str:
    if isinstance(value, dict):
        return " – ".join(str(one) for one in value.values() if isinstance(one, str | int | float))
    return "" if value is None or isinstance(value, bool | list) else str(value)


def _tried(packet: HandoffPacket, speaker: Speaker) -> list[str]:
    return [attempt_words(one, speaker) for one in packet.attempts]


def attempt_words(attempt: Attempt, speaker: Speaker) -> str:
    """Return a skill that ran and what came of it; of a no, what the customer was told."""
    values = {
        "topic": named("topics", attempt.skill, speaker),
        "result": speaker.words(f"handoff.result_{attempt.result.value}"),
        "told": _short(attempt.told) if attempt.result is Result.REFUSED else "",
    }
    return speaker.words("handoff.tried", values)


def _now(packet: HandoffPacket, speaker: Speaker) -> list[str]:
    steps = [named("topics", one.skill, speaker) for one in packet.steps]
    advice = speaker.words("cards.list", {"items": steps}) if steps else ""
    return [
        speaker.words("handoff.because", {"reason": reason_words(packet, speaker)}),
        speaker.words(f"handoff.mood_{packet.mood.level.value}"),
        speaker.words("handoff.next", {"steps": advice}) if advice else "",
    ]


def named(file: str, key: str, speaker: Speaker) -> str:
    """Return the printed name of a key, the key itself where nobody has named it."""
    return _known(lambda: speaker.words(f"{file}.{key}")) or key


def _known(word: Callable[[], str]) -> str | None:
    try:
        return word()
    except KeyError:
        return None


def reason_words(packet: HandoffPacket, speaker: Speaker) -> str:
    """Return why a human was called, with the rule, skill or case that it is about."""
    reason = named("desk", f"reason_{packet.reason or 'asked'}", speaker)
    detail = packet.detail
    worded = _known(lambda: speaker.words(f"handoff.rule_{detail}"))
    about = worded or _known(lambda: speaker.words(f"topics.{detail}")) or detail
    told = any(one.rule == detail for one in packet.attempts)
    if not detail or (told and worded is None):
        return reason  # what was tried says it in words
    return speaker.words("handoff.reason_about", {"reason": reason, "about": about})
