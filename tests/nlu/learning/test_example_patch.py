"""Accepted examples as a patch: any words become one example of their intent, or are refused."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlu.errors import NluDataError
from nlu.learning import Accepted, Patch, checked_line, make_patch, neutral
from nlu.training import TrainingData, read_training_data
from nlu.training.markup import parse_markup
from nlu.training.read import BUNDLED_DATA
from nlu.validation import Domain, Rule, validate

INTENTS = frozenset({"return_item", "greet", "thank"})
WHENCE = "accepted 2026-03-02 by manager; handoff: not_understood, returned; model 3f2a9c41"


def example(text: str, intent: str = "return_item", number: int = 1) -> Accepted:
    return Accepted(number, text, intent, "zh", WHENCE)


def write(folder: Path, name: str, intent: str, *texts: str) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"      - {text}\n" for text in texts)
    file.write_text(f'version: "3.1"\nnlu:\n  - intent: {intent}\n    examples: |\n{lines}')


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "nlu" / "data"
    write(folder, "zh/return_item.yml", "return_item", "我要退货", "七天无理由还能退吗")
    write(folder, "zh/greet.yml", "greet", "你好", "在吗")
    write(folder, "en/return_item.yml", "return_item", "I want to return this")
    return folder


def patched(data: Path, *examples: Accepted) -> Patch:
    return make_patch(data, examples, intents=INTENTS, root="nlu/data")


def applied(data: Path, patch: Patch) -> TrainingData:
    """Apply the patch with git, as people do."""
    file = data.parents[1] / "learned.patch"
    file.write_bytes(patch.text.encode())
    subprocess.run(["git", "apply", file.name], cwd=file.parent, check=True, capture_output=True)
    return read_training_data(data)


def test_it_adds_each_under_its_intent_in_the_file_of_its_language(data: Path) -> None:
    examples = (
        example("买的[裙子](product)不想要了，寄回去"),
        example("please take this parcel back again", number=2),
        example("多谢啦", "thank", 3),
    )
    patch = patched(data, *examples)
    assert patch.added == examples
    read = {(one.text, one.intent) for one in applied(data, patch).examples}
    assert read >= {
        ("买的裙子不想要了，寄回去", "return_item"),
        ("please take this parcel back again", "return_item"),
        ("多谢啦", "thank"),
        ("我要退货", "return_item"),
    }
    assert "please take this parcel back again" in (data / "en/return_item.yml").read_text()
    assert f"# {WHENCE}\n" in (data / "zh/thank.yml").read_text()
    assert validate(data, intents=INTENTS).errors == 0


def test_what_is_there_already_is_left_out(data: Path) -> None:
    patch = patched(data, example("我要退货。"), example("我要退貨！", number=2))
    assert (patch.text, patch.added, patch.refused) == ("", (), ())
    assert [one.id for one in patch.present] == [1, 2]


def test_after_it_was_applied_there_is_nothing_more_to_do(data: Path) -> None:
    examples = (example("这个东西退掉吧"), example("这个东西退掉吧！", number=2))
    first = patched(data, *examples)
    assert [one.id for one in first.added] == [1]
    assert [one.example.id for one in first.refused] == [2]
    applied(data, first)
    second = patched(data, *examples)
    assert (second.text, len(second.present)) == ("", 2)


@pytest.mark.parametrize(
    ("text", "intent", "reason"),
    [
        ("你好", "return_item", "these words are an example of greet already"),
        ("退掉", "return_it", "no intent is called return_it"),
        ("退掉", "../greet", "no intent is called ../greet"),
        (" \u200b\n", "return_item", "an example needs words"),
        ("？？", "return_item", "an example needs words"),
        ('/return_item{"a": 1}', "return_item", "is a button"),
        ("退[两件](quantity", "return_item", "brackets that mark no entity"),
        ("re[tur](product)n", "return_item", "the mark ends inside a word"),
        ('退[L]{"entity": 1', "return_item", "brackets that mark no entity"),
        ("退" * 4001, "return_item", "at most 4000 characters"),
    ],
)
def test_what_cannot_be_added_is_refused_with_the_reason(
    data: Path, text: str, intent: str, reason: str
) -> None:
    patch = patched(data, example(text, intent), example("这个能退掉么", number=2))
    assert [one.id for one in patch.added] == [2]
    [refused] = patch.refused
    assert reason in refused.reason


def test_entities_that_the_domain_does_not_know_are_refused(data: Path) -> None:
    (data / "domain.yml").write_text('version: "3.1"\nentities:\n  - product\n')
    patch = patched(data, example("退[裙子](product)"), example("退[裙子](produkt)", number=2))
    assert [one.id for one in patch.added] == [1]
    assert "did you mean" in patch.refused[0].reason or "produkt" in patch.refused[0].reason


@pytest.mark.parametrize(
    "form",
    [
        'version: "3.1"\nnlu:\n- intent: return_item\n  examples: |\n    - 我要退货',
        'version: "3"\r\nnlu:\r\n  - intent: return_item\r\n    examples: |\r\n      - 退货\r\n',
    ],
    ids=["flush, without a last line feed", "written on Windows"],
)
def test_other_hands_files_keep_their_form(data: Path, form: str) -> None:
    file = data / "zh/return_item.yml"
    file.write_bytes(form.encode())
    patch = patched(data, example("这个东西退掉吧"))
    assert len([one for one in applied(data, patch).examples if one.intent == "return_item"]) == 3
    assert file.read_bytes().decode().startswith(form)


def test_a_file_that_goes_on_with_something_else_is_left_alone(data: Path) -> None:
    file = data / "zh/return_item.yml"
    file.write_text(file.read_text() + "rules:\n  - rule: hello\n    steps: []\n")
    patch = patched(data, example("这个东西退掉吧"))
    assert (patch.text, patch.added) == ("", ())
    assert "nothing can be added" in patch.refused[0].reason


def test_broken_data_is_told(data: Path) -> None:
    (data / "zh/greet.yml").write_text("version: '3.1'\nnlu: [")
    with pytest.raises(NluDataError):
        patched(data, example("这个东西退掉吧"))


NASTY = st.one_of(
    st.text(max_size=60),
    st.text(
        alphabet="[](){}:#-|>&*!%@`'\"\\\n\r\t ,?~退货ab1\u2028\u0085\ufeff\ufffe", max_size=40
    ),
)


@given(text=NASTY)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_words_of_a_customer_are_one_example_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.mktemp("data")
    data = folder / "nlu" / "data"
    write(data, "zh/return_item.yml", "return_item", "我要退货")
    words = neutral(text)
    patch = patched(data, example(words))
    if patch.refused:
        assert patch.refused[0].reason in {"an example needs words"} | BUTTON
        return
    if patch.present:
        return
    assert parse_markup(words).entities == ()
    before, *new = applied(data, patch).examples
    assert [(one.text, one.intent) for one in new] == [(words, "return_item")]
    assert before.text == "我要退货"
    rules = {one.rule for one in validate(data, intents=INTENTS).findings}
    assert not rules & {Rule.BROKEN, Rule.BROKEN_MARK, Rule.WRONG_LANGUAGE, Rule.UNKNOWN_INTENT}


BUTTON = {"a text that begins with / is a button, not words"}


@given(text=NASTY)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = neutral(text)
    assert neutral(once) == once
    assert "\n" not in once


@given(text=NASTY)
def test_a_managers_words_are_read_as_they_will_be_or_refused(text: str) -> None:
    try:
        marked = checked_line(text, Domain())
    except ValueError as error:
        assert str(error)
    else:
        assert marked.text.strip() == marked.text


def test_the_bundled_data_takes_examples_and_stays_valid(tmp_path: Path) -> None:
    data = tmp_path / "nlu" / "data"
    shutil.copytree(BUNDLED_DATA, data)
    known = read_training_data(data)
    intents = frozenset(known.intents)
    texts = ["这件衣裳我打算原路寄还给你们店里", "the parcel I got goes straight back to your shop"]
    patch = make_patch(
        data, [example(text, number=n) for n, text in enumerate(texts)], intents=intents,
        root="nlu/data",
    )  # fmt: skip
    assert len(patch.added) == 2
    assert len(applied(data, patch).examples) == len(known.examples) + 2
    assert validate(data, intents=intents).errors == 0
