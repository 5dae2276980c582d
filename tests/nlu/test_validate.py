"""What validation finds, each with its file and line."""

from pathlib import Path

import pytest

from nlu.errors import NluDataError
from nlu.training import TrainingData, read_rasa_yaml
from nlu.training.read import BUNDLED_DATA
from nlu.validation import Finding, Rule, Severity, validate
from nlu.validation.duplicates import duplicates

TOPICS = Path(__file__).parents[2] / "bot" / "replies" / "en" / "topics.yml"
DOMAIN = """\
entities:
  - size: {roles: [from, to]}
  - colour
"""


def write(folder: Path, name: str, **intents: list[str]) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = ["nlu:"]
    for intent, sentences in intents.items():
        lines += [f"  - intent: {intent}", "    examples: |"]
        lines += [f"      - {sentence}" for sentence in sentences]
    file.write_text("\n".join(lines) + "\n", "utf-8")


def found(folder: Path, rule: Rule, **options: frozenset[str]) -> list[tuple[str, int | None, str]]:
    """Findings of a rule: file, line, severity."""
    findings = validate(folder, **options).findings
    return [
        (f.file.name if f.file else "", f.line, f.severity.value)
        for f in findings
        if f.rule is rule
    ]


def message(folder: Path, rule: Rule, **options: frozenset[str]) -> str:
    (finding,) = (f for f in validate(folder, **options).findings if f.rule is rule)
    return finding.message


def test_the_data_that_comes_with_the_assistant_has_no_error() -> None:
    topics = TOPICS.read_text("utf-8").splitlines()
    known = frozenset(line.split(":")[0] for line in topics if line[:1].isalpha())
    result = validate(BUNDLED_DATA, intents=known)
    assert [f for f in result.findings if f.severity is Severity.ERROR] == []
    assert [f for f in result.findings if f.rule is not Rule.UNKNOWN_VALUE] == []
    assert result.intents == len(known)


def test_an_intent_that_nobody_answers_and_one_without_examples(tmp_path: Path) -> None:
    write(tmp_path, "a.yml", greet=["你好"], retrun_item=["退货"])
    known = frozenset({"greet", "return_item"})
    assert found(tmp_path, Rule.UNKNOWN_INTENT, intents=known) == [("a.yml", 7, "error")]
    assert "did you mean return_item?" in message(tmp_path, Rule.UNKNOWN_INTENT, intents=known)
    assert message(tmp_path, Rule.EMPTY_CLASS, intents=known) == "return_item has no example"


def test_a_domain_among_the_data_says_what_is_known(tmp_path: Path) -> None:
    write(tmp_path, "a.yml", **{"greet": ["hi"], "faq/ask_name": ["who are you"], "book": ["go"]})
    (tmp_path / "domain.yml").write_text("intents:\n  - greet\n  - faq: {}\n", "utf-8")
    assert found(tmp_path, Rule.UNKNOWN_INTENT, intents=frozenset({"book"})) == [
        ("a.yml", 10, "error")
    ]


def test_the_same_sentence_in_two_intents(tmp_path: Path) -> None:
    write(tmp_path, "a.yml", affirm=["好的", "👍"], thank=["好的！", "谢谢", "👍"])
    assert found(tmp_path, Rule.DUPLICATE) == [("a.yml", 8, "error"), ("a.yml", 10, "error")]


def test_the_same_sentence_twice_in_one_intent_is_only_odd(tmp_path: Path) -> None:
    write(tmp_path, "a.yml", thank=["謝謝你", "谢谢你"])
    assert found(tmp_path, Rule.DUPLICATE) == [("a.yml", 5, "warning")]


def test_nearly_the_same_sentence_in_two_intents(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a.yml",
        return_item=["I want to send this jacket back", "退钱给我"],
        exchange_item=["i want to send this jacket bakc", "我要换货"],
    )
    assert found(tmp_path, Rule.NEAR_DUPLICATE) == [("a.yml", 8, "warning")]


def test_near_duplicates_are_found_among_very_many(tmp_path: Path) -> None:
    """With every sentence compared to every other, this would not end."""
    write(
        tmp_path,
        "a.yml",
        a=[f"where is parcel {n:05} of the shop" for n in range(20_000)],
        b=["where is parcel 12x45 of the shop", "opening hours"],
    )
    data = read_rasa_yaml(tmp_path / "a.yml")
    assert any(f.rule is Rule.NEAR_DUPLICATE for f in duplicates(data))


def test_small_and_lopsided_classes(tmp_path: Path) -> None:
    usual = {name: [f"{name} {n}" for n in range(10)] for name in ("a", "b", "c")}
    write(tmp_path, "a.yml", **usual, few=["x"], many=[f"m {n}" for n in range(100)])
    assert found(tmp_path, Rule.UNBALANCED) == [("a.yml", 40, "warning"), ("a.yml", 43, "warning")]


def test_an_intent_in_one_language_only(tmp_path: Path) -> None:
    write(tmp_path, "zh/a.yml", greet=["你好"], thank=["谢谢"])
    write(tmp_path, "en/a.yml", greet=["hello"])
    assert message(tmp_path, Rule.ONE_LANGUAGE) == "thank has no example in en"


def test_sentences_in_the_file_of_another_language(tmp_path: Path) -> None:
    write(tmp_path, "en/a.yml", greet=["hello", "你好啊", "hi 你好"])
    write(tmp_path, "zh/b.yml", greet=["ok thanks", "can you tell me something", "講咩"])
    assert found(tmp_path, Rule.WRONG_LANGUAGE) == [("a.yml", 5, "error"), ("b.yml", 5, "error")]


@pytest.mark.parametrize(
    "example",
    ["[L](size", "[L（size）", "[L] (size)", "L](size)", "[L]｛size｝", "[[L](size)](size)"],
)
def test_brackets_that_mark_nothing(tmp_path: Path, example: str) -> None:
    write(tmp_path, "a.yml", exchange_item=["换大一码", f"换成{example}"])
    assert found(tmp_path, Rule.BROKEN_MARK)[0] == ("a.yml", 5, "error")


@pytest.mark.parametrize("example", ["[ship](size)ped", "a [ red](size) one"])
def test_marks_that_end_in_the_wrong_place(tmp_path: Path, example: str) -> None:
    write(tmp_path, "a.yml", exchange_item=[example])
    assert found(tmp_path, Rule.BROKEN_MARK) == [("a.yml", 4, "error")]


def test_brackets_that_are_text_stay_text(tmp_path: Path) -> None:
    write(tmp_path, "a.yml", exchange_item=["[图片] 换货", "[L](size)码", "iPhone[15](size)"])
    assert found(tmp_path, Rule.BROKEN_MARK) == []


def test_kinds_and_roles_that_nobody_knows(tmp_path: Path) -> None:
    (tmp_path / "domain.yml").write_text(DOMAIN, "utf-8")
    write(tmp_path, "a.yml", exchange_item=['[L]{"entity": "size", "role": "too"}', "[红](color)"])
    assert found(tmp_path, Rule.UNKNOWN_ROLE) == [("a.yml", 4, "error")]
    assert found(tmp_path, Rule.UNKNOWN_ENTITY) == [("a.yml", 5, "error")]
    assert "did you mean colour?" in message(tmp_path, Rule.UNKNOWN_ENTITY)


def test_words_whose_value_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "words.yml").write_text(
        "nlu:\n- synonym: red\n  examples: |\n    - 红\n"
        "- lookup: colour\n  examples: |\n    - 红\n",
        "utf-8",
    )
    write(tmp_path, "a.yml", exchange_item=["要[红](colour)的", "要[绯](colour)的", "[绯](colour)"])
    assert found(tmp_path, Rule.UNKNOWN_VALUE) == [("a.yml", 5, "warning")]
    assert "in 2 examples" in message(tmp_path, Rule.UNKNOWN_VALUE)


def test_broken_lines_are_findings_and_the_rest_is_read(tmp_path: Path) -> None:
    write(tmp_path, "a.yml", greet=["[b]{c}", "hello"])
    (tmp_path / "b.yml").write_text("nlu:\n\t- intent: greet\n", "utf-8")
    assert found(tmp_path, Rule.BROKEN) == [("a.yml", 4, "error"), ("b.yml", 2, "error")]


def test_without_any_example_the_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "b.yml").write_text("nlu:\n\t- intent: greet\n", "utf-8")
    with pytest.raises(NluDataError, match=r"b\.yml:2: a tab"):
        validate(tmp_path)


def test_findings_have_a_json_form() -> None:
    finding = Finding(Rule.DUPLICATE, Severity.ERROR, "twice", Path("a.yml"), 3, "greet")
    assert finding.to_json() == {
        "rule": "duplicate",
        "severity": "error",
        "message": "twice",
        "file": "a.yml",
        "line": 3,
        "intent": "greet",
    }


def test_no_examples_no_findings() -> None:
    assert list(duplicates(TrainingData(()))) == []
