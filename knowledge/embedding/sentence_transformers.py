"""Any sentence-transformers model, by folder or by hub name."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from knowledge.embedding.text import clean
from knowledge.errors import EmbedderUnavailable
from knowledge.folders import sha256
from knowledge.types import FloatArray

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = 32


class SentenceTransformersEmbedder:
    """A model of the retailer's choice; needs the extra `transformers` (torch).

    What is put before a text is, in this order: the prefix given here; the prompt saved with
    the model ("query", "document" or "passage"); for e5 models "query: " and "passage: ".
    """

    def __init__(
        self,
        model: str,
        *,
        query_prefix: str | None = None,
        passage_prefix: str | None = None,
        threads: int = 2,
    ) -> None:
        """Load the model.

        A folder is never looked up on the hub. A hub name is, unless HF_HUB_OFFLINE is set;
        then it must be in the local hub cache. Raises ImportError or EmbedderUnavailable.
        """
        import torch  # noqa: PLC0415 - heavy
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - heavy

        torch.set_num_threads(threads)
        try:
            self._model = SentenceTransformer(
                model, device="cpu", local_files_only=_local_only(model)
            )
        except (OSError, ValueError) as error:
            raise EmbedderUnavailable(f"embedding model {model}: {error}") from error
        self._lock = Lock()
        prompts = saved_prompts(model, self._model.prompts)
        self._query_prefix = prompts[0] if query_prefix is None else query_prefix
        self._passage_prefix = prompts[1] if passage_prefix is None else passage_prefix
        self.name = _name(model, self._model)
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise EmbedderUnavailable(f"embedding model {model} does not tell its dimension")
        self.dimension: int = dimension

    def embed_queries(self, texts: Sequence[str]) -> FloatArray:
        """Vectors of questions; shape (n, dimension)."""
        return self._embed(self._query_prefix, texts)

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """Vectors of passages; shape (n, dimension)."""
        return self._embed(self._passage_prefix, texts)

    def _embed(self, prefix: str, texts: Sequence[str]) -> FloatArray:
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        # One at a time: a fast tokenizer's padding is set for each call and is not thread-safe.
        with self._lock:
            vectors: FloatArray = self._model.encode(
                [prefix + clean(text) for text in texts],
                batch_size=_BATCH,
                normalize_embeddings=True,
                show_progress_bar=False,
                prompt="",
            )
        return vectors.astype(np.float32, copy=False)


def saved_prompts(model: str, prompts: dict[str, str]) -> tuple[str, str]:
    """What goes before a question and before a passage, by the model itself or its family."""
    query = prompts.get("query", "")
    passage = prompts.get("document", "") or prompts.get("passage", "")
    if not query and not passage and "e5" in Path(model).name.lower().split("-"):
        return "query: ", "passage: "
    return query, passage


def _local_only(model: str) -> bool:
    offline = os.environ.get("HF_HUB_OFFLINE", "").strip().upper() in {"1", "TRUE", "YES", "ON"}
    return offline or Path(model).is_dir()


def _name(model: str, loaded: "SentenceTransformer") -> str:
    """Changes with the weights: a folder is named by its content, a hub model by its revision."""
    folder = Path(model)
    if folder.is_dir():
        digest = hashlib.sha256()
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            digest.update(f"{path.relative_to(folder)} {sha256(path)}\n".encode())
        return f"{folder.name}@{digest.hexdigest()[:12]}/sentence-transformers"
    revision = loaded.model_card_data.base_model_revision or "unknown"
    return f"{model}@{revision[:12]}/sentence-transformers"
