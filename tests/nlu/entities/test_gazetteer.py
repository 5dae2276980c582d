from collections.abc import Iterable
from datetime import date

import pytest

from nlu.entities import EntityExtractor, Gazetteer, GazetteerEntry
from nlu.normalise import normalise
from nlu.training import TrainingData

GAZETTEER = Gazetteer(
    [
        GazetteerEntry("product", "P1", ("Hydra Repair Serum", "水润修护精华液")),
        GazetteerEntry("product", "P2", ("AirLite sneakers", "轻羽跑鞋")),
        GazetteerEntry("brand", "aurora", ("Aurora", "晨曦")),
        GazetteerEntry("category", "serum", ("serum", "精华")),
        GazetteerEntry("store", "S1", ("Nanjing West Road", "南京西路店")),
        GazetteerEntry("category", "tea", ("tea",)),
    ]
)
EXTRACTOR = EntityExtractor(TrainingData(()), GAZETTEER)


def named(text: str) -> list[tuple[str, object]]:
    entities = EXTRACTOR.extract(normalise(text), date(2026, 11, 18))
    return [(entity.entity, entity.value) for entity in entities]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Is the hydra repair serum in stock?", [("product", "P1")]),
        ("水润修护精华液还有吗", [("product", "P1")]),
        ("水潤修護精華液還有嗎", [("product", "P1")]),
        ("any serums by AURORA?", [("category", "serum"), ("brand", "aurora")]),
        ("南京西路店几点开门", [("store", "S1")]),
        ("our team", []),
    ],
)
def test_names_are_found_in_every_script_and_case(
    text: str, expected: list[tuple[str, object]]
) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hydra repare serum", [("product", "P1")]),
        ("Hydra Repiar Serum", [("product", "P1")]),
        ("airlite snekers", [("product", "P2")]),
        ("urora lipstick", []),  # the first letter has to be right
        ("auroa lipstick", [("brand", "aurora")]),
        ("水润修复精华液", [("product", "P1")]),
        ("nanjin west road", [("store", "S1")]),
    ],
)
def test_longer_names_may_have_typos(text: str, expected: list[tuple[str, object]]) -> None:
    assert named(text) == expected


def test_a_typo_costs_confidence() -> None:
    (exact,) = EXTRACTOR.extract(normalise("aurora"), date(2026, 11, 18))
    (close,) = EXTRACTOR.extract(normalise("auroar"), date(2026, 11, 18))
    assert exact.confidence == 1 > close.confidence > 0.7


def test_the_longest_name_wins() -> None:
    assert named("the Hydra Repair Serum") == [("product", "P1")]


def words(data: TrainingData, text: str) -> Iterable[tuple[str, object, str]]:
    extracted = EntityExtractor(data).extract(normalise(text), date(2026, 11, 18))
    return [(entity.entity, entity.value, entity.extractor) for entity in extracted]


def test_lookups_regexes_and_synonyms_of_the_data(small_shop: TrainingData) -> None:
    assert words(small_shop, "要红色的") == [("colour", "red", "lookup")]
    assert words(small_shop, "Crimson or navy?") == [
        ("colour", "red", "lookup"),
        ("colour", "navy", "lookup"),
    ]
    assert words(small_shop, "it is in L-204") == [("locker", "L-204", "regex")]
