"""`CatalogSearch` over a FAISS and BM25 index."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import numpy as np

from knowledge.coverage import WordCoverage
from knowledge.documents import documents
from knowledge.filters import FilterTable, Mask
from knowledge.index import CatalogIndex
from knowledge.lexical import simplified
from knowledge.phrases import Mention, PhraseBook, PhraseKind
from knowledge.ports import Embedder
from knowledge.ranking import Ranker, Ranking, fuse
from knowledge.recommending import Recommender
from knowledge.sales import SalesFacts
from knowledge.types import (
    CatalogItem,
    FloatArray,
    Hit,
    Purchase,
    Recommendation,
    SearchFilters,
    SearchQuery,
)

WORDS = "words"
MEANING = "meaning"
ANY = SearchFilters()

# What an exact phrase adds to the fused score (at most 1): no closeness in meaning overtakes it.
_BONUS = {PhraseKind.SKU: 8.0, PhraseKind.NAME: 2.0, PhraseKind.BRAND: 1.0}
_WHOLE_TEXT_BONUS = 2.0
_RESOLVE_DEPTH = 10
_LEAST_SHARE_OF_WORDS = 0.5


class HybridCatalogSearch:
    """Search in one opened index; the items are those the index was built from.

    Prices, variants and sales facts may be newer than the index: they are not in it.
    """

    def __init__(
        self,
        items: Sequence[CatalogItem],
        index: CatalogIndex,
        embedder: Embedder,
        sales: SalesFacts | None = None,
    ) -> None:
        by_id = {item.product_id: item for item in items}
        self._items = [by_id[product_id] for product_id in index.product_ids]
        self._by_id: Mapping[str, CatalogItem] = by_id
        self._positions = {item.product_id: place for place, item in enumerate(self._items)}
        self._embedder = embedder
        self._filters = FilterTable(self._items)
        self._phrases = PhraseBook(self._items)
        self._ranker = Ranker(index)
        self._words = WordCoverage(documents(self._items))
        self._recommender = Recommender(
            self._items, self._filters, self._ranker, sales or SalesFacts()
        )

    def get(self, product_id: str) -> CatalogItem | None:
        """The product as it was indexed."""
        return self._by_id.get(product_id)

    def search(self, query: SearchQuery) -> list[Hit]:
        """Products that fit the words and pass the filters, best first."""
        mask = self._filters.mask(query.filters)
        if not query.text.strip():
            return self._everything(mask, query.limit)
        words, meaning = self._rankings(query.text, mask)
        scores = fuse(words, meaning)
        matched: dict[int, list[str]] = {}
        for mention in self._phrases.mentions(query.text):
            if mask[mention.position]:
                _add_mention(mention, scores, matched)
        for name, ranking in ((WORDS, words), (MEANING, meaning)):
            for place in ranking.places.tolist():
                matched.setdefault(place, []).append(name)
        return self._hits(scores, matched, query.limit)

    def resolve(self, text: str, language: str, limit: int) -> list[Hit]:
        """Which product a phrase names; nothing rather than something unlikely."""
        del language  # names are compared in every language: customers mix them
        mentions = [m for m in self._phrases.mentions(text) if m.kind is not PhraseKind.BRAND]
        if mentions:
            longest = mentions[0].coverage
            exact = {m.position: str(m.kind) for m in mentions if m.coverage == longest}
            return [self._hit(place, 1.0, (kind,)) for place, kind in sorted(exact.items())][:limit]
        near = self._phrases.near(text)
        if not near:
            return self._by_most_words(text, limit)
        meaning = self._ranker.by_meaning(self._vector(text), _mask_of(near, len(self._items)))
        order = sorted(near, key=lambda p: (-near[p], -float(meaning.scores[p]), p))
        return [self._hit(place, near[place], (PhraseKind.NAME,)) for place in order[:limit]]

    def similar(self, product_id: str, limit: int, filters: SearchFilters = ANY) -> list[Hit]:
        """Products like this one, itself left out; nothing for an unknown product."""
        position = self._positions.get(product_id)
        if position is None:
            return []
        mask = self._filters.mask(filters)
        mask[position] = False
        ranking = self._ranker.by_meaning(self._ranker.vector_of(position), mask, limit)
        return [
            self._hit(place, float(ranking.scores[place]), (MEANING,))
            for place in ranking.places.tolist()
        ]

    def pair(
        self, product_id: str, limit: int, filters: SearchFilters = ANY
    ) -> list[Recommendation]:
        """What goes with this product: complements of other categories, with reasons."""
        position = self._positions.get(product_id)
        if position is None:
            return []
        return self._recommender.pair(position, self._filters.mask(filters), limit)

    def recommend(
        self,
        purchases: Sequence[Purchase],
        *,
        text: str | None = None,
        language: str = "zh",
        filters: SearchFilters = ANY,
        limit: int = 5,
        today: date | None = None,
    ) -> list[Recommendation]:
        """Products for this customer, explained and varied (see `recommending`)."""
        requested: list[Hit] = []
        if text and text.strip():
            requested = self.search(SearchQuery(text, language, filters, limit * 4))
        return self._recommender.recommend(
            purchases,
            requested,
            self._filters.mask(filters),
            limit,
            today or datetime.now(UTC).date(),
        )

    def _rankings(self, text: str, mask: Mask) -> tuple[Ranking, Ranking]:
        return (
            self._ranker.by_words(text, mask),
            self._ranker.by_meaning(self._vector(text), mask),
        )

    def _vector(self, text: str) -> FloatArray:
        vectors = self._embedder.embed_queries([simplified(text)])
        return vectors.reshape(-1)

    def _by_most_words(self, text: str, limit: int) -> list[Hit]:
        """Products that carry most of what the phrase says, though not as a name."""
        everything = np.ones(len(self._items), dtype=np.bool_)
        words, meaning = self._rankings(text, everything)
        scores = fuse(words, meaning)
        told = [
            place
            for place in np.argsort(-scores, kind="stable")[:_RESOLVE_DEPTH].tolist()
            if self._words.share(text, place) >= _LEAST_SHARE_OF_WORDS
        ]
        return [self._hit(place, float(scores[place]) / 2, (WORDS,)) for place in told[:limit]]

    def _everything(self, mask: Mask, limit: int) -> list[Hit]:
        places = self._recommender.most_popular(mask)[:limit]
        return [self._hit(place, 0.0, ()) for place in places]

    def _hits(self, scores: FloatArray, matched: Mapping[int, list[str]], limit: int) -> list[Hit]:
        order = sorted(matched, key=lambda place: (-float(scores[place]), place))
        return [
            self._hit(place, float(scores[place]), tuple(dict.fromkeys(matched[place])))
            for place in order[:limit]
        ]

    def _hit(self, place: int, score: float, matched: tuple[str, ...]) -> Hit:
        return Hit(self._items[place].product_id, score, matched)


def _add_mention(mention: Mention, scores: FloatArray, matched: dict[int, list[str]]) -> None:
    """Each kind of phrase counts once for a product, by its longest mention."""
    reasons = matched.setdefault(mention.position, [])
    if mention.kind in reasons:
        return
    bonus = _BONUS[mention.kind]
    if mention.kind is PhraseKind.NAME:
        bonus += _WHOLE_TEXT_BONUS * mention.coverage
    scores[mention.position] += bonus
    reasons.append(str(mention.kind))
    reasons.sort(key=lambda kind: -_BONUS[PhraseKind(kind)])


def _mask_of(places: Mapping[int, float], size: int) -> Mask:
    mask = np.zeros(size, dtype=np.bool_)
    mask[list(places)] = True
    return mask
