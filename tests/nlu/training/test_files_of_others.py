"""Training data as other people write it for Rasa 3."""

from pathlib import Path

import pytest

from nlu.errors import NluDataError
from nlu.training import read_rasa_yaml, read_training_data

PROJECT = """\
version: "3.1"

intents:
  - greet
  - faq:
      use_entities: []
entities:
  - city:
      roles: [from, to]
responses:
  utter_faq/ask_name:
    - text: I am a bot.
stories:
  - story: hello
    steps:
      - intent: greet
      - action: utter_greet
rules:
  - rule: faq
    steps:
      - intent: faq
      - action: utter_faq
actions: [action_search]

nlu:
  - intent: greet
    metadata: {sensitivity: low}
    examples:
      - text: |
          hi
        metadata:
          sentiment: neutral
      - text: |
          - hey there!
      - plain item
  - intent: faq/ask_name
    examples: |
      - what's your name?
      -who are you
      # a remark between the examples
      how should I call you
  - intent: book
    examples: |
      - [BLN]{"entity": "city", "role": "from", "group": "1"}-[SF]{"entity": "city", "role": "to"}
      - fly to [SF]{"entity": "city", "value": "San Francisco", "extractor": "DIET"}
      - to [New York City](city:NYC)
  - synonym: NYC
    examples: |
      - New York City
      - nyc
  - regex: zipcode
    examples: |
      - \\b\\d{5}\\b
  - lookup: city
    examples: |
      - Berlin
      - data/towns.txt
  - lookup: country
    examples: lists/countries.txt
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    (data / "lists").mkdir(parents=True)
    (data / "nlu.yml").write_text(PROJECT, "utf-8")
    (data / "towns.txt").write_text("Potsdam\n\n# near Berlin\nBernau\n", "utf-8")
    (data / "lists" / "countries.txt").write_text("法国\nSpain\n", "utf-8")
    return data


def test_a_whole_project_in_one_file_gives_its_nlu_part(project: Path) -> None:
    data = read_rasa_yaml(project / "nlu.yml")
    assert [(e.intent, e.text, e.line) for e in data.examples] == [
        ("greet", "hi", 30),
        ("greet", "hey there!", 34),
        ("greet", "plain item", 35),
        ("faq/ask_name", "what's your name?", 38),
        ("faq/ask_name", "who are you", 39),
        ("book", "BLN-SF", 44),
        ("book", "fly to SF", 45),
        ("book", "to New York City", 46),
    ]
    assert data.lookups == {
        "city": ("Berlin", "Potsdam", "Bernau"),
        "country": ("法国", "Spain"),
    }
    assert data.synonyms == {"sf": "San Francisco", "new york city": "NYC", "nyc": "NYC"}


def test_roles_and_groups_are_kept(project: Path) -> None:
    start, end = read_rasa_yaml(project / "nlu.yml").examples[5].entities
    assert (start.value, start.role, start.group) == ("BLN", "from", "1")
    assert (end.value, end.role, end.group) == ("SF", "to", None)


def test_what_rasa_skips_is_told_with_its_line(project: Path) -> None:
    told: list[NluDataError] = []
    read_rasa_yaml(project / "nlu.yml", told.append)
    assert [(problem.line, problem.harmless) for problem in told] == [(41, True), (45, True)]
    assert "an example line is `- `" in told[0].reason
    assert told[1].reason == "unknown key in entity markup: extractor"


def test_a_folder_may_hold_files_without_examples(project: Path) -> None:
    (project / "stories.yml").write_text("version: '3.1'\nstories: []\n", "utf-8")
    (project / "domain.yml").write_text("version: '3.1'\nintents: [greet]\n", "utf-8")
    assert len(read_training_data(project).examples) == 8


def test_somebody_who_listens_hears_of_every_broken_place(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(
        'nlu:\n- intent: a\n  examples: |\n    - [b]{"c"}\n    - fine\n- intent: b\n', "utf-8"
    )
    (tmp_path / "b.yml").write_text("nlu: [\n", "utf-8")
    told: list[NluDataError] = []
    data = read_training_data(tmp_path, tell=told.append)
    assert [example.text for example in data.examples] == ["fine"]
    assert [(p.file.name, p.line) for p in told if p.file] == [
        ("a.yml", 4),
        ("a.yml", 6),
        ("b.yml", 2),
    ]
    assert not any(problem.harmless for problem in told)


def test_a_word_with_two_values_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text(
        "nlu:\n- synonym: red\n  examples: |\n    - 红\n- synonym: pink\n  examples: |\n    - 红\n",
        "utf-8",
    )
    told: list[NluDataError] = []
    assert read_rasa_yaml(file, told.append).synonyms == {"红": "pink"}
    assert [(problem.line, problem.reason) for problem in told] == [
        (7, "红 stands for pink, and before for red")
    ]


def test_a_hundred_thousand_examples_are_read(tmp_path: Path) -> None:
    lines = "".join(f"      - 查一下订单 {n}\n" for n in range(100_000))
    file = tmp_path / "large.yml"
    file.write_text(f"nlu:\n  - intent: order_status\n    examples: |\n{lines}", "utf-8")
    examples = read_rasa_yaml(file).examples
    assert (len(examples), examples[-1].line) == (100_000, 100_003)
