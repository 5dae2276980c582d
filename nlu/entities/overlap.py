"""Which of several entities that overlap are kept."""

from collections.abc import Iterable
from typing import Final

from nlu.types import Entity

_EXTRACTORS: Final = ("pattern", "vocabulary", "gazetteer", "regex", "lookup", "annotation")


def resolve_overlaps(entities: Iterable[Entity]) -> list[Entity]:
    """The longest match wins.

    Of equally long ones the more confident, then the extractor named first (pattern, vocabulary,
    gazetteer, regex, lookup, annotation), then the one further left. The result is in order of
    position.
    """
    kept: list[Entity] = []
    taken: set[int] = set()
    for entity in sorted(entities, key=_preference):
        places = range(entity.start, entity.end)
        if taken.isdisjoint(places):
            kept.append(entity)
            taken.update(places)
    return sorted(kept, key=lambda entity: entity.start)


def _preference(entity: Entity) -> tuple[int, float, int, int]:
    known = entity.extractor in _EXTRACTORS
    rank = _EXTRACTORS.index(entity.extractor) if known else len(_EXTRACTORS)
    return entity.start - entity.end, -entity.confidence, rank, entity.start
