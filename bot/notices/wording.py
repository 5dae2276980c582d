"""How a notice is worded, with its way to stop them all."""

from datetime import date
from decimal import Decimal
from typing import Final

from bot.dialogue.reply import Button, Reply, payload
from bot.replies import Speaker
from crm_store.types.notices import News
from crm_store.types.text import LocalText

SKILL: Final = "notices"
"""The skill that begins and stops them; the words are in its file."""


def worded(speaker: Speaker, news: News, shop: LocalText | None = None) -> Reply:
    """Return the message for some news; ``shop`` is where it takes place, if it has a place."""
    values = {
        "at": news.at,
        "shop": speaker.local(shop) if shop else "",
        "order": str(news.facts.get("order", "")),
        "case": str(news.facts.get("case", "")),
        "code": str(news.facts.get("code", "")),
        "carrier": str(news.facts.get("carrier", "")),
        "amount": Decimal(str(news.facts.get("amount") or 0)),
        "currency": str(news.facts.get("currency", "CNY")),
        "expected_on": _day(news.facts.get("expected_on")),
    }
    stop = Button(speaker.words(f"{SKILL}.stop"), payload(SKILL, {"on": False}))
    return Reply(speaker.words(f"{SKILL}.{news.kind}", values), buttons=(stop,))


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None
