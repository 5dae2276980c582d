"""The index on disk: whole versions only, checked when opened, rebuilt cheaply."""

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from knowledge.errors import IndexCorrupt, IndexMissing, IndexStale
from knowledge.index import (
    CURRENT,
    MANIFEST,
    VECTORS,
    build_index,
    current_version,
    open_index,
    open_or_build,
)
from knowledge.ports import Embedder
from knowledge.types import CatalogItem, FloatArray

ITEMS = [
    CatalogItem("P1", {"zh": "羊绒围巾", "en": "Cashmere scarf"}, price=Decimal(399)),
    CatalogItem("P2", {"zh": "双面羊毛大衣"}, price=Decimal(1299)),
]


class CountingEmbedder:
    """The real embedder, remembering which passages it was asked for."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self.name = inner.name
        self.dimension = inner.dimension
        self.passages: list[str] = []

    def embed_queries(self, texts: Sequence[str]) -> FloatArray:
        return self._inner.embed_queries(texts)

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        self.passages.extend(texts)
        return self._inner.embed_passages(texts)


@pytest.fixture
def counting(embedder: Embedder) -> CountingEmbedder:
    return CountingEmbedder(embedder)


@pytest.fixture
def built(counting: CountingEmbedder, tmp_path: Path) -> Path:
    build_index(tmp_path, ITEMS, counting)
    counting.passages.clear()
    return tmp_path


def test_no_index_yet(embedder: Embedder, tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match=r"no search index in"):
        open_index(tmp_path, ITEMS, embedder)


def test_every_language_of_a_product_has_its_vector(
    built: Path, counting: CountingEmbedder
) -> None:
    index = open_index(built, ITEMS, counting)
    assert index.product_ids == ("P1", "P2")
    assert index.row_positions.tolist() == [0, 0, 1]
    assert index.vectors.ntotal == index.manifest.rows == 3
    expected = counting.embed_passages(["Cashmere scarf"])[0]
    np.testing.assert_allclose(index.vectors.reconstruct(0), expected, atol=1e-6)


def test_the_manifest_tells_what_was_built(built: Path, embedder: Embedder) -> None:
    manifest = json.loads((current_version(built) / MANIFEST).read_text())
    assert manifest["embedder"] == embedder.name
    assert manifest["products"] == 2
    assert manifest["built_at"].endswith("+00:00")
    on_disk = {path.name for path in current_version(built).iterdir()}
    assert set(manifest["files"]) == on_disk - {MANIFEST}


def test_an_open_index_is_not_built_again(built: Path, counting: CountingEmbedder) -> None:
    version = current_version(built)
    open_or_build(built, ITEMS, counting)
    assert current_version(built) == version
    assert counting.passages == []


def test_a_new_price_does_not_make_it_stale(built: Path, counting: CountingEmbedder) -> None:
    cheaper = [replace(ITEMS[0], price=Decimal(299)), ITEMS[1]]
    open_index(built, cheaper, counting)


def test_only_changed_passages_are_embedded_again(built: Path, counting: CountingEmbedder) -> None:
    changed = [replace(ITEMS[0], names={"zh": "羊绒披肩", "en": "Cashmere scarf"}), ITEMS[1]]
    with pytest.raises(IndexStale, match="before the catalogue changed"):
        open_index(built, changed, counting)
    told: list[tuple[int, int]] = []
    index = open_or_build(built, changed, counting, lambda *step: told.append(step))
    assert counting.passages == ["羊绒披肩"]
    assert told == [(0, 1), (1, 1)]
    np.testing.assert_allclose(
        index.vectors.reconstruct(2), counting.embed_passages(["双面羊毛大衣"])[0], atol=1e-6
    )


def test_another_embedder_makes_it_stale(built: Path, counting: CountingEmbedder) -> None:
    counting.name = "other-model"
    with pytest.raises(IndexStale, match="the embedder is now other-model"):
        open_index(built, ITEMS, counting)
    open_or_build(built, ITEMS, counting)
    assert len(counting.passages) == 3


@pytest.mark.parametrize("name", [VECTORS, "rows.json", MANIFEST])
def test_damage_is_noticed_and_repaired(built: Path, counting: CountingEmbedder, name: str) -> None:
    damaged = current_version(built) / name
    damaged.write_bytes(damaged.read_bytes()[:-1])
    with pytest.raises(IndexCorrupt, match=name.split(".", maxsplit=1)[0]):
        open_index(built, ITEMS, counting)
    assert open_or_build(built, ITEMS, counting).manifest.products == 2


def test_a_file_that_vanished_is_noticed(built: Path, embedder: Embedder) -> None:
    (current_version(built) / VECTORS).unlink()
    with pytest.raises(IndexCorrupt, match=r"vectors\.faiss is missing"):
        open_index(built, ITEMS, embedder)


def test_a_pointer_to_nowhere_is_no_index(built: Path, embedder: Embedder) -> None:
    (built / CURRENT).write_text("v-gone")
    with pytest.raises(IndexMissing, match="v-gone"):
        open_index(built, ITEMS, embedder)


def test_a_failed_build_leaves_the_old_version(built: Path, counting: CountingEmbedder) -> None:
    version = current_version(built)

    def fail(done: int, total: int) -> None:
        raise RuntimeError("the power went out")

    with pytest.raises(RuntimeError, match="power"):
        build_index(built, [replace(ITEMS[0], names={"zh": "新名字"})], counting, fail)
    assert current_version(built) == version
    assert open_index(built, ITEMS, counting).manifest.products == 2


def test_old_versions_go_but_the_one_before_stays(built: Path, embedder: Embedder) -> None:
    opened = open_index(built, ITEMS, embedder)
    for number in range(3):
        build_index(built, [replace(ITEMS[0], names={"zh": f"围巾 {number}"})], embedder)
    assert len(list(built.glob("v-*"))) == 2
    assert opened.vectors.reconstruct(0).shape == (384,)  # a reader keeps what it has open
