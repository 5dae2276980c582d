"""An embedder that remembers the last questions.

Within one turn the same sentence is understood, looked up among the articles and searched for;
it is embedded once.
"""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Final

import numpy as np

from knowledge.ports import Embedder
from knowledge.types import FloatArray

REMEMBERED: Final = 256
"""Sentences; one takes 1.5 KB."""


class RememberingEmbedder:
    """Implements `Embedder` over another one; single questions are remembered."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: OrderedDict[str, FloatArray] = OrderedDict()
        self._lock = Lock()

    @property
    def name(self) -> str:
        """The name of the embedder behind: the vectors are the same."""
        return self._embedder.name

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        return self._embedder.dimension

    def embed_queries(self, texts: Sequence[str]) -> FloatArray:
        """Vectors of what people ask; a single text is looked up first."""
        if len(texts) != 1:
            return self._embedder.embed_queries(texts)
        known = self._recall(texts[0])
        if known is None:
            known = self._embedder.embed_queries(texts)
            self._keep(texts[0], known)
        return np.array(known)

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """Vectors of what is searched."""
        return self._embedder.embed_passages(texts)

    def _recall(self, text: str) -> FloatArray | None:
        with self._lock:
            if text in self._known:
                self._known.move_to_end(text)
            return self._known.get(text)

    def _keep(self, text: str, vector: FloatArray) -> None:
        with self._lock:
            self._known[text] = vector
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
