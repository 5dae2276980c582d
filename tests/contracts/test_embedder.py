"""Every embedder keeps these promises, whatever model and engine is behind it."""

from __future__ import annotations

import shutil
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest

from knowledge.embedding import EmbedderSpec, Engine, load_embedder
from knowledge.embedding.sentence_transformers import saved_prompts
from knowledge.errors import EmbedderUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    from transformers import PreTrainedTokenizerFast

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


@pytest.fixture(scope="module")
def tiny_sentence_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers folder of two small layers with random weights, knowing letters."""
    modules = pytest.importorskip("sentence_transformers.sentence_transformer.modules")
    from sentence_transformers import SentenceTransformer
    from torch import manual_seed
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("tiny")
    tokenizer = _letter_tokenizer()
    tokenizer.save_pretrained(folder / "bert")
    manual_seed(7)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(folder / "bert")
    encoder = modules.Transformer(str(folder / "bert"))
    SentenceTransformer(modules=[encoder, modules.Pooling(32)]).save(str(folder / "model"))
    return folder / "model"


def _letter_tokenizer() -> PreTrainedTokenizerFast:
    """Splits into single letters; Chinese only as far as TEXTS go."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    letters = sorted({chr(code) for code in range(33, 127)} | set("".join(TEXTS)) - {" "})
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    words = special + letters + [f"##{letter}" for letter in letters]
    tokenizer = Tokenizer(
        models.WordPiece({word: id_ for id_, word in enumerate(words)}, unk_token="[UNK]")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=64,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
    )


@pytest.fixture(scope="module", params=["nano", "onnx", "sentence_transformers"])
def embedder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    if request.param == "sentence_transformers":
        model: Path = request.getfixturevalue("tiny_sentence_model")
        spec = EmbedderSpec(model=str(model), query_prefix="query: ", passage_prefix="passage: ")
    else:
        spec = EmbedderSpec(engine=Engine(request.param))
    return load_embedder(spec, tmp_path_factory.getbasetemp() / "embedders")


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


def test_the_same_words_with_other_case_of_use_differ(embedder: Embedder) -> None:
    """Questions and passages are not the same text to models trained with prefixes."""
    query, passage = embedder.embed_queries(["羊毛"]), embedder.embed_passages(["羊毛"])
    assert not np.allclose(query, passage, atol=1e-4)


# Models by folder or hub name: prefixes, names, and staying off the network.


@pytest.mark.parametrize(
    ("model", "prompts", "expected"),
    [
        ("org/plain", {}, ("", "")),
        ("intfloat/multilingual-e5-base", {}, ("query: ", "passage: ")),
        ("org/own-e5", {"query": "Q ", "document": "D "}, ("Q ", "D ")),
        ("org/passages", {"query": "Q ", "passage": "P "}, ("Q ", "P ")),
        ("org/some5", {"query": "", "document": ""}, ("", "")),
    ],
)
def test_prefixes_come_from_the_model_or_its_family(
    model: str, prompts: dict[str, str], expected: tuple[str, str]
) -> None:
    assert saved_prompts(model, prompts) == expected


def test_a_given_prefix_is_put_before_the_text(tiny_sentence_model: Path, tmp_path: Path) -> None:
    bare = load_embedder(EmbedderSpec(model=str(tiny_sentence_model)), tmp_path)
    prefixed = load_embedder(
        EmbedderSpec(model=str(tiny_sentence_model), query_prefix="query: "), tmp_path
    )
    np.testing.assert_allclose(
        prefixed.embed_queries(["wool"]), bare.embed_queries(["query: wool"]), atol=1e-6
    )
    np.testing.assert_allclose(
        prefixed.embed_passages(["wool"]), bare.embed_passages(["wool"]), atol=1e-6
    )


def test_the_name_follows_the_content_of_the_folder(
    tiny_sentence_model: Path, tmp_path: Path
) -> None:
    copy, tuned = tmp_path / "a" / "shop", tmp_path / "b" / "shop"
    for folder in (copy, tuned):
        shutil.copytree(tiny_sentence_model, folder)
    (tuned / "notes.txt").write_text("trained further")
    names = [load_embedder(EmbedderSpec(model=str(f)), tmp_path).name for f in (copy, tuned)]
    assert all(name.startswith("shop@") for name in names)
    assert names[0] != names[1]


def test_a_folder_is_loaded_without_a_connection(
    tiny_sentence_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError(f"tried to connect to {args[1:]}")

    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    embedder = load_embedder(EmbedderSpec(model=str(tiny_sentence_model)), tmp_path)
    assert embedder.embed_queries(["wool"]).shape == (1, embedder.dimension)


def test_a_hub_name_is_not_looked_up_when_offline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sentence_transformers")

    def refuse(*args: object) -> None:
        raise AssertionError(f"tried to connect to {args[1:]}")

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(EmbedderUnavailable, match="nobody/nothing"):
        load_embedder(EmbedderSpec(model="nobody/nothing"), tmp_path)
