"""A Rasa server as an `NluEngine`."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from nlu.entities import EntityExtractor
from nlu.errors import NluUnavailableError
from nlu.figures import Figure
from nlu.normalise import NormalisedText, normalise
from nlu.rasa.answer import FoundEntity, RasaAnswer
from nlu.rasa.client import RasaClient
from nlu.rasa.decision import Decided, close_to_best, decide
from nlu.rasa.served import ServedModel
from nlu.training.data import TrainingData
from nlu.types import OUT_OF_SCOPE, Entity, IntentScore, Parse


@dataclass(frozen=True, slots=True)
class RasaDecision:
    """How sure Rasa has to be."""

    threshold: float = 0.85
    """Least chance to be in scope, 0 to 1."""
    ambiguity_gap: float = 0.1
    """Two intents closer than this in confidence are ambiguous."""


class RasaEngine:
    """Implements `NluEngine` over HTTP.

    Rasa decides on the intent. Dates, prices, order numbers and the names of products are found
    here, as for the native engine: skills count on their values. What else Rasa finds is added.
    """

    def __init__(
        self,
        client: RasaClient,
        data: TrainingData,
        extractor: EntityExtractor,
        *,
        decision: RasaDecision | None = None,
        timezone: tzinfo = UTC,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`data` is what Rasa should have been trained on; `timezone` is the retailer's."""
        self._client = client
        self._extractor = extractor
        self._decision = decision or RasaDecision()
        self._timezone = timezone
        self._clock = clock
        self._intents = frozenset(data.intents) | {OUT_OF_SCOPE}
        self._served = ServedModel(client, data)
        self._asked = Counter(answered=0, failed=0)

    @property
    def fingerprint(self) -> str:
        """Names the model of the latest answer."""
        return self._served.fingerprint

    @property
    def intents(self) -> frozenset[str]:
        """Every intent of the training data, `out_of_scope` among them."""
        return self._intents

    async def parse(
        self,
        text: str,
        *,
        allowed_intents: frozenset[str] | None = None,
        now: datetime | None = None,
        expecting: frozenset[str] | None = None,
    ) -> Parse:
        """See `NluEngine.parse`."""
        sentence = normalise(text)
        if not sentence.text:
            return _refusal(sentence, (), (), 1.0, self.fingerprint)
        answer, fingerprint = await self._answer(sentence.text)
        today = (now or self._clock()).astimezone(self._timezone).date()
        ours = self._extractor.extract(sentence, today, expecting or frozenset())
        entities = _together(ours, [_received(entity, sentence) for entity in answer.entities])
        decided = decide(
            answer.scores,
            allowed_intents,
            threshold=self._decision.threshold,
            refused=answer.refused,
        )
        return self._parse(sentence, entities, decided, fingerprint)

    def figures(self) -> Iterator[Figure]:
        """How often Rasa was asked, and which model it serves."""
        for outcome, count in self._asked.items():
            yield Figure(
                "rasa_requests", "Questions to the Rasa server", count, True, {"outcome": outcome}
            )
        yield from self._served.figures()

    async def _answer(self, text: str) -> tuple[RasaAnswer, str]:
        """Rasa's answer and the fingerprint of the model that gave it."""
        try:
            answer = await self._client.parse(text, self._intents)
            fingerprint = await self._served.of(answer)
        except NluUnavailableError:
            self._asked["failed"] += 1
            raise
        self._asked["answered"] += 1
        return answer, fingerprint

    def _parse(
        self,
        sentence: NormalisedText,
        entities: tuple[Entity, ...],
        decided: Decided,
        fingerprint: str,
    ) -> Parse:
        if not decided.accepted:
            refused = 1 - decided.in_scope
            return _refusal(sentence, entities, decided.ranking, refused, fingerprint)
        return Parse(
            sentence.original,
            sentence.language,
            decided.ranking[0],
            decided.ranking,
            entities,
            in_scope=True,
            ambiguous=close_to_best(decided.ranking, self._decision.ambiguity_gap),
            fingerprint=fingerprint,
        )


def _refusal(
    sentence: NormalisedText,
    entities: tuple[Entity, ...],
    ranking: tuple[IntentScore, ...],
    confidence: float,
    fingerprint: str,
) -> Parse:
    refused = IntentScore(OUT_OF_SCOPE, confidence)
    return Parse(
        sentence.original,
        sentence.language,
        refused,
        (refused, *ranking),
        entities,
        in_scope=False,
        fingerprint=fingerprint,
    )


def _received(found: FoundEntity, sentence: NormalisedText) -> Entity:
    """An entity of the text that was sent, as one of the text as it was received."""
    start, end = sentence.span(found.start, found.end)
    value = found.value if isinstance(found.value, str | int) else sentence.original[start:end]
    return Entity(
        found.entity,
        value,
        sentence.original[start:end],
        start,
        end,
        role=found.role,
        group=found.group,
        confidence=found.confidence_entity,
        extractor=found.extractor,
    )


def _together(ours: tuple[Entity, ...], theirs: list[Entity]) -> tuple[Entity, ...]:
    """Both by position; of Rasa's those that overlap nothing, the longest and surest first."""
    kept = list(ours)
    for entity in sorted(theirs, key=lambda e: (e.start - e.end, -e.confidence, e.start)):
        if all(entity.end <= other.start or other.end <= entity.start for other in kept):
            kept.append(entity)
    return tuple(sorted(kept, key=lambda e: e.start))
