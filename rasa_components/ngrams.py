"""TF-IDF of character n-grams: the retailer's own words, codes and spellings."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer

from rasa_components.sentence import read_part, sentence_of

_FILE = "ngrams.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class CharacterNgrams(SparseFeaturizer, GraphComponent):
    """Pieces of words and of runs of Han characters; Rasa's own featurizer needs tokens for it.

    Chinese is not split into words anywhere: no segmenter knows the retailer's names.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Lengths in characters; `scale` as in `SentenceVectors`."""
        return {
            **SparseFeaturizer.get_default_config(),
            "scale": 1.0,
            "shortest": 1,
            "longest": 4,
            "most": 8_000,
        }

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """scikit-learn checks the lengths itself."""

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        storage: ModelStorage,
        resource: Resource,
        vocabulary: list[str] | None = None,
    ) -> None:
        super().__init__(name, config)
        self._storage = storage
        self._resource = resource
        self._tfidf = TfidfVectorizer(
            analyzer="char_wb",
            ngram_range=(config["shortest"], config["longest"]),
            max_features=config["most"],
            sublinear_tf=True,
            vocabulary=vocabulary,
        )

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CharacterNgrams:
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
    ) -> CharacterNgrams:
        """Load the n-grams that `train` found."""
        with model_storage.read_from(resource) as folder:
            learnt = json.loads((folder / _FILE).read_text("utf-8"))
        name = execution_context.node_name
        component = cls(config, name, model_storage, resource, learnt["ngrams"])
        component._tfidf.idf_ = np.array(learnt["idf"])
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Find out which n-grams there are and how telling each is."""
        texts = map(_text, training_data.training_examples)
        self._tfidf.fit([text for text in texts if text])
        learnt = {
            "ngrams": self._tfidf.get_feature_names_out().tolist(),
            "idf": self._tfidf.idf_.tolist(),
        }
        with self._storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(learnt, ensure_ascii=False), "utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to the training sentences."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add features to messages."""
        for message in messages:
            text = _text(message)
            if text is not None:
                row = self._tfidf.transform([text]) * self._config["scale"]
                origin = self._config[FEATURIZER_CLASS_ALIAS]
                message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, origin))
        return messages


def _text(message: Message) -> str | None:
    """The message in lower case with all digits alike."""
    sentence = sentence_of(message)
    return None if sentence is None else re.sub(r"\d", "0", read_part(sentence.text).lower())
