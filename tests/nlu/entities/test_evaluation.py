"""How marked sentences are read and scored."""

from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest

from nlu.entities.evaluation import evaluate_entities, read_marked, value_as_text
from nlu.errors import NluDataError
from nlu.types import DateRange, Entity, EntityValue, PriceRange

FILE = """\
today: 2026-11-18
groups:
  orders: |
    - [two](quantity=2) in [M](size@from=M)
    - nothing here
"""


def marked_file(folder: Path, content: str) -> Path:
    file = folder / "sentences.yml"
    file.write_text(content, "utf-8")
    return file


def test_marks_become_spans_values_and_roles(tmp_path: Path) -> None:
    first, second = read_marked(marked_file(tmp_path, FILE))
    assert first.text == "two in M"
    assert [(e.kind, e.value, e.role, e.start, e.end) for e in first.entities] == [
        ("quantity", "2", None, 0, 3),
        ("size", "M", "from", 7, 8),
    ]
    assert (second.text, second.entities, second.today) == ("nothing here", (), date(2026, 11, 18))


@pytest.mark.parametrize(
    "content", ["groups: 1", "today: 2026-11-18", "[", FILE.replace("=2)", "=(2)")]
)
def test_a_file_of_something_else_is_told(tmp_path: Path, content: str) -> None:
    with pytest.raises(NluDataError, match=r"sentences\.yml"):
        read_marked(marked_file(tmp_path, content))


def test_span_value_and_role_count_each_for_themselves(tmp_path: Path) -> None:
    def extract(text: str, today: date) -> tuple[Entity, ...]:
        if not text.startswith("two"):
            return (Entity("size", "L", "here", 8, 12),)
        quantity = Entity("quantity", 2, "two in", 0, 6)
        return quantity, Entity("size", "M", "M", 7, 8, confidence=0.9)

    report = evaluate_entities(read_marked(marked_file(tmp_path, FILE)), extract)
    quantity, size = report.kinds["quantity"], report.kinds["size"]
    assert (quantity.span_f1, quantity.value_f1) == (0, 1)
    assert (size.same_span, size.same_value, size.marked, size.found) == (1, 0, 1, 2)
    assert [mistake.text for mistake in report.mistakes] == ["two in M", "nothing here"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (DateRange(date(2026, 11, 18), date(2026, 11, 18), time(15)), "2026-11-18 15:00"),
        (DateRange(date(2026, 11, 1), date(2026, 11, 30)), "2026-11-01..2026-11-30"),
        (PriceRange(None, Decimal("200.0"), "CNY"), "..200 CNY"),
        (2, "2"),
    ],
)
def test_values_as_files_write_them(value: EntityValue, written: str) -> None:
    assert value_as_text(Entity("any", value, "x", 0, 1)) == written
