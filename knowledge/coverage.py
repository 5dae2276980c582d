"""How much of what a phrase says one product carries."""

from collections import Counter
from collections.abc import Sequence
from math import log

from knowledge.documents import Document
from knowledge.lexical import terms


class WordCoverage:
    """Shares of a text's words, rare words counting more; a word no product has counts most."""

    def __init__(self, docs: Sequence[Document]) -> None:
        self._terms = [frozenset(doc.terms()) for doc in docs]
        self._frequency = Counter(term for found in self._terms for term in found)

    def share(self, text: str, position: int) -> float:
        """0 to 1, for the product at this position."""
        weights = {term: self._rarity(term) for term in set(terms(text))}
        total = sum(weights.values())
        carried = sum(w for term, w in weights.items() if term in self._terms[position])
        return carried / total if total else 0.0

    def shares(self, text: str) -> list[float]:
        """The same for every product, in their order."""
        weights = {term: self._rarity(term) for term in set(terms(text))}
        total = sum(weights.values()) or 1.0
        return [
            sum(weights[term] for term in weights.keys() & carried) / total
            for carried in self._terms
        ]

    def _rarity(self, term: str) -> float:
        return log(1 + (len(self._terms) + 1) / (self._frequency[term] + 1))
