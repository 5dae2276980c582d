"""`FaqSearch` over the same kind of index as the catalogue's.

An article's score is its closeness to the question: the cosine of the nearest of its passages
(seven tenths) and of the next two, and to a fifth more the share of the question's words that it
carries. Questions are compared with questions, so both sides are embedded as such; and because
the vectors of one model sit around another centre for each language, each language's own mean is
taken off first.

How near is near enough was measured with the articles of the demo retailer and the sentences that
no intent is for (`LEAST`); another model may want other thresholds.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from knowledge.coverage import WordCoverage
from knowledge.faq.articles import LANGUAGES
from knowledge.faq.documents import documents, passages
from knowledge.index import CatalogIndex, open_or_build_documents
from knowledge.lexical import has_chinese, simplified
from knowledge.ports import Embedder
from knowledge.types import Article, FaqHit, FloatArray, Nearness, Progress

LEAST: Final = {Nearness.CERTAIN: 0.60, Nearness.SURE: 0.50, Nearness.LIKELY: 0.42}
"""Of 583 sentences that are out of scope 1 %, 4 % and 12 % score as much."""
_NEAREST, _NEXT, _NEXT_COUNT = 0.7, 0.3, 2
_WORDS_SHARE: Final = 0.2


class SymmetricEmbedder:
    """An embedder that embeds passages as it does questions."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @property
    def name(self) -> str:
        """The model's name, marked: these vectors do not compare with passages' own."""
        return f"{self._embedder.name}+symmetric"

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        return self._embedder.dimension

    def embed_queries(self, texts: Sequence[str]) -> FloatArray:
        """Vectors of what people ask."""
        return self._embedder.embed_queries(texts)

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """Vectors of what is searched."""
        return self._embedder.embed_queries(texts)


def open_faq(
    root: Path, articles: Sequence[Article], embedder: Embedder, progress: Progress | None = None
) -> "MeaningFaqSearch":
    """Open the index of these articles, built first where it is missing, stale or damaged."""
    symmetric = SymmetricEmbedder(embedder)
    index = open_or_build_documents(root, documents(articles), symmetric, progress)
    return MeaningFaqSearch(articles, index, symmetric)


class MeaningFaqSearch:
    """Search in one opened index; the articles are those the index was built from."""

    def __init__(
        self, articles: Sequence[Article], index: CatalogIndex, embedder: Embedder
    ) -> None:
        """`articles` in the order of their ids."""
        self._articles = articles
        self._by_id = {article.id: article for article in articles}
        self._embedder = embedder
        self._words = WordCoverage(documents(articles))
        self._rows = [np.flatnonzero(index.row_positions == n) for n in range(len(articles))]
        self._centres, self._vectors = _centred(articles, index)

    def get(self, article_id: str) -> Article | None:
        """The article with this id."""
        return self._by_id.get(article_id)

    def find(self, text: str, limit: int = 3) -> list[FaqHit]:
        """Articles that may answer a question, the nearest first; none for an empty text."""
        if not text.strip():
            return []
        scores = self._closeness(text) + _WORDS_SHARE * np.array(self._words.shares(text))
        best = np.argsort(-scores, kind="stable")[:limit]
        return [self._hit(int(place), float(scores[place])) for place in best]

    def _closeness(self, text: str) -> FloatArray:
        """Closeness in meaning of every article, shape (articles,)."""
        vector = self._embedder.embed_queries([simplified(text)]).reshape(-1)
        own = _unit(vector - self._centres["zh" if has_chinese(text) else "en"])
        near = self._vectors @ own
        return np.array([_of_nearest(near[rows]) for rows in self._rows], dtype=np.float32)

    def _hit(self, place: int, score: float) -> FaqHit:
        nearness = next((name for name, least in LEAST.items() if score >= least), Nearness.FAR)
        return FaqHit(self._articles[place], score, nearness)


def _of_nearest(closeness: FloatArray) -> float:
    """Return an article's closeness by that of its passages; there are always more than two."""
    nearest = np.sort(closeness)[::-1]
    return float(_NEAREST * nearest[0] + _NEXT * nearest[1 : 1 + _NEXT_COUNT].mean())


def _centred(
    articles: Sequence[Article], index: CatalogIndex
) -> tuple[dict[str, FloatArray], FloatArray]:
    """Return each language's centre, and all vectors without it; rows as in the index."""
    spoken = np.array([one.language for article in articles for one in passages(article)])
    vectors = index.vectors.reconstruct_n(0, len(spoken))
    centres = {language: vectors[spoken == language].mean(axis=0) for language in LANGUAGES}
    rows = np.stack([vectors[row] - centres[name] for row, name in enumerate(spoken)])
    return centres, _unit(rows)


def _unit(vectors: FloatArray) -> FloatArray:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), dtype=np.float32)
