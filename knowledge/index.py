"""The search index of one catalogue on disk: FAISS vectors and BM25, in versioned folders.

    root/
      CURRENT                     name of the folder in use
      v-<fingerprint>-<time>/     manifest.json, vectors.faiss, rows.json, BM25 arrays

A version is filled under another name, flushed and renamed; then CURRENT is swapped. Readers
see the old or the new version whole, at any moment of a build or a crash.

The FAISS index is flat (exact inner product). At 50,000 vectors of 384 it is 77 MB, memory-mapped
and shared by all workers, and one query takes a few milliseconds; approximate indexes would save
those, lose results, and answer badly under filters that leave few products.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from knowledge.documents import Document, documents, fingerprint
from knowledge.errors import IndexCorrupt, IndexMissing, IndexStale, KnowledgeError
from knowledge.folders import checksums, first_damage, locked, published, write_atomically
from knowledge.ports import Embedder
from knowledge.types import CatalogItem, FloatArray, Progress

if TYPE_CHECKING:
    import faiss
    from bm25s import BM25

FORMAT = 2
CURRENT = "CURRENT"
MANIFEST = "manifest.json"
VECTORS = "vectors.faiss"
ROWS = "rows.json"
_KEPT_VERSIONS = 2  # the one in use and the one that other workers may still read
_BATCH = 64
_K1, _B = 1.2, 0.75


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a version was built from, and the checksum of each of its files."""

    format: int
    embedder: str
    dimension: int
    products: int
    rows: int
    fingerprint: str
    built_at: str
    """UTC, ISO 8601."""
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CatalogIndex:
    """An opened version. Read-only and safe to share between threads."""

    manifest: Manifest
    product_ids: tuple[str, ...]
    """In ascending order; a product's position here is its position in the BM25 index."""
    row_positions: NDArray[np.int64]
    """Position of the product that each vector belongs to."""
    row_hashes: tuple[str, ...]
    """Hash of the passage behind each vector."""
    vectors: "faiss.Index"
    bm25: "BM25"


def open_or_build(
    root: Path,
    items: Iterable[CatalogItem],
    embedder: Embedder,
    progress: Progress | None = None,
) -> CatalogIndex:
    """The index of these items, built first where it is missing, stale or damaged."""
    return open_or_build_documents(root, documents(items), embedder, progress)


def open_or_build_documents(
    root: Path,
    docs: Sequence[Document],
    embedder: Embedder,
    progress: Progress | None = None,
) -> CatalogIndex:
    """The same for documents of any kind, in ascending order of their ids."""
    try:
        return _open(root, docs, embedder)
    except (IndexMissing, IndexStale, IndexCorrupt):
        with locked(root / ".lock"):
            try:  # another process may have built it while this one waited
                return _open(root, docs, embedder)
            except (IndexMissing, IndexStale, IndexCorrupt):
                _build(root, docs, embedder, progress)
        return _open(root, docs, embedder)


def open_index(root: Path, items: Iterable[CatalogItem], embedder: Embedder) -> CatalogIndex:
    """Open the current version.

    Raises IndexMissing, IndexStale (built for other texts or another embedder) or IndexCorrupt.
    """
    return _open(root, documents(items), embedder)


def build_index(
    root: Path,
    items: Iterable[CatalogItem],
    embedder: Embedder,
    progress: Progress | None = None,
) -> None:
    """Build a new version and make it the current one.

    Vectors of passages that did not change are taken from the version before. `progress` is
    told (vectors made, vectors to make).
    """
    with locked(root / ".lock"):
        _build(root, documents(items), embedder, progress)


def current_version(root: Path) -> Path:
    """Folder of the current version. Raises IndexMissing."""
    try:
        folder = root / (root / CURRENT).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise IndexMissing(f"no search index in {root}") from error
    if not folder.is_dir() or folder == root:
        raise IndexMissing(f"{root / CURRENT} names a folder that is not there: {folder.name}")
    return folder


def _open(root: Path, docs: Sequence[Document], embedder: Embedder) -> CatalogIndex:
    folder = current_version(root)
    manifest = _read_manifest(folder)
    if manifest.embedder != embedder.name or manifest.dimension != embedder.dimension:
        raise IndexStale(
            f"{folder} was built with {manifest.embedder}, the embedder is now {embedder.name}"
        )
    if manifest.fingerprint != fingerprint(docs):
        raise IndexStale(f"{folder} was built before the catalogue changed")
    return _load(folder, manifest)


def _read_manifest(folder: Path) -> Manifest:
    try:
        fields = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if fields["format"] != FORMAT:
            raise IndexStale(f"{folder} has format {fields['format']}, this program {FORMAT}")
        manifest = Manifest(**fields)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexCorrupt(f"{folder / MANIFEST} cannot be read: {error}") from error
    if damage := first_damage(folder, manifest.files):
        raise IndexCorrupt(f"{folder}: {damage}")
    return manifest


def _load(folder: Path, manifest: Manifest) -> CatalogIndex:
    import faiss  # noqa: PLC0415 - heavy

    # One thread a query: callers bring the parallelism, and OpenMP's idle threads would spin.
    faiss.omp_set_num_threads(1)
    rows = json.loads((folder / ROWS).read_text(encoding="utf-8"))
    return CatalogIndex(
        manifest,
        tuple(rows["products"]),
        np.array(rows["positions"], dtype=np.int64),
        tuple(rows["hashes"]),
        faiss.read_index(str(folder / VECTORS), faiss.IO_FLAG_MMAP_IFC),
        _bm25().load(folder, mmap=True, show_progress=False),
    )


def _build(
    root: Path, docs: Sequence[Document], embedder: Embedder, progress: Progress | None
) -> None:
    passages = [(place, text) for place, doc in enumerate(docs) for text in doc.passages]
    hashes = [_hash(text) for _, text in passages]
    known = _known_vectors(root, embedder)
    fresh = {h: text for h, (_, text) in zip(hashes, passages, strict=True) if h not in known}
    known.update(_embed(fresh, embedder, progress))
    matrix = np.empty((len(hashes), embedder.dimension), dtype=np.float32)
    for row, text_hash in enumerate(hashes):
        matrix[row] = known[text_hash]
    mark = fingerprint(docs)
    now = datetime.now(UTC)
    folder = root / f"v-{mark[:12]}-{now:%Y%m%dT%H%M%S%f}"
    with published(folder) as draft:
        _write_files(draft, docs, matrix, [place for place, _ in passages], hashes)
        manifest = Manifest(
            FORMAT,
            embedder.name,
            embedder.dimension,
            len(docs),
            len(hashes),
            mark,
            now.isoformat(timespec="seconds"),
            checksums(draft),
        )
        write_atomically(draft / MANIFEST, json.dumps(asdict(manifest), indent=2))
    write_atomically(root / CURRENT, folder.name)
    _prune(root)


def _write_files(
    folder: Path,
    docs: Sequence[Document],
    matrix: FloatArray,
    positions: list[int],
    hashes: list[str],
) -> None:
    import faiss  # noqa: PLC0415 - heavy

    vectors = faiss.IndexFlatIP(matrix.shape[1])
    vectors.add(matrix)
    faiss.write_index(vectors, str(folder / VECTORS))
    bm25 = _bm25()(k1=_K1, b=_B)
    # It cannot divide by the mean length of nothing: an empty text counts as one empty word.
    bm25.index([doc.terms() or [""] for doc in docs] or [[""]], show_progress=False)
    bm25.save(folder, show_progress=False)
    rows = {"products": [d.product_id for d in docs], "positions": positions, "hashes": hashes}
    (folder / ROWS).write_text(json.dumps(rows), encoding="utf-8")


def _embed(
    fresh: Mapping[str, str], embedder: Embedder, progress: Progress | None
) -> dict[str, FloatArray]:
    vectors: dict[str, FloatArray] = {}
    hashes = list(fresh)
    for start in range(0, len(hashes), _BATCH):
        if progress:
            progress(start, len(hashes))
        batch = hashes[start : start + _BATCH]
        vectors.update(zip(batch, embedder.embed_passages([fresh[h] for h in batch]), strict=True))
    if progress:
        progress(len(hashes), len(hashes))
    return vectors


def _known_vectors(root: Path, embedder: Embedder) -> dict[str, FloatArray]:
    """Vectors of the version before, by the hash of their passage; none where they do not fit."""
    try:
        folder = current_version(root)
        manifest = _read_manifest(folder)
        if manifest.embedder != embedder.name:
            return {}
        index = _load(folder, manifest)
    except KnowledgeError:
        return {}
    matrix = index.vectors.reconstruct_n(0, len(index.row_hashes))
    return dict(zip(index.row_hashes, matrix, strict=True))


def _prune(root: Path) -> None:
    versions = sorted(root.glob("v-*"), key=lambda path: path.name.rsplit("-", 1)[1])
    for folder in versions[:-_KEPT_VERSIONS]:
        shutil.rmtree(folder, ignore_errors=True)
    for draft in root.glob(".v-*"):  # left by a build that was killed; the lock is ours
        shutil.rmtree(draft, ignore_errors=True)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _bm25() -> "type[BM25]":
    """The BM25 class, loaded late; its logger would otherwise print at every build."""
    from bm25s import BM25  # noqa: PLC0415 - heavy

    logging.getLogger("bm25s").setLevel(logging.WARNING)
    found: type[BM25] = BM25
    return found
