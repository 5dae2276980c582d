"""`huike nlu evaluate --engine rasa`: the real Rasa trained on one file and scored on another."""

from dataclasses import replace

import pytest
from rasa_servers import DATA, INSTALLATION

from nlu.rasa.evaluate import evaluate
from nlu.training import TrainingData, read_training_data

pytestmark = pytest.mark.rasa


def test_the_threshold_comes_from_the_training_data_and_refuses_outsiders() -> None:
    wanted = {"return_item", "store_info", "greet", "out_of_scope"}
    examples = [e for e in read_training_data(DATA).examples if e.intent in wanted][::2]
    # A name that Rasa would take for a retrieval intent.
    named = [replace(e, intent=e.intent.replace("greet", "small/talk")) for e in examples]
    learnt = TrainingData(tuple(e for number, e in enumerate(named) if number % 4))
    asked = TrainingData(tuple(named[::4]))
    report = evaluate(learnt, asked, INSTALLATION, oos_label="out_of_scope")
    assert 0 < report.threshold < 1
    assert report.in_scope_accuracy > 0.85
    assert report.oos_recall is not None
    assert report.oos_recall > 0.6
    assert report.fingerprint.startswith("rasa:")
