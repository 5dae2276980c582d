"""`huike nlu validate`, `crossvalidate`, `compare`, `gate` and `drift` at a terminal."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.cli import huike
from bot.cli.nlu_drift import _understood
from crm_store.types.conversations import Author, Direction, Message, MessageState, ParseRecord

ROOT = Path(__file__).parents[3]
Run = Callable[..., Result]

SHOP = """\
nlu:
  - intent: return_item
    examples: |
      - 我想退货
      - 这双鞋可以退吗
      - 帮我办退货
      - I want to return this
      - send it back for a refund
      - take it back please
  - intent: store_info
    examples: |
      - 你们门店在哪
      - 几点开门
      - 店铺地址发我
      - where is your shop
      - when do you open
      - opening hours please
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a folder with a configuration and a small data set."""
    (tmp_path / "config.yml").write_text("assistant:\n  nlu: {data: shop.yml}\n", "utf-8")
    (tmp_path / "shop.yml").write_text(SHOP, "utf-8")
    monkeypatch.chdir(tmp_path)
    models = ROOT / "var" / "models"
    if models.is_dir():  # converted before: twelve seconds less
        (tmp_path / "var").mkdir()
        (tmp_path / "var" / "models").symlink_to(models)
    return lambda *words: CliRunner().invoke(huike, ["nlu", *words])


def parses(file: Path, *intents: str) -> None:
    """Write the answers of some engine to the sentences of SHOP."""
    texts = [line.strip()[2:] for line in SHOP.splitlines() if line.startswith("      - ")]
    lines: list[dict[str, Any]] = [
        {"text": text, "intent": {"name": intent, "confidence": 0.9}}
        for text, intent in zip(texts, intents, strict=True)
    ]
    file.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")


def test_validate_passes_with_warnings_only(run: Run) -> None:
    done = run("validate")
    assert done.exit_code == 0, done.output
    assert "12 examples of 2 intents: 0 errors" in done.output
    assert "greet has no example" in done.output


def test_validate_names_file_and_line_and_exits_with_1(run: Run, tmp_path: Path) -> None:
    (tmp_path / "other.yml").write_text(SHOP.replace("你们门店在哪", "我想退货"), "utf-8")
    done = run("validate", "other.yml")
    assert done.exit_code == 1
    assert "error    duplicate       other.yml:12: “我想退货” is also return_item" in done.output
    found = json.loads(run("validate", "other.yml", "--json").stdout)
    assert found["errors"] == 1
    assert found["findings"][0]["line"] == 12


def test_crossvalidate_prints_each_language_and_writes_a_page(run: Run, tmp_path: Path) -> None:
    done = run("crossvalidate", "--folds", "2", "--html", "page.html")
    assert done.exit_code == 0, done.output
    head, first = done.stdout.splitlines()[:2]
    assert head.split() == ["overall", "zh", "en"]
    assert first.startswith("macro-F1")
    assert "</html>" in (tmp_path / "page.html").read_text("utf-8")


def test_compare_a_model_with_another_engines_parses(run: Run, tmp_path: Path) -> None:
    parses(tmp_path / "rasa.jsonl", *["return_item"] * 12)
    done = run("compare", "rasa.jsonl", "shop.yml", "--test", "shop.yml", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["a"]["accuracy"], found["only_a"]) == (0.5, 0)
    assert found["only_b"] >= 4


def test_the_gate_refuses_with_exit_code_1_and_the_table(run: Run, tmp_path: Path) -> None:
    right = ["return_item"] * 6 + ["store_info"] * 6
    parses(tmp_path / "old.jsonl", *right)
    parses(tmp_path / "new.jsonl", *right[:9], *["return_item"] * 3)
    refused = run("gate", "old.jsonl", "new.jsonl", "--accepted", "shop.yml")
    assert refused.exit_code == 1
    assert "LOST  store_info" in refused.output
    assert "Refused" in refused.output
    passed = run("gate", "old.jsonl", "old.jsonl", "--accepted", "shop.yml")
    assert passed.exit_code == 0
    assert "Pass. 12 of 12" in passed.output


def test_what_the_parse_found_is_known_to_the_drift_report() -> None:
    entities = [{"entity": "phone", "start": 1, "end": 4}, {"entity": "x"}, "broken"]
    parse = ParseRecord("greet", 0.9, "f", {"entities": entities})
    at = datetime(2026, 3, 2, tzinfo=UTC)
    message = Message(
        1, 1, Direction.IN, Author.CUSTOMER, "打110", {}, MessageState.HANDLED, 0, at, parse
    )
    heard = _understood(message)
    assert heard is not None
    assert heard.personal == ((1, 4, "phone"),)
