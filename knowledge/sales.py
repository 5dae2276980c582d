"""What the shop's own sales say: what is popular, and what is bought together."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from math import sqrt

_LEAST_TOGETHER = 2
_LARGEST_BASKET = 50


@dataclass(frozen=True, slots=True)
class SalesFacts:
    """Counted by the caller's store, or by `from_baskets`; empty for a new shop."""

    popularity: Mapping[str, float] = field(default_factory=dict)
    """Product id -> 0 to 1, the best seller is 1."""
    bought_together: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Product id -> {other product id: strength 0 to 1}."""

    @classmethod
    def from_baskets(cls, baskets: Iterable[Collection[str]]) -> "SalesFacts":
        """Count baskets of product ids.

        The strength of a pair is its count over the geometric mean of both products' counts
        (cosine), so that best sellers do not go with everything. Pairs seen once are chance.
        Baskets of more than 50 products are wholesale and count for popularity only.
        """
        sold: Counter[str] = Counter()
        together: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for basket in map(frozenset, baskets):
            sold.update(basket)
            if len(basket) <= _LARGEST_BASKET:
                for one, other in permutations(basket, 2):
                    together[one][other] += 1
        most = max(sold.values(), default=1)
        return cls(
            {product: count / most for product, count in sold.items()},
            {
                one: {
                    other: count / sqrt(sold[one] * sold[other])
                    for other, count in others.items()
                    if count >= _LEAST_TOGETHER
                }
                for one, others in together.items()
            },
        )
