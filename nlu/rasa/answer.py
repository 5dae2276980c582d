"""What a Rasa server answers, checked before anything of it is believed."""

from collections.abc import Mapping
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nlu.errors import NluUnavailableError
from nlu.rasa.stamp import STAMP

FALLBACK_INTENT: Final = "nlu_fallback"
"""What Rasa's FallbackClassifier puts first when the model is not sure enough."""

_MOST_INTENTS: Final = 5_000
_MOST_ENTITIES: Final = 1_000

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class _Answered(BaseModel):
    """Rasa adds keys from version to version; those we do not know are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


_A = TypeVar("_A", bound=_Answered)


class RankedIntent(_Answered):
    """An intent and its probability. Without a text Rasa names none."""

    name: Name | None
    confidence: Share


class FoundEntity(_Answered):
    """A span of the text that was sent."""

    entity: Name
    start: Annotated[int, Field(ge=0)]
    end: int
    value: object = None
    """Whatever the extractor says: a text, a number, Duckling's objects."""
    confidence_entity: Share = 1.0
    role: Name | None = None
    group: Name | None = None
    extractor: str = "rasa"


class Stamp(_Answered):
    """Written by `rasa_components.stamp`, where the pipeline has it."""

    fingerprint: Name
    sentences: Name


class RasaAnswer(_Answered):
    """The answer of `/model/parse`."""

    intent: RankedIntent
    intent_ranking: Annotated[list[RankedIntent], Field(max_length=_MOST_INTENTS)]
    entities: Annotated[list[FoundEntity], Field(max_length=_MOST_ENTITIES)]
    stamp: Annotated[Stamp | None, Field(alias=STAMP)] = None

    @property
    def refused(self) -> bool:
        """Whether Rasa itself was not sure enough."""
        return self.intent.name == FALLBACK_INTENT

    @property
    def scores(self) -> Mapping[str, float]:
        """Every intent's probability."""
        ranked = [self.intent, *self.intent_ranking]
        return {s.name: s.confidence for s in ranked if s.name and s.name != FALLBACK_INTENT}


class RasaStatus(_Answered):
    """The answer of `/status`, as far as it names the model."""

    model_id: Name


def read_answer(body: bytes, text: str, intents: frozenset[str]) -> RasaAnswer:
    """The answer to `text` by a model that knows `intents` at most.

    Raises `NluUnavailableError` when this is no such answer.
    """
    answer = _validated(RasaAnswer, body)
    unknown = answer.scores.keys() - intents
    if unknown:
        # Rasa serves a model of other data: its sense of the shared intents is not ours either.
        raise NluUnavailableError(f"Rasa knows an intent that the data does not: {min(unknown)!r}")
    if not answer.scores and text:
        raise NluUnavailableError("Rasa's answer has no intent")
    if any(not entity.start < entity.end <= len(text) for entity in answer.entities):
        raise NluUnavailableError("Rasa's answer has an entity outside the text")
    return answer


def read_status(body: bytes) -> RasaStatus:
    """The status; raises `NluUnavailableError` when this is none."""
    return _validated(RasaStatus, body)


def _validated(kind: type[_A], body: bytes) -> _A:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]  # the input may be a customer's words
        place = ".".join(map(str, first["loc"])) or "answer"
        raise NluUnavailableError(f"Rasa answers nonsense: {place}: {first['msg']}") from None
