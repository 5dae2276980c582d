"""Hard conditions as masks over products."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.types import CatalogItem, SearchFilters, VariantRef

Mask = NDArray[np.bool_]


class FilterTable:
    """Which products meet which condition, prepared once for a catalogue."""

    def __init__(self, items: Sequence[CatalogItem]) -> None:
        self._positions = {item.product_id: place for place, item in enumerate(items)}
        self._prices = np.array([float(item.price) for item in items])
        self._categories = _places((item.category, *item.category_names.values()) for item in items)
        self._brands = _places((item.brand,) for item in items)
        variants = [(place, sku) for place, item in enumerate(items) for sku in item.skus]
        self._variant_positions = np.array([place for place, _ in variants], dtype=np.int64)
        self._colours = _places(_colours(sku) for _, sku in variants)
        self._sizes = _places((sku.size,) for _, sku in variants)

    def mask(self, filters: SearchFilters) -> Mask:
        """True for the products that pass; shape (products,)."""
        passed = np.ones(len(self._positions), dtype=np.bool_)
        if filters.price_min is not None:
            passed &= self._prices >= float(filters.price_min)
        if filters.price_max is not None:
            passed &= self._prices <= float(filters.price_max)
        if filters.categories:
            passed &= _any_of(self._categories, filters.categories, len(passed))
        if filters.brands:
            passed &= _any_of(self._brands, filters.brands, len(passed))
        if filters.colours or filters.sizes:
            passed &= self._with_variant(filters)
        if filters.allowed is not None:
            passed &= self.of_products(filters.allowed)
        return passed

    def of_products(self, product_ids: Iterable[str]) -> Mask:
        """True for these products; unknown ids are passed over."""
        mask = np.zeros(len(self._positions), dtype=np.bool_)
        mask[[self._positions[id_] for id_ in product_ids if id_ in self._positions]] = True
        return mask

    def of_category(self, word: str) -> Mask:
        """True for the products of one category."""
        return _any_of(self._categories, (word,), len(self._positions))

    def _with_variant(self, filters: SearchFilters) -> Mask:
        """Products that have one variant of both the colour and the size."""
        fitting = np.ones(len(self._variant_positions), dtype=np.bool_)
        if filters.colours:
            fitting &= _any_of(self._colours, filters.colours, len(fitting))
        if filters.sizes:
            fitting &= _any_of(self._sizes, filters.sizes, len(fitting))
        mask = np.zeros(len(self._positions), dtype=np.bool_)
        mask[self._variant_positions[fitting]] = True
        return mask


def _colours(sku: VariantRef) -> tuple[str, ...]:
    return (sku.colour, *sku.colour_names.values())


def _places(words_by_place: Iterable[Iterable[str]]) -> dict[str, list[int]]:
    """Word in lower case -> where it occurs."""
    places: dict[str, list[int]] = {}
    for place, words in enumerate(words_by_place):
        for word in {word.casefold() for word in words if word}:
            places.setdefault(word, []).append(place)
    return places


def _any_of(places: Mapping[str, list[int]], words: Iterable[str], length: int) -> Mask:
    mask = np.zeros(length, dtype=np.bool_)
    for word in words:
        mask[places.get(word.casefold(), [])] = True
    return mask
