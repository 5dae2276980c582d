"""All entities of a sentence: patterns, dates, the retailer's names and the data's word lists."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from nlu.entities import attributes, identifiers, money, people
from nlu.entities.data_rules import DataRules
from nlu.entities.dates import find_dates
from nlu.entities.expected import bare_answers
from nlu.entities.gazetteer import Gazetteer
from nlu.entities.overlap import resolve_overlaps
from nlu.entities.roles import with_roles
from nlu.entities.rules import apply
from nlu.normalise import NormalisedText
from nlu.training.data import TrainingData
from nlu.types import Entity

_RULES: Final = (
    identifiers.RULES,
    money.RULES,
    attributes.QUANTITIES,
    attributes.SIZES,
    people.RULES,
)


class EntityExtractor:
    """Finds entities; where they overlap, the longest wins (see `resolve_overlaps`)."""

    def __init__(self, data: TrainingData, gazetteer: Gazetteer | None = None) -> None:
        self._data_rules = DataRules(data)
        self._gazetteer = gazetteer or Gazetteer()

    def extract(
        self, sentence: NormalisedText, today: date, expecting: frozenset[str] = frozenset()
    ) -> tuple[Entity, ...]:
        """The entities of a sentence by position, as they are meant on `today`.

        Positions and texts are those of the sentence as it was received. A sentence that is
        nothing but a value of a kind in `expecting` is that value.
        """
        text = sentence.text
        answer = self._answer(text, today, expecting)
        if answer is not None:
            return (_as_received(answer, sentence),)
        entities = with_roles(text, resolve_overlaps(self._candidates(text, today)))
        return tuple(_as_received(self._canonical(entity), sentence) for entity in entities)

    def _answer(self, text: str, today: date, expecting: frozenset[str]) -> Entity | None:
        answers = bare_answers(text, today, expecting, self._data_rules.colour)
        return next(answers, None)

    def _candidates(self, text: str, today: date) -> Iterator[Entity]:
        yield from apply(_RULES, text)
        yield from find_dates(text, today)
        yield from self._gazetteer.find(text)
        yield from self._data_rules.find(text)

    def _canonical(self, entity: Entity) -> Entity:
        # The gazetteer's values are the retailer's own and final.
        value = None if entity.extractor == "gazetteer" else self._data_rules.canonical(entity)
        return entity if value is None else replace(entity, value=value)


def _as_received(entity: Entity, sentence: NormalisedText) -> Entity:
    start, end = sentence.span(entity.start, entity.end)
    return replace(entity, text=sentence.original[start:end], start=start, end=end)
