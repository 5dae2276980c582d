"""Cross-validation: every sentence is judged by a model that has not seen it."""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Final

from nlu.errors import NluDataError
from nlu.evaluation.answers import Answer, Judge
from nlu.evaluation.figures import (
    Figures,
    confusions,
    figures,
    of_each_intent,
    reliability,
    worst_mistakes,
)
from nlu.training.data import Example, TrainingData
from nlu.types import JsonValue

_SEED: Final = 7
_FEWEST_FOLDS: Final = 2


@dataclass(frozen=True, slots=True)
class CrossValidation:
    """All sentences of the data, each judged by a model of the other folds."""

    answers: tuple[Answer, ...]
    folds: int

    @property
    def overall(self) -> Figures:
        """Of all sentences."""
        return figures(self.answers)

    @property
    def by_language(self) -> dict[str, Figures]:
        """Of each language; Traditional Chinese counts as Chinese."""
        groups: defaultdict[str, list[Answer]] = defaultdict(list)
        for answer in self.answers:
            groups[_language(answer.example)].append(answer)
        return {language: figures(groups[language]) for language in sorted(groups, reverse=True)}

    def to_json(self) -> dict[str, JsonValue]:
        """All figures as one JSON object."""
        return {
            "folds": self.folds,
            "overall": asdict(self.overall),
            "by_language": {name: asdict(of) for name, of in self.by_language.items()},
            "intents": [asdict(one) | {"f1": one.f1} for one in of_each_intent(self.answers)],
            "confusions": [asdict(one) for one in confusions(self.answers)],
            "reliability": [asdict(one) for one in reliability(self.answers)],
            "mistakes": [_mistake(answer) for answer in worst_mistakes(self.answers)],
        }


def cross_validate(
    data: TrainingData,
    judge: Judge,
    *,
    folds: int = 5,
    on_fold: Callable[[int, int], None] = lambda _done, _total: None,
) -> CrossValidation:
    """Train `folds` models, each without a part of every intent and language, and ask them that.

    Raises `NluDataError` when the data is too small for so many parts.
    """
    if folds < _FEWEST_FOLDS or folds > len(data.examples):
        raise NluDataError(f"{len(data.examples)} examples cannot be split into {folds} folds")
    parts = _parts(data.examples, folds)
    answers: list[Answer] = []
    for number, part in enumerate(parts):
        on_fold(number, folds)
        others = tuple(e for other in parts if other is not part for e in other)
        asked = TrainingData(tuple(part))
        answers += judge.learnt_from(replace(data, examples=others), asked)
    on_fold(folds, folds)
    return CrossValidation(tuple(answers), folds)


def _parts(examples: tuple[Example, ...], folds: int) -> list[list[Example]]:
    groups: defaultdict[tuple[str, str], list[Example]] = defaultdict(list)
    for example in examples:
        groups[example.intent, _language(example)].append(example)
    parts: list[list[Example]] = [[] for _ in range(folds)]
    shuffled = random.Random(_SEED)  # noqa: S311 - the same folds every time
    for name in sorted(groups):
        shuffled.shuffle(groups[name])
        for example in groups[name]:
            min(parts, key=len).append(example)
    return parts


def _language(example: Example) -> str:
    return "en" if example.language == "en" else "zh"


def _mistake(answer: Answer) -> JsonValue:
    example = answer.example
    return {
        "text": example.text,
        "intent": example.intent,
        "decided": answer.decided,
        "confidence": answer.confidence,
        "file": None if example.file is None else str(example.file),
        "line": example.line,
    }
