"""The bundled model through onnxruntime: the default embedder."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from knowledge.embedding.conversion import FORMAT, GRAPH, TOKENIZER
from knowledge.embedding.text import clean
from knowledge.types import FloatArray

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

DIMENSION = 384


class OnnxE5Embedder:
    """multilingual-e5-small, int8 dense layers over 4-bit embedding rows.

    The vector of a text depends on nothing but the text: each is a run of its own (see
    `onnx_graph`). Texts are cut at 512 tokens. Session and tokenizer keep no state between calls.
    """

    name = f"multilingual-e5-small/onnx-int8-f{FORMAT}"
    dimension = DIMENSION

    def __init__(self, folder: Path, *, threads: int = 2) -> None:
        from tokenizers import Tokenizer  # noqa: PLC0415 - heavy

        self._session = _open_session(folder / GRAPH, threads)
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))

    def embed_queries(self, texts: Sequence[str]) -> FloatArray:
        """Vectors of questions; shape (n, 384)."""
        return self._embed("query: ", texts)

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """Vectors of passages; shape (n, 384)."""
        return self._embed("passage: ", texts)

    def _embed(self, prefix: str, texts: Sequence[str]) -> FloatArray:
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        for row, text in enumerate(texts):
            ids = self._tokenizer.encode(prefix + clean(text)).ids
            vectors[row] = self._session.run(None, {"ids": np.array([ids], dtype=np.int64)})[0][0]
        return vectors


def _open_session(graph: Path, threads: int) -> "InferenceSession":
    """A session that leaves the other processes of the machine their share.

    Waiting threads sleep instead of spinning: on a busy two-core machine spinning doubled the
    time of every call.
    """
    import onnxruntime  # noqa: PLC0415 - heavy

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
