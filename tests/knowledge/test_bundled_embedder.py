"""The bundled model: converted once, checked, and faithful to the engine it came with."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from knowledge.embedding import EmbedderSpec, Engine, load_embedder
from knowledge.embedding.conversion import MANIFEST, bundled_model_path, converted_model
from knowledge.embedding.onnx_graph import pack_halves, quantise_columns
from knowledge.embedding.packed_model import PackedModel, PackedModelError, QuantisedRows
from knowledge.ports import Embedder

VARIED = [
    "我的订单什么时候发货？",
    "請問這件大衣有沒有藍色的～",
    "Where is my order 20240315-0007?",
    "Ｆｕｌｌ－ｗｉｄｔｈ　ｌｅｔｔｅｒｓ",
    "保湿面霜，适合干性肌肤，50 ml，烟酰胺 + 玻尿酸",
    "wool coat, navy, size 170/92A",
    "退货退款 refund please!!! 谢谢🙏",
    "洗碗机漏水了，还在保修期内吗",
    "crème brûlée torch ﬁne",
    "6.1 英寸 OLED 手机 256GB",
    "好",
    "ok",
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp() / "embedders"


@pytest.fixture(scope="module")
def onnx(cache: Path) -> Embedder:
    return load_embedder(EmbedderSpec(engine=Engine.ONNX), cache)


@pytest.fixture(scope="module")
def nano(cache: Path) -> Embedder:
    return load_embedder(EmbedderSpec(engine=Engine.NANO), cache)


def test_vectors_agree_with_the_engine_the_model_came_with(onnx: Embedder, nano: Embedder) -> None:
    for kind in ("embed_queries", "embed_passages"):
        cosines = (getattr(onnx, kind)(VARIED) * getattr(nano, kind)(VARIED)).sum(axis=1)
        assert cosines.min() > 0.98, VARIED[int(cosines.argmin())]


def test_a_question_is_nearest_to_its_answer_across_languages(onnx: Embedder) -> None:
    passages = onnx.embed_passages(["羊毛大衣，保暖，冬季穿着", "洗发水，去屑控油", "不锈钢平底锅"])
    queries = onnx.embed_queries(["warm winter coat", "anti-dandruff shampoo", "frying pan"])
    assert (queries @ passages.T).argmax(axis=1).tolist() == [0, 1, 2]


def test_a_vector_does_not_depend_on_the_company_of_its_text(onnx: Embedder) -> None:
    together = onnx.embed_passages(VARIED)
    alone = np.vstack([onnx.embed_passages([text]) for text in VARIED])
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_the_default_runs_on_onnxruntime(cache: Path, onnx: Embedder, nano: Embedder) -> None:
    default = load_embedder(EmbedderSpec(), cache)
    assert default.name == onnx.name != nano.name


def test_two_at_once_convert_only_once_and_a_damaged_copy_is_made_again(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(
            lambda _: converted_model(tmp_path, lambda *step: told.append(step)), range(2)
        )
    assert first == second
    assert told == [(step, 4) for step in range(5)]
    assert [p for p in tmp_path.iterdir() if p.is_dir()] == [first]
    recorded = json.loads((first / MANIFEST).read_text())["files"]
    assert set(recorded) == {p.name for p in first.iterdir()} - {MANIFEST}

    tokenizer = first / "tokenizer.json"
    whole = tokenizer.read_bytes()
    tokenizer.write_bytes(whole[:-10])
    assert converted_model(tmp_path) == first
    assert tokenizer.read_bytes() == whole


def test_where_it_cannot_be_converted_the_slower_engine_serves(
    tmp_path: Path, nano: Embedder, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("")
    assert load_embedder(EmbedderSpec(), blocked).name == nano.name
    assert "slower engine" in caplog.text
    with pytest.raises(OSError, match="a file, not a folder"):
        load_embedder(EmbedderSpec(engine=Engine.ONNX), blocked)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "model.bin"
    other.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(PackedModelError, match="E5S1"):
        PackedModel(other)


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    cut = tmp_path / "model.bin"
    with bundled_model_path().open("rb") as whole:
        cut.write_bytes(whole.read(1000))
    with pytest.raises(PackedModelError, match="too early"):
        PackedModel(cut)


def test_halves_of_a_byte_hold_neighbouring_values() -> None:
    assert pack_halves(np.array([[1, -8], [7, -1]], dtype=np.int8)) == bytes([0x81, 0xF7])


def test_each_column_is_quantised_by_its_own_range() -> None:
    weights = np.array([[0.5, 100.0], [-1.0, 50.0]], dtype=np.float32)
    values, scales = quantise_columns(weights)
    assert (np.abs(values * scales - weights) <= scales / 2).all()


def test_a_block_is_its_values_times_its_scale() -> None:
    rows = QuantisedRows(
        np.arange(-8, 24, dtype=np.int8).reshape(1, 32), np.array([[0.5]], dtype=np.float16)
    )
    np.testing.assert_allclose(rows.dequantise(), np.arange(-8, 24)[None] / 2)
