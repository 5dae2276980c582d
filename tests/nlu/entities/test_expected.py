"""Answers that say something only because of the question before them."""

from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest

from nlu.entities import EntityExtractor
from nlu.normalise import normalise
from nlu.training import TrainingData, read_rasa_yaml
from nlu.types import DateRange, EntityValue, PriceRange

TODAY = date(2026, 11, 18)
COLOURS = """\
version: "3.1"
nlu:
  - synonym: black
    examples: |
      - 黑
      - 黑色
  - lookup: colour
    examples: |
      - 黑色
"""


@pytest.fixture(scope="module")
def extractor(tmp_path_factory: pytest.TempPathFactory) -> EntityExtractor:
    file: Path = tmp_path_factory.mktemp("colours") / "nlu.yml"
    file.write_text(COLOURS, "utf-8")
    return EntityExtractor(read_rasa_yaml(file))


@pytest.mark.parametrize(
    ("text", "asked", "value"),
    [
        ("三", "quantity", 3),
        ("要两个", "quantity", 2),
        ("two please", "quantity", 2),
        ("8899", "phone_tail", "8899"),
        ("是8899", "phone_tail", "8899"),
        ("2511030051", "order_number", "HK2511030051"),
        ("12 34 56", "verification_code", "123456"),
        ("M", "size", "M"),
        ("medium", "size", "M"),
        ("中号吧", "size", "M"),
        ("38", "size", "38"),
        ("黑的", "colour", "black"),
        ("黑", "colour", "black"),
        ("张伟", "person_name", "张伟"),
        ("我叫张伟", "person_name", "张伟"),
        ("it's Mary Chen", "person_name", "Mary Chen"),
        ("三百", "price", PriceRange(Decimal(300), Decimal(300))),
        ("20号", "date", DateRange(date(2026, 11, 20), date(2026, 11, 20))),
        ("明天下午三点", "date", DateRange(date(2026, 11, 19), date(2026, 11, 19), time(15))),
    ],
)
def test_a_bare_answer(
    extractor: EntityExtractor, text: str, asked: str, value: EntityValue
) -> None:
    found = extractor.extract(normalise(text), TODAY, frozenset({asked}))
    assert [(entity.entity, entity.value) for entity in found] == [(asked, value)]


def test_a_whole_sentence_is_no_bare_answer() -> None:
    found = EntityExtractor(TrainingData(())).extract(
        normalise("我要退货 订单HK2511030051"), TODAY, frozenset({"quantity", "person_name"})
    )
    assert [entity.entity for entity in found] == ["order_number"]
