"""What to suggest to a customer, and why.

The rules, in the order of their strength:
1. What the customer asks for (`MATCHES_REQUEST`); with a request, only this and what is bought
   together with it is offered.
2. A replenishable product of theirs that is due: three quarters of `replenish_days` for the
   quantity bought have passed (`REPLENISH`).
3. What goes with a purchase: the merchandiser's word, then other customers' baskets.
4. What is like a purchase, and what is popular in a category they buy from.
5. What is popular in the shop.

A product already bought is never suggested but by rule 2. Purchases weigh half as much every
half year. No category takes more than two of five places while others have something to offer.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

import numpy as np

from knowledge.filters import FilterTable, Mask
from knowledge.ranking import Ranker
from knowledge.sales import SalesFacts
from knowledge.types import (
    CatalogItem,
    FloatArray,
    Hit,
    Purchase,
    Reason,
    ReasonKind,
    Recommendation,
)

_DUE_SHARE = 0.75
_HALF_LIFE_DAYS = 182
_CATEGORY_SHARE = 0.4
_NEIGHBOURS = 20
_SEEDS = 8
_STRENGTH = {
    ReasonKind.MATCHES_REQUEST: 6.0,
    ReasonKind.REPLENISH: 5.0,
    ReasonKind.PAIRS_WITH: 4.0,
    ReasonKind.FREQUENTLY_BOUGHT_TOGETHER: 3.0,
    ReasonKind.SIMILAR_TO_PURCHASE: 2.0,
    ReasonKind.SAME_CATEGORY: 1.0,
    ReasonKind.POPULAR: 0.0,
}


@dataclass(frozen=True, slots=True)
class _Candidate:
    position: int
    fit: float
    """How well it fits its reason, 0 to 1."""
    reason: Reason

    @property
    def score(self) -> float:
        return _STRENGTH[self.reason.kind] + self.fit


class Recommender:
    """Recommendations over the products of one index."""

    def __init__(
        self,
        items: Sequence[CatalogItem],
        filters: FilterTable,
        ranker: Ranker,
        sales: SalesFacts,
    ) -> None:
        self._items = items
        self._positions = {item.product_id: place for place, item in enumerate(items)}
        self._filters = filters
        self._ranker = ranker
        self._sales = sales
        self._popularity = [sales.popularity.get(item.product_id, 0.0) for item in items]

    def recommend(
        self,
        purchases: Sequence[Purchase],
        requested: Sequence[Hit],
        mask: Mask,
        limit: int,
        today: date,
    ) -> list[Recommendation]:
        """The best of all rules that apply."""
        known = [p for p in purchases if p.product_id in self._positions and p.quantity > 0]
        bought = self._filters.of_products(p.product_id for p in known)
        found = list(self._due(known, today))
        if requested:
            found = [c for c in found if any(c.position == self._at(h) for h in requested)]
            found += self._requested(requested)
        else:
            found += self._from_purchases(known, mask & ~bought, today)
            found += self._popular(mask & ~bought)
        allowed = [
            c
            for c in found
            if mask[c.position]
            and (not bought[c.position] or c.reason.kind is ReasonKind.REPLENISH)
        ]
        return self._varied(allowed, limit)

    def pair(self, position: int, mask: Mask, limit: int) -> list[Recommendation]:
        """Complements of one product, of other categories unless the merchandiser says so.

        Where categories are known that go with its own, only they: few sales bring odd company
        (a soy sauce with a perfume).
        """
        mask = mask.copy()
        mask[position] = False
        item = self._items[position]
        named = [one for one in self._complements(position, mask) if self._is_company(item, one)]
        return self._varied([*named, *self._in_company(position, mask)], limit)

    def _is_company(self, item: CatalogItem, candidate: _Candidate) -> bool:
        other = self._items[candidate.position].category
        if candidate.reason.kind is ReasonKind.PAIRS_WITH:
            return True
        return other in item.company if item.company else other != item.category

    def most_popular(self, mask: Mask) -> list[int]:
        """Positions that pass, the best sellers first."""
        places = np.flatnonzero(mask).tolist()
        return sorted(places, key=lambda place: (-self._popularity[place], place))

    def _at(self, hit: Hit) -> int:
        return self._positions[hit.product_id]

    def _requested(self, hits: Sequence[Hit]) -> Iterator[_Candidate]:
        best = max(hit.score for hit in hits) or 1.0
        for hit in hits:
            place = self._at(hit)
            fit = 0.9 * hit.score / best + 0.1 * self._popularity[place]
            yield _Candidate(
                place, fit, Reason(ReasonKind.MATCHES_REQUEST, category=self._category(place))
            )

    def _due(self, purchases: Sequence[Purchase], today: date) -> Iterator[_Candidate]:
        latest: dict[str, Purchase] = {}
        for purchase in sorted(purchases, key=lambda p: p.bought_on):
            latest[purchase.product_id] = purchase
        for product_id, purchase in latest.items():
            place = self._positions[product_id]
            lasts = self._items[place].replenish_days
            if lasts is None:
                continue
            used = (today - purchase.bought_on).days / (lasts * purchase.quantity)
            if used >= _DUE_SHARE:
                reason = Reason(ReasonKind.REPLENISH, product_id, self._category(place))
                yield _Candidate(place, min(used / 2, 1.0), reason)

    def _from_purchases(
        self, purchases: Sequence[Purchase], mask: Mask, today: date
    ) -> Iterator[_Candidate]:
        newest_first = sorted(purchases, key=lambda p: (p.bought_on, p.product_id), reverse=True)
        seeds = {purchase.product_id: purchase for purchase in reversed(newest_first)}
        for product_id in list(dict.fromkeys(p.product_id for p in newest_first))[:_SEEDS]:
            age = max((today - seeds[product_id].bought_on).days, 0)
            weight = 0.5 ** (age / _HALF_LIFE_DAYS)
            place = self._positions[product_id]
            for candidate in (
                *self._complements(place, mask),
                *self._alike(place, mask),
                *self._same_category(place, mask),
            ):
                yield _Candidate(candidate.position, candidate.fit * weight, candidate.reason)

    def _complements(self, position: int, mask: Mask) -> Iterator[_Candidate]:
        item = self._items[position]
        for order, word in enumerate(item.pairs_with):
            reason = Reason(ReasonKind.PAIRS_WITH, item.product_id)
            named = self._filters.of_products([word]) | self._filters.of_category(word)
            for place in self.most_popular(named & mask):
                yield _Candidate(place, (0.9 + 0.1 * self._popularity[place]) / (order + 1), reason)
        reason = Reason(ReasonKind.FREQUENTLY_BOUGHT_TOGETHER, item.product_id)
        for other, strength in self._sales.bought_together.get(item.product_id, {}).items():
            found = self._positions.get(other)
            if found is not None and mask[found]:
                yield _Candidate(found, strength, reason)

    def _in_company(self, position: int, mask: Mask) -> Iterator[_Candidate]:
        """Products of the categories that go with this one's, likest in style first."""
        item = self._items[position]
        reason = Reason(ReasonKind.PAIRS_WITH, item.product_id)
        together = self._sales.bought_together.get(item.product_id, {})
        likeness = self._likeness(position)
        for order, category in enumerate(item.company):
            for place in np.flatnonzero(self._filters.of_category(category) & mask).tolist():
                bought = together.get(self._items[place].product_id, 0.0)
                fit = 0.6 * float(likeness[place]) + 0.3 * bought + 0.1 * self._popularity[place]
                yield _Candidate(place, fit / (1 + order / 4), reason)

    def _likeness(self, position: int) -> FloatArray:
        """How like one product all others are, 0 to 1 of the likest; shape (products,)."""
        everything = np.ones(len(self._items), dtype=np.bool_)
        scores = self._ranker.by_meaning(
            self._ranker.vector_of(position), everything, len(self._items)
        ).scores
        spread = float(scores.max() - scores.min()) or 1.0
        return np.asarray((scores - scores.min()) / spread, dtype=np.float32)

    def _alike(self, position: int, mask: Mask) -> Iterator[_Candidate]:
        ranking = self._ranker.by_meaning(self._ranker.vector_of(position), mask, _NEIGHBOURS)
        reason = Reason(ReasonKind.SIMILAR_TO_PURCHASE, self._items[position].product_id)
        for order, place in enumerate(ranking.places.tolist()):
            yield _Candidate(place, 1 / (1 + order / 4), reason)

    def _same_category(self, position: int, mask: Mask) -> Iterator[_Candidate]:
        category = self._category(position)
        if category is None:
            return
        reason = Reason(ReasonKind.SAME_CATEGORY, category=category)
        for place in self.most_popular(self._filters.of_category(category) & mask):
            yield _Candidate(place, self._popularity[place], reason)

    def _popular(self, mask: Mask) -> Iterator[_Candidate]:
        for place in self.most_popular(mask):
            yield _Candidate(
                place,
                self._popularity[place],
                Reason(ReasonKind.POPULAR, category=self._category(place)),
            )

    def _category(self, position: int) -> str | None:
        return self._items[position].category or None

    def _varied(self, candidates: Sequence[_Candidate], limit: int) -> list[Recommendation]:
        """Each product once, by its strongest reason; crowded categories wait at the end."""
        ordered = sorted(candidates, key=lambda c: (-c.score, c.position))
        best = list({c.position: c for c in reversed(ordered)}.values())
        best.sort(key=lambda c: (-c.score, c.position))
        share = ceil(limit * _CATEGORY_SHARE)
        taken: Counter[str] = Counter()
        first: list[_Candidate] = []
        waiting: list[_Candidate] = []
        for candidate in best:
            category = self._items[candidate.position].category
            taken[category] += 1
            (first if taken[category] <= share else waiting).append(candidate)
        return [
            Recommendation(self._items[c.position].product_id, c.score, c.reason)
            for c in (first + waiting)[:limit]
        ]
