"""The regexes and lookups of the training data, with their synonyms."""

import re
from collections.abc import Iterator

from nlu.entities.word_index import Word, WordIndex
from nlu.training.data import TrainingData
from nlu.types import Entity


class DataRules:
    """Finds what the training data lists. As in Rasa, patterns ignore case."""

    def __init__(self, data: TrainingData) -> None:
        self._synonyms = data.synonyms
        self._regexes = {
            (regex.name, regex.pattern): re.compile(regex.pattern, re.IGNORECASE)
            for regex in data.regexes
        }
        words = (
            Word(word, kind, self._canonical(word))
            for kind, listed in data.lookups.items()
            for word in listed
        )
        self._colours = {self._canonical(word) for word in data.lookups.get("colour", ())}
        self._lookups = WordIndex(words, "lookup")

    def find(self, text: str) -> Iterator[Entity]:
        """All matches in `text`; they may overlap."""
        yield from self._lookups.find(text)
        for (kind, _), pattern in self._regexes.items():
            for match in pattern.finditer(text):
                if match[0]:
                    value = self._canonical(match[0])
                    yield Entity(kind, value, match[0], *match.span(), extractor="regex")

    def canonical(self, entity: Entity) -> str | None:
        """The synonym's value for an entity found elsewhere, if there is one."""
        if not isinstance(entity.value, str):
            return None
        return self._synonyms.get(entity.value.casefold())

    def colour(self, word: str) -> str | None:
        """The colour that a word standing for itself names ("黑"), if it does."""
        value = self._canonical(word)
        return value if value in self._colours else None

    def _canonical(self, word: str) -> str:
        return self._synonyms.get(word.casefold(), word)
