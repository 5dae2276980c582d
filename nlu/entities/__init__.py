"""Entities: the pieces of a sentence that carry a value, found by rules and word lists."""

from nlu.entities.extractor import EntityExtractor
from nlu.entities.gazetteer import Gazetteer, GazetteerEntry

__all__ = ["EntityExtractor", "Gazetteer", "GazetteerEntry"]
