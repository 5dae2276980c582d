"""The two seams of understanding: an engine that parses, an embedder that engine stands on."""

from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nlu.types import Parse


class NluEngine(Protocol):
    """Turns a text into an intent and entities. One parse at a time or many: both are safe."""

    @property
    def fingerprint(self) -> str:
        """Names the model; it changes when data, embedder or engine change."""

    @property
    def intents(self) -> frozenset[str]:
        """Every intent the engine was trained on, `out_of_scope` among them."""

    async def parse(
        self,
        text: str,
        *,
        allowed_intents: frozenset[str] | None = None,
        now: datetime | None = None,
        expecting: frozenset[str] | None = None,
    ) -> Parse:
        """Understand `text`.

        `allowed_intents` limits the decision and the ranking: clerks' intents are not for
        customers. None allows all. `now` is the moment the text was written, with a time zone;
        words such as "tomorrow" are read from there. None: the present.
        `expecting` are the kinds of entity that the last question asked for: with {"quantity"}
        "三" is three of them, with {"phone_tail"} "8899" is the end of a phone number.
        Raises `NluUnavailableError` when the engine cannot be reached.
        """


class Embedder(Protocol):
    """Sentence vectors. Must be safe to call from several threads."""

    @property
    def name(self) -> str:
        """Identifies model and weights: vectors of different names never mix."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def embed_queries(self, texts: list[str]) -> NDArray[np.float32]:
        """Vectors of `texts`, shape (len(texts), dimension), each of length 1."""
