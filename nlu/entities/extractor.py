"""All entities of a sentence: patterns, dates, the retailer's names and the data's word lists."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from nlu.entities import attributes, durations, identifiers, money, people, places
from nlu.entities.attributes import COUNTED, few
from nlu.entities.data_rules import DataRules
from nlu.entities.dates import find_dates
from nlu.entities.expected import bare_answers
from nlu.entities.gazetteer import Gazetteer
from nlu.entities.overlap import resolve_overlaps
from nlu.entities.roles import with_roles
from nlu.entities.rules import apply
from nlu.entities.vocabulary import find_words
from nlu.normalise import NormalisedText
from nlu.training.data import TrainingData
from nlu.types import Entity

_RULES: Final = (
    identifiers.RULES,
    money.RULES,
    attributes.QUANTITIES,
    attributes.SIZES,
    people.RULES,
    places.RULES,
    durations.RULES,
)


_WORD: Final = re.compile(r"[a-z]+(?:['’&-][a-z]+)*")
_SPELT: Final = frozenset({"address", "company", "person_name"})
_DESCRIBING: Final = frozenset({"colour", "size", "brand"})
_HOLDS: Final = re.compile(
    r"(?:里面?|里头|中|当中)?(?:都|会|还)?(?:有没有|有|含不含|是不是有|加了?|放了?)"
)
"""What stands between a thing and an ingredient that may be in it."""
_LONGEST_HOLD: Final = 8
_THINGS: Final = frozenset({"product", "category"})


class EntityExtractor:
    """Finds entities; where they overlap, the longest wins (see `resolve_overlaps`)."""

    def __init__(self, data: TrainingData, gazetteer: Gazetteer | None = None) -> None:
        self._data_rules = DataRules(data)
        self._gazetteer = gazetteer or Gazetteer()
        self._known = frozenset(
            word for example in data.examples for word in _WORD.findall(example.text.lower())
        )

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
        found = _without_described(_with_contents(text, list(self._candidates(text, today))))
        entities = with_roles(text, with_counts(text, resolve_overlaps(found)))
        return tuple(_as_received(self._canonical(entity), sentence) for entity in entities)

    def _answer(self, text: str, today: date, expecting: frozenset[str]) -> Entity | None:
        answers = bare_answers(text, today, expecting, self._data_rules.colour)
        return next(answers, None)

    def _candidates(self, text: str, today: date) -> Iterator[Entity]:
        yield from apply(_RULES, text)
        yield from find_dates(text, today)
        yield from find_words(text)
        yield from self._gazetteer.find(text, self._known)
        yield from self._data_rules.find(text)

    def _canonical(self, entity: Entity) -> Entity:
        # Values of the gazetteer and of the vocabularies are final.
        final = entity.extractor in ("gazetteer", "vocabulary")
        value = None if final else self._data_rules.canonical(entity)
        return entity if value is None else replace(entity, value=value)


def _without_described(found: list[Entity]) -> list[Entity]:
    """`found` without products that are no more than a thing in a colour ("white sneakers").

    What is both a product and a kind of thing (小黑裙) is the product.
    """
    ends = defaultdict(list)
    for thing in found:
        if thing.entity == "category":
            ends[thing.start].append(thing.end)
    described = {
        (mark.start, end)
        for mark in found
        if mark.entity in _DESCRIBING
        for start in (mark.end, mark.end + 1)
        for end in ends.get(start, ())
    }
    products = {(e.start, e.end) for e in found if e.entity == "product"} - described
    return [
        e
        for e in found
        if (e.start, e.end) not in {"product": described, "category": products}.get(e.entity, ())
    ]


def _with_contents(text: str, found: list[Entity]) -> list[Entity]:
    """`found`, sure of the ingredients that a thing is asked for: "饼干里有坚果吗"."""
    ends = {thing.end for thing in found if thing.entity in _THINGS}
    return [
        replace(e, confidence=1.0)
        if e.entity == "ingredient"
        and any(
            end in ends and _HOLDS.fullmatch(text, end, e.start)
            for end in range(e.start - _LONGEST_HOLD, e.start)
        )
        else e
        for e in found
    ]


def with_counts(text: str, entities: list[Entity]) -> list[Entity]:
    """`entities` with the numbers that stand before the name of a thing as quantities."""
    counts = [
        Entity("quantity", few(m["n"]), m["n"], *m.span("n"), confidence=0.8)
        for thing in entities
        if thing.entity in _THINGS and (m := COUNTED.search(text, 0, thing.start))
    ]
    return resolve_overlaps([*entities, *counts])


def _as_received(entity: Entity, sentence: NormalisedText) -> Entity:
    start, end = sentence.span(entity.start, entity.end)
    text = sentence.original[start:end]
    # Names are spelt as their owners spell them, also in Traditional characters.
    value = text if entity.entity in _SPELT else entity.value
    return replace(entity, value=value, text=text, start=start, end=end)
