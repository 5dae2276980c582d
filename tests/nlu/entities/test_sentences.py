"""The written test set: what customers and clerks write, with every entity marked."""

from datetime import date
from pathlib import Path

import pytest

from bot.catalogue import gazetteer
from crm_store.demo.families import catalogue
from crm_store.demo.places import shops
from nlu.entities import EntityExtractor
from nlu.entities.evaluation import EntityReport, evaluate_entities, read_marked
from nlu.normalise import normalise
from nlu.training import read_training_data
from nlu.types import Entity

NLU = Path(__file__).parents[1]
DATA = Path(__file__).parents[3] / "nlu" / "data"
FEW = 5
"""A kind marked fewer times says nothing on its own."""


@pytest.fixture(scope="module")
def reports() -> dict[str, EntityReport]:
    extractor = EntityExtractor(read_training_data(DATA), gazetteer(catalogue(), shops()))

    def extract(text: str, today: date) -> tuple[Entity, ...]:
        return extractor.extract(normalise(text), today)

    folder = NLU / "entity_sentences"
    return {
        file.stem: evaluate_entities(read_marked(file), extract) for file in folder.glob("*.yml")
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_entities_are_found_where_they_are_and_with_their_value(
    reports: dict[str, EntityReport], language: str
) -> None:
    report = reports[language]
    assert report.sentences >= 200
    assert report.overall.span_f1 >= 0.96
    assert report.overall.value_f1 >= 0.96
    assert report.overall.value_accuracy >= 0.98


@pytest.mark.parametrize("file", ["zh_unseen", "en_unseen"])
def test_sentences_of_somebody_who_did_not_know_the_rules(
    reports: dict[str, EntityReport], file: str
) -> None:
    report = reports[file]
    assert report.sentences >= 150
    assert report.overall.span_f1 >= 0.97
    assert report.overall.value_f1 >= 0.97
    assert report.overall.value_accuracy >= 0.98


@pytest.mark.parametrize("file", ["zh", "en", "zh_unseen", "en_unseen"])
def test_no_kind_is_left_behind(reports: dict[str, EntityReport], file: str) -> None:
    weak = {
        kind: round(score.value_f1, 2)
        for kind, score in reports[file].kinds.items()
        if score.marked >= FEW and score.value_f1 < 0.85
    }
    assert weak == {}


@pytest.mark.parametrize("file", ["zh_unseen", "en_unseen"])
def test_nothing_is_found_where_nothing_is(reports: dict[str, EntityReport], file: str) -> None:
    sentences = read_marked(NLU / "entity_sentences" / f"{file}.yml")
    empty = {one.text for one in sentences if not one.entities}
    assert len(empty) > FEW
    assert [m for m in reports[file].mistakes if m.text in empty] == []
