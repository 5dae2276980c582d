"""Scores of all products for a question: vectors, BM25, and the two fused."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.filters import Mask
from knowledge.index import CatalogIndex
from knowledge.lexical import terms
from knowledge.types import FloatArray

DEPTH = 200
"""How many products each of the two rankings brings to the fusion."""
_RANK_OFFSET = 60
_WORDS_WEIGHT = 0.6  # measured; see docs/decisions/005


@dataclass(frozen=True, slots=True)
class Ranking:
    """Scores by product position; a product not ranked has score 0."""

    scores: FloatArray
    places: NDArray[np.int64]
    """Positions of the ranked products, best first."""


class Ranker:
    """Ranks the products of one index."""

    def __init__(self, index: CatalogIndex) -> None:
        self._index = index
        self._size = len(index.product_ids)
        self._rows_per_product = int(np.bincount(index.row_positions).max(initial=1))

    def by_meaning(self, vector: FloatArray, mask: Mask, depth: int = DEPTH) -> Ranking:
        """Inner product with the nearest of each product's vectors; `vector` is (dimension,)."""
        import faiss  # noqa: PLC0415 - heavy

        scores = np.zeros(self._size, dtype=np.float32)
        if not mask.any():
            return _ranking(scores, depth)
        wanted = min(depth * self._rows_per_product, len(self._index.row_positions))
        parameters = None
        if not mask.all():
            bits = np.packbits(mask[self._index.row_positions], bitorder="little")
            # The stubs describe the C++ constructor; the Python one takes the array alone.
            selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        found, rows = self._index.vectors.search(vector[None], wanted, params=parameters)
        real = rows[0] >= 0
        np.maximum.at(scores, self._index.row_positions[rows[0][real]], found[0][real])
        return _ranking(scores, depth)

    def by_words(self, text: str, mask: Mask, depth: int = DEPTH) -> Ranking:
        """BM25 of the text's words."""
        vocabulary = self._index.bm25.vocab_dict
        known = [term for term in terms(text) if term in vocabulary]
        if not known or not self._size:
            return _ranking(np.zeros(self._size, dtype=np.float32), depth)
        scores = np.where(mask, self._index.bm25.get_scores(known), 0).astype(np.float32)
        return _ranking(scores, depth)

    def vector_of(self, position: int) -> FloatArray:
        """Mean direction of a product's vectors, shape (dimension,), length 1."""
        rows = np.flatnonzero(self._index.row_positions == position)
        found = [self._index.vectors.reconstruct(row) for row in rows.tolist()]
        total = np.sum(np.stack(found), axis=0)
        return np.asarray(total / np.linalg.norm(total)).astype(np.float32)


def fuse(words: Ranking, meaning: Ranking) -> FloatArray:
    """Weighted reciprocal rank fusion, scaled to 0..1; shape (products,).

    Ranks rather than scores: BM25 has no upper end and e5 similarities lie close together, so
    their scales do not mix.
    """
    total = np.zeros(len(words.scores), dtype=np.float32)
    for weight, ranking in ((_WORDS_WEIGHT, words), (1 - _WORDS_WEIGHT, meaning)):
        ranks = np.arange(1, len(ranking.places) + 1, dtype=np.float32)
        total[ranking.places] += weight * (_RANK_OFFSET + 1) / (_RANK_OFFSET + ranks)
    return total


def _ranking(scores: FloatArray, depth: int) -> Ranking:
    order = np.argsort(-scores, kind="stable")[:depth]
    return Ranking(scores, order[scores[order] > 0])
