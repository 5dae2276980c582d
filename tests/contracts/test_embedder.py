"""Every embedder keeps these promises, whatever model and engine is behind it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from knowledge.embedding import EmbedderSpec, load_embedder
from knowledge.ports import Embedder

TEXTS = [
    "我的订单到哪里了？",
    "Where is my order?",
    "保湿面霜，适合干性肌肤，50 毫升",
    "wool coat, navy, size 170",
    "iPhone 15 手機殼",
    "🙂",
    "",
]


@pytest.fixture(scope="module", params=["nano"])
def embedder(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Embedder]:
    cache = tmp_path_factory.getbasetemp() / "embedders"
    yield load_embedder(EmbedderSpec(engine=request.param), cache)


def test_vectors_are_unit_float32_rows(embedder: Embedder) -> None:
    for embed in (embedder.embed_queries, embedder.embed_passages):
        vectors = embed(TEXTS)
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(TEXTS), embedder.dimension)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.embed_queries([]).shape == (0, embedder.dimension)
    assert embedder.embed_passages([]).dtype == np.float32


def test_the_same_text_gives_the_same_vector_alone_or_in_a_batch(embedder: Embedder) -> None:
    batch = embedder.embed_passages(TEXTS)
    alone = np.vstack([embedder.embed_passages([text]) for text in TEXTS])
    np.testing.assert_array_equal(batch, embedder.embed_passages(TEXTS))
    assert (batch * alone).sum(axis=1).min() > 0.995


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "a\0b", "\ud800 broken", "长" * 20_000, "word " * 5_000, "\u200d" * 3]
)
def test_any_string_is_accepted(embedder: Embedder, text: str) -> None:
    assert np.isfinite(embedder.embed_queries([text])).all()


def test_what_follows_a_nul_still_counts(embedder: Embedder) -> None:
    with_nul, cut, whole = embedder.embed_queries(["red\0shoes", "red", "red shoes"])
    assert with_nul @ whole > with_nul @ cut


def test_several_threads_may_call_at_once(embedder: Embedder) -> None:
    expected = embedder.embed_queries(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: embedder.embed_queries(TEXTS), range(8)))
    for answer in answers:
        np.testing.assert_allclose(answer, expected, atol=1e-5)


def test_the_name_tells_model_and_quantisation(embedder: Embedder) -> None:
    assert embedder.name
    assert embedder.name.isprintable()


class TestBundledModelKnowsMeaning:
    """What the bundled weights must show however they are run."""

    def test_a_question_is_nearest_to_its_answer_across_languages(self, embedder: Embedder) -> None:
        passages = embedder.embed_passages(
            ["羊毛大衣，保暖，冬季穿着", "洗发水，去屑控油", "不锈钢平底锅，28 厘米"]
        )
        queries = embedder.embed_queries(
            ["warm winter coat", "anti-dandruff shampoo", "frying pan"]
        )
        assert (queries @ passages.T).argmax(axis=1).tolist() == [0, 1, 2]
