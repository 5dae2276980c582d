"""What training would otherwise do again: vectors of known sentences, and finished models.

Both are files of numbers without code. One that cannot be read is as good as none, and written
anew.
"""

import hashlib
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np

from nlu.native.features import Floats
from nlu.native.model import Model, dump_model, load_model

_logger = logging.getLogger(__name__)
_DIGEST_BYTES: Final = 16
_MAX_SENTENCES: Final = 100_000
_MODELS_KEPT: Final = 5
_LOCK: Final = ".lock"


class TrainingCache:
    """A folder of vectors and models."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Only one process at a time is inside."""
        from filelock import FileLock  # noqa: PLC0415 - only in training

        self._folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self._folder / _LOCK):
            yield

    def load_model(self, fingerprint: str) -> Model | None:
        """The model of this fingerprint, if it is there and sound."""
        file = self._model_file(fingerprint)
        if not file.exists():
            return None
        try:
            model = load_model(file.read_bytes())
        except (ValueError, OSError) as error:
            _logger.warning("%s is unusable and will be built anew: %s", file, error)
            file.unlink(missing_ok=True)
            return None
        return model if model.fingerprint == fingerprint else None

    def save_model(self, model: Model) -> None:
        """Keep a model, and of the older ones the latest few."""
        _write(self._model_file(model.fingerprint), dump_model(model))
        files = sorted(self._folder.glob("model-*.npz"), key=lambda f: f.stat().st_mtime)
        for old in files[:-_MODELS_KEPT]:
            old.unlink(missing_ok=True)

    def load_vectors(self, embedder: str, dimension: int) -> dict[bytes, Floats]:
        """Vectors by `digest` of their sentence, as this embedder made them."""
        file = self._vectors_file(embedder)
        if not file.exists():
            return {}
        try:
            with np.load(BytesIO(file.read_bytes()), allow_pickle=False) as arrays:
                digests, vectors = arrays["digests"], arrays["vectors"]
            if digests.shape[1:] != (_DIGEST_BYTES,) or vectors.shape[1:] != (dimension,):
                raise ValueError("shapes do not agree")  # noqa: TRY301
            rows = zip(digests, vectors, strict=True)
            return {digest.tobytes(): vector for digest, vector in rows}
        except Exception as error:  # noqa: BLE001 - zip and numpy each fail in many ways
            _logger.warning("%s is unusable and will be built anew: %s", file, error)
            return {}

    def save_vectors(self, embedder: str, vectors: dict[bytes, Floats]) -> None:
        """Keep vectors; beyond the limit the oldest go."""
        kept = list(vectors.items())[-_MAX_SENTENCES:]
        buffer = BytesIO()
        np.savez(
            buffer,
            digests=np.array([np.frombuffer(d, dtype=np.uint8) for d, _ in kept]),
            vectors=np.stack([vector for _, vector in kept]),
        )
        _write(self._vectors_file(embedder), buffer.getvalue())

    def _model_file(self, fingerprint: str) -> Path:
        return self._folder / f"model-{fingerprint[:24]}.npz"

    def _vectors_file(self, embedder: str) -> Path:
        return self._folder / f"vectors-{hashlib.sha256(embedder.encode()).hexdigest()[:24]}.npz"


def digest(text: str) -> bytes:
    """The key of a sentence's vector."""
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).digest()


def _write(file: Path, content: bytes) -> None:
    """Write the whole file or nothing, also when two processes do so at once."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
