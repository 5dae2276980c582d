"""A name for the model in every answer, so that nobody has to guess which one spoke."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.rasa.stamp import STAMP, sentences_digest

_FILE = "stamp.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class ModelStamp(GraphComponent):
    """Puts the model's fingerprint, and that of its training sentences, into every parse.

    Rasa's own model id differs after each training; this fingerprint changes only with the data or
    the pipeline.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],  # noqa: ARG003 - Rasa's signature
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ModelStamp:
        """Make an untrained component."""
        return cls(model_storage, resource, execution_context)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],  # noqa: ARG003 - Rasa's signature
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> ModelStamp:
        """Load what `train` wrote."""
        with model_storage.read_from(resource) as folder:
            stamp = json.loads((folder / _FILE).read_text("utf-8"))
        return cls(model_storage, resource, execution_context, stamp)

    def __init__(
        self,
        storage: ModelStorage,
        resource: Resource,
        context: ExecutionContext,
        stamp: dict[str, str] | None = None,
    ) -> None:
        self._storage = storage
        self._resource = resource
        self._context = context
        self._stamp = stamp or {}

    def train(self, training_data: TrainingData) -> Resource:
        """Name the model after the data and the pipeline that it is made of."""
        examples = ((str(e.get(INTENT)), e.get(TEXT)) for e in training_data.intent_examples)
        parts = [training_data.fingerprint(), *self._pipeline()]
        stamp = {
            "fingerprint": hashlib.sha256("\n".join(parts).encode()).hexdigest(),
            "sentences": sentences_digest(examples),
        }
        with self._storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(stamp), "utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Put the stamp into the answer."""
        for message in messages:
            message.set(STAMP, self._stamp, add_to_output=True)
        return messages

    def _pipeline(self) -> list[str]:
        """Every component with its settings, as the training graph has them."""
        nodes = self._context.graph_schema.nodes.items()
        return sorted(
            f"{name} {json.dumps(node.config, sort_keys=True, default=str)}"
            for name, node in nodes
            if name.startswith("train_")
        )
