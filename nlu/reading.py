"""An engine that reads oddly spelt messages as they were meant."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from nlu.around import EngineAround
from nlu.ports import NluEngine
from nlu.spelling import Reading, Speller
from nlu.types import Entity, Parse

_LONGEST_ANSWER: Final = 20


class ReadingEngine(EngineAround):
    """An `NluEngine` that lets another one understand what was meant.

    Entities keep the positions and the words of the message as it was received.
    """

    def __init__(self, engine: NluEngine, speller: Speller) -> None:
        super().__init__(engine)
        self._speller = speller

    async def parse(
        self,
        text: str,
        *,
        allowed_intents: frozenset[str] | None = None,
        now: datetime | None = None,
        expecting: frozenset[str] | None = None,
    ) -> Parse:
        """See `NluEngine.parse`."""
        # A short answer to a question may be a name; nothing is made of it.
        answer = bool(expecting) and len(text) <= _LONGEST_ANSWER
        reading = None if answer else self._speller.read(text)
        said = text if reading is None else reading.text
        parse = await self._engine.parse(
            said, allowed_intents=allowed_intents, now=now, expecting=expecting
        )
        return parse if reading is None else _as_received(parse, text, reading)


def _as_received(parse: Parse, text: str, reading: Reading) -> Parse:
    entities = tuple(_placed(entity, text, reading) for entity in parse.entities)
    return replace(parse, text=text, entities=entities)


def _placed(entity: Entity, text: str, reading: Reading) -> Entity:
    start, end = reading.span(entity.start, entity.end)
    written = text[start:end]
    # What is worth its own words, such as an address, is worth those that were written.
    value = written if entity.value == entity.text else entity.value
    return replace(entity, value=value, start=start, end=end, text=written)
