"""What a model, or somebody else's engine, says of labelled sentences."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nlu.entities import EntityExtractor
from nlu.errors import NluDataError
from nlu.evaluate import score
from nlu.native import NativeEngine, train
from nlu.native.training import Progress
from nlu.ports import Embedder
from nlu.training.data import Example, TrainingData
from nlu.training.read import read_training_data
from nlu.training.text_file import read_text
from nlu.types import OUT_OF_SCOPE

_PARSES: Final = (".json", ".jsonl")


@dataclass(frozen=True, slots=True)
class Answer:
    """One sentence, judged."""

    example: Example
    best: str
    """The best intent in scope."""
    confidence: float
    """How sure of it, 0 to 1."""
    decided: str
    """The same, or `out_of_scope` where the sentence was refused."""

    @property
    def is_right(self) -> bool:
        """Whether the decision is the label."""
        return self.decided == self.example.intent


@dataclass(frozen=True, slots=True)
class Judge:
    """Trains models and asks them; what it needs for that."""

    embedder: Embedder
    cache_folder: Path | None = None
    progress: Progress = lambda _: None

    def learnt_from(self, training: TrainingData, test: TrainingData) -> tuple[Answer, ...]:
        """The answers of a native model of `training` to the sentences of `test`."""
        model = train(
            training, self.embedder, cache_folder=self.cache_folder, progress=self.progress
        )
        engine = NativeEngine(model, self.embedder, EntityExtractor(TrainingData(())))
        scores = score(model, test, self.embedder, self.cache_folder)
        rows = zip(test.examples, scores.best, scores.confidences, scores.in_scope, strict=True)
        return tuple(
            Answer(
                example,
                best,
                float(confidence),
                best if in_scope >= engine.threshold else OUT_OF_SCOPE,
            )
            for example, best, confidence, in_scope in rows
        )

    def answers_of(self, source: Path, test: TrainingData) -> tuple[Answer, ...]:
        """The answers of `source`: parses in JSON lines, or data to train a native model on."""
        if are_parses(source):
            return read_parses(source, test)
        return self.learnt_from(read_training_data(source), test)


def are_parses(source: Path) -> bool:
    """Whether a model is given by its answers rather than by what it learns from."""
    return source.suffix.lower() in _PARSES


def read_parses(file: Path, test: TrainingData) -> tuple[Answer, ...]:
    """Answers from JSON lines in Rasa's shape, as `huike nlu parse` prints them.

    Lines are found by their text. Raises `NluDataError` for a line that is no parse, and for a
    sentence of `test` without one.
    """
    parses: dict[str, tuple[str, float]] = {}
    for number, line in enumerate(read_text(file).split("\n"), 1):
        if line.strip():
            try:
                parse = json.loads(line)
                name, confidence = parse["intent"]["name"], float(parse["intent"]["confidence"])
                parses[str(parse["text"])] = str(name or OUT_OF_SCOPE), confidence
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise NluDataError("not a parse in JSON", file=file, line=number) from error
    missing = [example for example in test.examples if example.text not in parses]
    if missing:
        raise NluDataError(f"no parse of “{missing[0].text}” ({len(missing)} missing)", file=file)
    return tuple(
        Answer(example, name, confidence, name)
        for example in test.examples
        for name, confidence in [parses[example.text]]
    )
