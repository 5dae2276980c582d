from pathlib import Path

import pytest

from nlu.errors import NluDataError
from nlu.training import TrainingData, read_csv, read_rasa_yaml, read_training_data

GOOD = """\
version: "3.1"
nlu:
  - intent: exchange_item
    examples: |
      - swap [M](size) for [large]{"entity": "size", "role": "to", "value": "L"}

      - 把[红色](colour:red)的换掉
  - intent: greet
    examples:
      - text: hello
      - 你好
  - synonym: red
    examples: |
      - Crimson
  - regex: locker
    examples: |
      - L-\\d{3}
  - lookup: brand
    examples: |
      - Aurora
      - 晨曦
"""


def read(tmp_path: Path, content: str) -> TrainingData:
    file = tmp_path / "data.yml"
    file.write_text(content, "utf-8")
    return read_rasa_yaml(file)


def test_reads_every_section(tmp_path: Path) -> None:
    data = read(tmp_path, GOOD)

    assert [(e.text, e.intent, e.language, e.line) for e in data.examples] == [
        ("swap M for large", "exchange_item", "en", 5),
        ("把红色的换掉", "exchange_item", "zh", 7),
        ("hello", "greet", "en", 10),
        ("你好", "greet", "zh", 11),
    ]
    marks = [(m.entity, m.value, m.role, m.text) for e in data.examples for m in e.entities]
    assert marks == [
        ("size", "M", None, "M"),
        ("size", "L", "to", "large"),
        ("colour", "red", None, "红色"),
    ]
    assert data.synonyms == {"crimson": "red", "large": "L", "红色": "red"}
    assert [(r.name, r.pattern) for r in data.regexes] == [("locker", r"L-\d{3}")]
    assert data.lookups == {"brand": ("Aurora", "晨曦")}


def test_marks_stand_where_their_text_stands(tmp_path: Path) -> None:
    for example in read(tmp_path, GOOD).examples:
        for mark in example.entities:
            assert example.text[mark.start : mark.end] == mark.text


BROKEN = {
    "tab": ("nlu:\n\t- intent: greet\n", 2, "a tab indents this line"),
    "not closed": ("nlu: [\n", 2, "expected"),
    "duplicate key": ("version: '3.1'\nversion: '3.1'\nnlu: []\n", 2, "duplicate key `version`"),
    "unknown section": ("version: '3.1'\nstoreys: []\n", 2, "unknown key `storeys`"),
    "wrong type": ("nlu:\n  - intent: [a]\n    examples: |\n      - b\n", 2, "a text was expected"),
    "examples are a mapping": ("nlu:\n  - intent: a\n    examples: {b: c}\n", 3, "a text"),
    "empty block": ("nlu:\n  - intent: a\n    examples: |\n\n", 2, "a has no examples"),
    "two documents": ("nlu:\n  - intent: a\n---\n", 3, "a second document"),
    "no lookup file": ("nlu:\n  - lookup: a\n    examples: b.txt\n", 3, "b.txt is not there"),
    "lookup outside": ("nlu:\n  - lookup: a\n    examples: ../b.txt\n", 3, "inside the project"),
    "endless": ("nlu:\n  - intent: a\n    examples: |\n      - " + "[" * 9000, 4, "longer than"),
    "unknown item": ("nlu:\n  - intents: greet\n    examples: x\n", 2, "unknown key `intents`"),
    "two in one": ("nlu:\n  - intent: a\n    lookup: b\n    examples: x\n", 2, "one of intent"),
    "no examples": ("nlu:\n  - intent: greet\n", 2, "greet has no examples"),
    "no name": ("nlu:\n  - intent:\n    examples: x\n", 2, "without a name"),
    "bad regex": ("nlu:\n  - regex: a\n    examples: |\n      - (\n", 4, "bad regular expression"),
    "bad json": ("nlu:\n  - intent: a\n    examples: |\n      - '[b]{c}'\n", 4, "not JSON"),
    "no entity": (
        'nlu:\n  - intent: a\n    examples: |\n      - [b]{"role": "to"}\n',
        4,
        "names no entity",
    ),
    "old version": ("version: '2.0'\nnlu:\n  - intent: a\n", 1, "version 3"),
    "list at top": ("- a\n", 1, "must be a mapping"),
    "nlu is text": ("nlu: hello\n", 1, "must be a list"),
    "no nlu": ("version: '3.1'\n", 1, "no section `nlu`"),
    "alias": ("nlu: &a\n  - *a\n", 2, "aliases are not allowed"),
}


@pytest.mark.parametrize(("content", "line", "reason"), BROKEN.values(), ids=BROKEN.keys())
def test_every_error_names_file_line_and_reason(
    tmp_path: Path, content: str, line: int, reason: str
) -> None:
    with pytest.raises(NluDataError) as caught:
        read(tmp_path, content)
    assert reason in caught.value.reason
    assert caught.value.line == line
    assert str(caught.value).startswith(f"{tmp_path / 'data.yml'}:{line}: ")


def test_alias_bomb_is_refused_before_it_grows(tmp_path: Path) -> None:
    rows = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 60)]
    with pytest.raises(NluDataError, match="aliases are not allowed"):
        read(tmp_path, "\n".join(rows))


@pytest.mark.parametrize("bomb", ["[" * 100_000, "- " * 50_000, "{a: " * 50_000])
def test_deep_nesting_is_an_error_not_a_crash(tmp_path: Path, bomb: str) -> None:
    with pytest.raises(NluDataError, match=r"data\.yml:1: nested more than 50 deep"):
        read(tmp_path, bomb)


def test_empty_and_missing_files(tmp_path: Path) -> None:
    with pytest.raises(NluDataError, match="empty"):
        read(tmp_path, "")
    with pytest.raises(NluDataError, match=r"no\.yml: No such file"):
        read_rasa_yaml(tmp_path / "no.yml")
    (tmp_path / "latin.yml").write_bytes(b"nlu: \xff")
    with pytest.raises(NluDataError, match="not UTF-8"):
        read_rasa_yaml(tmp_path / "latin.yml")


def test_folder_without_examples(tmp_path: Path) -> None:
    with pytest.raises(NluDataError, match="no training examples"):
        read_training_data(tmp_path)


def test_folders_are_read_with_their_sub_folders(tmp_path: Path) -> None:
    for language, text in (("zh", "你好"), ("en", "hello")):
        (tmp_path / language).mkdir()
        content = f"nlu:\n  - intent: greet\n    examples: |\n      - {text}\n"
        (tmp_path / language / "greet.yml").write_text(content, "utf-8")
    assert [e.text for e in read_training_data(tmp_path).examples] == ["hello", "你好"]


@pytest.mark.parametrize("header", ["text,label", "sentence,category"])
def test_csv_by_either_column_name(tmp_path: Path, header: str) -> None:
    file = tmp_path / "data.csv"
    file.write_text(f'{header}\n"hello, there",greet\n', "utf-8")
    (example,) = read_csv(file).examples
    assert (example.text, example.intent) == ("hello, there", "greet")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("words,label\na,b\n", "no column text or sentence"),
        ("text,label\na\n", "needs a sentence and a label"),
        ("", "no column"),
    ],
)
def test_csv_errors(tmp_path: Path, content: str, reason: str) -> None:
    file = tmp_path / "data.csv"
    file.write_text(content, "utf-8")
    with pytest.raises(NluDataError, match=reason):
        read_csv(file)


def test_fingerprint_follows_content_not_order(tmp_path: Path) -> None:
    one = read(tmp_path, GOOD)
    turned = TrainingData(one.examples[::-1], one.synonyms, one.regexes, one.lookups)
    fewer = TrainingData(one.examples[1:], one.synonyms, one.regexes, one.lookups)
    assert one.fingerprint() == turned.fingerprint()
    assert one.fingerprint() != fewer.fingerprint()
