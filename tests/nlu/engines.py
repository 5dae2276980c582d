"""Engines of which a test decides when and how they answer."""

import asyncio
from datetime import datetime

from nlu.errors import NluUnavailableError
from nlu.types import IntentScore, Parse


class SteeredEngine:
    """Answers at once with one intent; or fails; or waits until `gate` is opened."""

    def __init__(self, intent: str = "greet", name: str = "steered") -> None:
        self.intent = intent
        self.name = name
        self.down = False
        self.broken = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked: list[str] = []

    @property
    def fingerprint(self) -> str:
        return self.name

    @property
    def intents(self) -> frozenset[str]:
        return frozenset({self.intent})

    async def parse(
        self,
        text: str,
        *,
        allowed_intents: frozenset[str] | None = None,
        now: datetime | None = None,
        expecting: frozenset[str] | None = None,
    ) -> Parse:
        self.asked.append(text)
        await self.gate.wait()
        if self.down:
            raise NluUnavailableError("down")
        if self.broken:
            raise RuntimeError("broken")
        score = IntentScore(self.intent, 1.0)
        return Parse(text, "zh", score, (score,), (), in_scope=True, fingerprint=self.name)
