"""Cross-validation, comparison and the release gate on models that really learn."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nlu.errors import NluDataError
from nlu.evaluation.answers import Answer, Judge, read_parses
from nlu.evaluation.compare import compare, mcnemar
from nlu.evaluation.crossvalidation import CrossValidation, cross_validate
from nlu.evaluation.gate import judge_release
from nlu.evaluation.page import page
from nlu.ports import Embedder
from nlu.training import Example, TrainingData, read_training_data
from nlu.training.read import BUNDLED_DATA
from nlu.types import OUT_OF_SCOPE

ACCEPTED = BUNDLED_DATA.parent / "accepted"


@pytest.fixture(scope="module")
def judge(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Judge:
    return Judge(embedder, tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def validated(small_shop: TrainingData, judge: Judge) -> CrossValidation:
    return cross_validate(small_shop, judge, folds=3)


def given(*decided: str, truth: str = "a") -> tuple[Answer, ...]:
    """Answers to sentences of one intent."""
    return tuple(
        Answer(Example(f"{truth} {n}", truth, "en"), one, 0.9, one) for n, one in enumerate(decided)
    )


def test_every_sentence_is_judged_once_by_a_model_without_it(
    validated: CrossValidation, small_shop: TrainingData
) -> None:
    judged = sorted(answer.example.text for answer in validated.answers)
    assert judged == sorted(example.text for example in small_shop.examples)
    assert list(validated.by_language) == ["zh", "en"]
    assert sum(of.sentences for of in validated.by_language.values()) == len(judged)
    # Ten sentences an intent teach something, and not everything.
    assert 0.4 < validated.overall.accuracy < 1


def test_the_folds_are_the_same_every_time(
    validated: CrossValidation, small_shop: TrainingData, judge: Judge
) -> None:
    assert cross_validate(small_shop, judge, folds=3).answers == validated.answers


def test_too_few_sentences_for_so_many_folds(small_shop: TrainingData, judge: Judge) -> None:
    few = replace(small_shop, examples=small_shop.examples[:3])
    with pytest.raises(NluDataError, match="3 examples cannot be split into 5"):
        cross_validate(few, judge)


def test_the_page_stands_alone_and_believes_no_sentence(validated: CrossValidation) -> None:
    sly = Example("<script>alert(1)</script>", "greet", "en", file=Path("a.yml"), line=3)
    answers = (*validated.answers, Answer(sly, "store_info", 0.99, "store_info"))
    shown = page(replace(validated, answers=answers), "nlu/data", datetime(2026, 3, 2, tzinfo=UTC))
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
    assert "a.yml:3" in shown
    assert not re.search(r"(?:src|href)=|url\(|@import|https?://", shown)
    assert shown.count("<svg") == shown.count("</svg>") == 2
    assert "prefers-color-scheme: dark" in shown
    assert 'name="viewport"' in shown


def test_figures_have_a_json_form(validated: CrossValidation) -> None:
    shape = json.loads(json.dumps(validated.to_json()))
    assert shape["overall"]["macro_f1"] == validated.overall.macro_f1
    assert {one["intent"] for one in shape["intents"]} >= {"order_status", OUT_OF_SCOPE}


def test_mcnemar_is_exact() -> None:
    assert mcnemar(0, 0) == 1
    assert mcnemar(0, 5) == pytest.approx(2 / 2**5)
    assert mcnemar(8, 8) == 1


def test_a_difference_beyond_chance_and_one_within() -> None:
    a, b = given(*"aaaaaaaabb"), given(*"bbbbbbbbbb")
    worse = compare(a, b)
    assert (worse.only_a, worse.only_b) == (8, 0)
    assert worse.p_value == pytest.approx(2 / 2**8)
    assert worse.verdict == "A is better, and not by chance."
    assert worse.accuracy_interval[0] <= -0.8 <= worse.accuracy_interval[1] < 0
    assert compare(b, a).verdict == "B is better, and not by chance."
    assert compare(given(*"aab"), given(*"aba")).verdict == "No difference beyond chance."


def test_only_the_same_sentences_can_be_compared() -> None:
    with pytest.raises(NluDataError, match="same sentences"):
        compare(given("a"), given("b", truth="b"))
    with pytest.raises(NluDataError, match="same accepted sentences"):
        judge_release((), ())


@pytest.mark.parametrize(
    ("old", "new", "passes"),
    [
        ("aaaa", "aaab", True),  # one lost is noise
        ("aaaa", "aabb", False),  # two lost, none won
        ("aaabb", "bbbaa", True),  # three lost, two won
        ("aaaab", "bbbba", False),  # four lost, one won
        ("bbbb", "aaaa", True),
    ],
)
def test_the_gate_closes_on_losses_beyond_noise(old: str, new: str, passes: bool) -> None:
    assert judge_release(given(*old), given(*new)).passes is passes


def test_a_gain_elsewhere_does_not_make_up_for_a_lost_intent() -> None:
    old = given(*"aaa") + given(*"aaaaa", truth="b")
    new = given(*"bbb") + given(*"bbbbb", truth="b")
    judged = judge_release(old, new)
    assert not judged.passes
    assert [(one.intent, one.is_lost) for one in judged.intents] == [("a", True), ("b", False)]
    assert len(judged.lost) == 3


def test_parses_of_another_engine_are_answers(tmp_path: Path) -> None:
    test = TrainingData((Example("hi", "greet", "en"), Example("42", OUT_OF_SCOPE, "en")))
    file = tmp_path / "rasa.jsonl"
    lines = [
        {"text": "42", "intent": {"name": OUT_OF_SCOPE, "confidence": 0.7}},
        {"text": "hi", "intent": {"name": "greet", "confidence": 0.8}, "entities": []},
    ]
    file.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    assert [(a.decided, a.confidence) for a in read_parses(file, test)] == [
        ("greet", 0.8),
        (OUT_OF_SCOPE, 0.7),
    ]
    file.write_text(json.dumps(lines[0]), "utf-8")
    with pytest.raises(NluDataError, match="no parse of “hi”"):
        read_parses(file, test)
    file.write_text('{"text": "hi"}', "utf-8")
    with pytest.raises(NluDataError, match=r"rasa\.jsonl:1: not a parse"):
        read_parses(file, test)


def test_accepted_sentences_cover_every_intent_and_were_not_learnt() -> None:
    learnt, accepted = read_training_data(BUNDLED_DATA), read_training_data(ACCEPTED)
    for language in ("zh", "en"):
        of = {e.intent for e in accepted.examples if (e.language == "en") == (language == "en")}
        assert of == set(learnt.intents)
    known = {example.text.casefold() for example in learnt.examples}
    assert [e.text for e in accepted.examples if e.text.casefold() in known] == []
