"""Which model a Rasa server serves, and what is said when it changes."""

import logging
import time
from collections.abc import Callable, Iterator
from typing import Final

from nlu.figures import Figure
from nlu.rasa.answer import RasaAnswer
from nlu.rasa.client import RasaClient
from nlu.rasa.stamp import sentences_digest
from nlu.training.data import TrainingData

_logger = logging.getLogger(__name__)

UNKNOWN_MODEL: Final = "rasa:unknown"
"""The fingerprint before the server has been reached once."""
_STATUS_SECONDS: Final = 30.0
"""How long a model is believed to be the same one that does not name itself in its answers."""


class ServedModel:
    """The model behind a client."""

    def __init__(
        self,
        client: RasaClient,
        data: TrainingData,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`data` is what it should have been trained on; `clock` gives seconds."""
        self._client = client
        self._sentences = sentences_digest((e.intent, e.text) for e in data.examples)
        self._clock = clock
        self._status_at: float | None = None
        self._same_data: bool | None = None
        self._seen = 0
        self.fingerprint = UNKNOWN_MODEL
        """Names the latest model that answered."""

    async def of(self, answer: RasaAnswer) -> str:
        """The fingerprint of the model that gave this answer: from its stamp, or the status."""
        if answer.stamp is not None:
            fingerprint = f"rasa:{answer.stamp.fingerprint}"
            self._notice(fingerprint, answer.stamp.sentences == self._sentences)
            return fingerprint
        now = self._clock()
        if self._status_at is None or now - self._status_at > _STATUS_SECONDS:
            self._notice(f"rasa:{(await self._client.status()).model_id}", None)
            self._status_at = now
        return self.fingerprint

    def figures(self) -> Iterator[Figure]:
        """How many models there were, and whether this one fits the data."""
        yield Figure("rasa_models", "Models that the Rasa server has served", self._seen, True)
        yield Figure(
            "rasa_model_fits_data",
            "1: trained on the sentences of assistant.nlu.data; 0: on others; -1: not known",
            -1.0 if self._same_data is None else float(self._same_data),
            False,
        )

    def _notice(self, fingerprint: str, same_data: bool | None) -> None:
        if fingerprint == self.fingerprint:
            return
        self._seen += 1
        if self.fingerprint != UNKNOWN_MODEL:
            _logger.warning("Rasa serves another model: %s, was %s", fingerprint, self.fingerprint)
        if same_data is None:
            _logger.warning("Rasa does not say which sentences its model was trained on")
        elif not same_data:
            _logger.warning("Rasa's model was trained on other sentences than the bot's data")
        self.fingerprint, self._same_data = fingerprint, same_data
