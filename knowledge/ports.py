"""What the rest of the program may ask of this leaf."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from knowledge.types import (
    Article,
    CatalogItem,
    FaqHit,
    FloatArray,
    Hit,
    Purchase,
    Recommendation,
    SearchFilters,
    SearchQuery,
)


class Embedder(Protocol):
    """Texts to unit vectors whose inner product is their closeness in meaning.

    Implementations are deterministic and safe to call from several threads at once. Any string
    is accepted (empty, very long, broken surrogates); an empty sequence gives shape (0, dimension).
    """

    @property
    def name(self) -> str:
        """Identifies model and quantisation; vectors of different names do not compare."""
        ...

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        ...

    def embed_queries(self, texts: Sequence[str]) -> FloatArray:
        """Vectors of what people ask: float32 (len(texts), dimension), L2-normalised."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """Vectors of what is searched: float32 (len(texts), dimension), L2-normalised."""
        ...


class CatalogSearch(Protocol):
    """Search in one catalogue. Blocking CPU work: call it from a thread.

    Same question, same catalogue, same answer. Ties are broken by product id.
    """

    def get(self, product_id: str) -> CatalogItem | None:
        """The product as it was indexed."""
        ...

    def search(self, query: SearchQuery) -> list[Hit]:
        """Products that fit the words and pass the filters, best first.

        A SKU, a barcode, an exact name or a brand in the text wins over closeness in meaning.
        Empty text gives what the filters alone let through.
        """
        ...

    def resolve(self, text: str, language: str, limit: int) -> list[Hit]:
        """Which product a phrase names ("那个小棕瓶", "iphne 15"), forgiving one or two typos.

        Gives nothing rather than something unlikely.
        """
        ...

    def similar(self, product_id: str, limit: int, filters: SearchFilters) -> list[Hit]:
        """Products like this one, itself left out; nothing for an unknown product."""
        ...

    def pair(self, product_id: str, limit: int, filters: SearchFilters) -> list[Recommendation]:
        """What goes with this product: complements of other categories, with reasons."""
        ...

    def recommend(
        self,
        purchases: Sequence[Purchase],
        *,
        text: str | None = None,
        language: str = "zh",
        filters: SearchFilters = SearchFilters(),  # noqa: B008 - frozen, shared safely
        limit: int = 5,
        today: date | None = None,
    ) -> list[Recommendation]:
        """Products for this customer, explained and varied.

        A product already bought comes back only when it is replenishable and its time has come
        (`replenish_days`). No category takes more than its share of the answer. `today` is the
        day the advice is for, by default the current one.
        """
        ...


class FaqSearch(Protocol):
    """Search in the help centre's articles. Blocking CPU work: call it from a thread."""

    def get(self, article_id: str) -> Article | None:
        """The article with this id."""
        ...

    def find(self, text: str, limit: int = 3) -> list[FaqHit]:
        """Articles that may answer a question in any language, the nearest first."""
        ...
