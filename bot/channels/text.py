"""Replies as plain text, for channels that have neither cards nor buttons."""

from collections.abc import Mapping, Sequence

from crm_store.types.conversations import JSON, JSONObject


def objects(payload: JSONObject, name: str) -> list[Mapping[str, JSON]]:
    """Return the objects listed under a key of a message's payload."""
    found = payload.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def card_lines(card: Mapping[str, JSON]) -> list[str]:
    """Return a card as lines: its title, then what it says."""
    facts = card.get("facts")
    told = [card.get("subtitle"), *(facts if isinstance(facts, Sequence) else ())]
    return [f"▪ {card.get('title', '')}", *(f"  {line}" for line in told if line)]


def plain_text(text: str, payload: JSONObject) -> str:
    """Return a whole reply as text: its words, its cards, its buttons as a numbered list."""
    lines = [text] if text else []
    for card in objects(payload, "cards"):
        lines += card_lines(card)
    buttons = objects(payload, "buttons")
    lines += [f"  {number}) {button.get('title')}" for number, button in enumerate(buttons, 1)]
    return "\n".join(lines)
