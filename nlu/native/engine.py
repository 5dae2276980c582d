"""The engine: one embedding, one linear head, one decision."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlu.entities import EntityExtractor
from nlu.native.features import Floats
from nlu.native.model import Model
from nlu.native.threshold import scope_evidence
from nlu.normalise import NormalisedText, normalise
from nlu.ports import Embedder
from nlu.types import OUT_OF_SCOPE, Entity, IntentScore, Parse

ENGINE_VERSION: Final = 5
"""Raised whenever the same data would give another model."""
_HEAD_CHARACTERS: Final = 300
_TAIL_CHARACTERS: Final = 100


def model_text(sentence: NormalisedText) -> str:
    """What the model reads of a sentence: of a long one the beginning and the end.

    What somebody wants stands there; the middle would only cost time.
    """
    text = sentence.text
    if len(text) <= _HEAD_CHARACTERS + _TAIL_CHARACTERS:
        return text
    return f"{text[:_HEAD_CHARACTERS]} {text[-_TAIL_CHARACTERS:]}"


class NativeEngine:
    """Implements `NluEngine` in this process."""

    def __init__(
        self,
        model: Model,
        embedder: Embedder,
        extractor: EntityExtractor,
        *,
        timezone: tzinfo = UTC,
        threshold: float | None = None,
        ambiguity_gap: float | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`timezone` is the retailer's: it decides which day is today.

        `threshold` (0 to 1, the least chance to be in scope) and `ambiguity_gap` (0 to 1) replace
        those chosen in training.
        """
        self._model = model
        self._embedder = embedder
        self._extractor = extractor
        self._timezone = timezone
        self._clock = clock
        self._threshold = model.decision.threshold if threshold is None else threshold
        self._gap = model.decision.gap if ambiguity_gap is None else ambiguity_gap
        self._in_scope = np.array(
            [i for i, name in enumerate(model.intents) if name != model.outsider], dtype=np.intp
        )
        known = model.outsider in model.intents
        self._outsider = model.intents.index(model.outsider) if known else None

    @property
    def fingerprint(self) -> str:
        """Names the model."""
        return self._model.fingerprint

    @property
    def intents(self) -> frozenset[str]:
        """Every intent the model was trained on, `out_of_scope` among them."""
        return frozenset(self._model.intents) | {OUT_OF_SCOPE}

    @property
    def threshold(self) -> float:
        """Least chance to be in scope for an intent to be accepted."""
        return self._threshold

    async def parse(
        self,
        text: str,
        *,
        allowed_intents: frozenset[str] | None = None,
        now: datetime | None = None,
        expecting: frozenset[str] | None = None,
    ) -> Parse:
        """See `NluEngine.parse`."""
        # The embedder leaves the interpreter lock: other conversations go on meanwhile.
        return await asyncio.to_thread(self.parse_now, text, allowed_intents, now, expecting)

    def parse_now(
        self,
        text: str,
        allowed_intents: frozenset[str] | None = None,
        now: datetime | None = None,
        expecting: frozenset[str] | None = None,
    ) -> Parse:
        """The same, in the caller's own thread."""
        sentence = normalise(text)
        candidates = self._candidates(allowed_intents)
        if not sentence.text or not len(candidates):
            return self._refusal(sentence, (), (), 1.0)
        today = (now or self._clock()).astimezone(self._timezone).date()
        entities = self._extractor.extract(sentence, today, expecting or frozenset())
        return self._decided(sentence, entities, candidates, self._logits(sentence))

    def _candidates(self, allowed: frozenset[str] | None) -> NDArray[np.intp]:
        if allowed is None:
            return self._in_scope
        names = self._model.intents
        return np.array([i for i in self._in_scope if names[i] in allowed], dtype=np.intp)

    def _logits(self, sentence: NormalisedText) -> Floats:
        vector = self._embedder.embed_queries([model_text(sentence)])[0]
        row = self._model.features.row(sentence.text, sentence.language, vector)
        return self._model.head.logits(row)

    def _decided(
        self,
        sentence: NormalisedText,
        entities: tuple[Entity, ...],
        candidates: NDArray[np.intp],
        logits: Floats,
    ) -> Parse:
        decision = self._model.decision
        scores = logits[candidates]
        outsider = None if self._outsider is None else logits[self._outsider]
        confidences = decision.confidences(scores)
        ranking = tuple(
            IntentScore(self._model.intents[candidates[i]], float(confidences[i]))
            for i in np.argsort(-confidences, kind="stable")
        )
        in_scope = float(decision.in_scope(scope_evidence(scores, outsider)))
        if in_scope < self._threshold:
            return self._refusal(sentence, entities, ranking, 1 - in_scope)
        return Parse(
            sentence.original,
            sentence.language,
            ranking[0],
            ranking,
            entities,
            in_scope=True,
            ambiguous=self._close_to_best(ranking),
            fingerprint=self.fingerprint,
        )

    def _close_to_best(self, ranking: tuple[IntentScore, ...]) -> tuple[IntentScore, ...]:
        best = ranking[0].confidence
        close = tuple(score for score in ranking if best - score.confidence < self._gap)
        return close if len(close) > 1 else ()

    def _refusal(
        self,
        sentence: NormalisedText,
        entities: tuple[Entity, ...],
        ranking: tuple[IntentScore, ...],
        confidence: float,
    ) -> Parse:
        refused = IntentScore(OUT_OF_SCOPE, confidence)
        return Parse(
            sentence.original,
            sentence.language,
            refused,
            (refused, *ranking),
            entities,
            in_scope=False,
            fingerprint=self.fingerprint,
        )
