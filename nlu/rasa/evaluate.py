"""Training the real Rasa on one data set and scoring it on another, as `nlu.evaluate` does ours."""

import asyncio
import json
import socket
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np

from nlu.errors import NluDataError
from nlu.evaluate import EvaluationReport, Scores, report
from nlu.normalise import normalise
from nlu.rasa.client import RasaClient
from nlu.rasa.decision import Decided, decide
from nlu.rasa.server import RasaInstallation
from nlu.training.data import Example, TrainingData
from nlu.types import OUT_OF_SCOPE

_HELD_OUT: Final = 5
"""One sentence, or without outsiders one intent, in so many is kept back for the threshold."""
_PATIENCE_SECONDS: Final = 60.0

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a server said of some sentences."""

    decided: list[Decided]
    milliseconds: float
    """The median time of one answer."""
    fingerprint: str


def evaluate(
    training: TrainingData,
    test: TrainingData,
    installation: RasaInstallation,
    *,
    oos_label: str | None = None,
    progress: Progress = lambda _: None,
) -> EvaluationReport:
    """Train Rasa on one data set and score it on the other; see `nlu.evaluate.evaluate`.

    The threshold is chosen with a first model that a fifth of the training data is kept from.
    Raises `NluUnavailableError` when Rasa cannot be trained or served.
    """
    if not test.examples:
        raise NluDataError("no test examples")
    names = _Names(training, oos_label)
    threshold = 0.0
    if oos_label is not None:
        progress("Choosing the threshold")
        threshold = _chosen_threshold(training, names, installation)
    progress("Training Rasa")
    started = time.perf_counter()
    with _served(training.examples, names, installation) as (url, ready):
        progress("Asking Rasa")
        asked = asyncio.run(_ask(url, [example.text for example in test.examples], names))
    return report(
        truth=[example.intent for example in test.examples],
        scores=_scores(asked.decided, names),
        oos_label=oos_label,
        threshold=threshold,
        train_seconds=ready - started,
        parse_ms_p50=asked.milliseconds,
        fingerprint=asked.fingerprint,
    )


class _Names:
    """Intents under names that Rasa reads nothing into: a slash would make a retrieval intent."""

    def __init__(self, training: TrainingData, oos_label: str | None) -> None:
        self._theirs = {
            intent: OUT_OF_SCOPE if intent == oos_label else f"intent_{number}"
            for number, intent in enumerate(training.intents)
        }
        self._ours = {name: intent for intent, name in self._theirs.items()}
        self.known = frozenset(self._ours)

    def theirs(self, intent: str) -> str:
        """What Rasa calls it."""
        return self._theirs[intent]

    def ours(self, name: str) -> str:
        """The intent that Rasa means."""
        return self._ours[name]


def _chosen_threshold(
    training: TrainingData, names: _Names, installation: RasaInstallation
) -> float:
    """The threshold with the best sum of sentences rightly accepted and rightly refused."""
    learnt, inside, outside = _kept_back(training, names)
    with _served(learnt, names, installation) as (url, _):
        texts = [example.text for example in (*inside, *outside)]
        decided = asyncio.run(_ask(url, texts, names)).decided
    scores = _scores(decided, names)
    first = len(inside)
    right = np.array([e.intent for e in inside]) == np.array(scores.best[:first])
    candidates = np.linspace(0.02, 0.98, 97)
    accepted = [(right & (scores.in_scope[:first] >= c)).mean() for c in candidates]
    refused = [(scores.in_scope[first:] < c).mean() if outside else 0.0 for c in candidates]
    return float(candidates[int(np.add(accepted, refused).argmax())])


def _kept_back(
    training: TrainingData, names: _Names
) -> tuple[list[Example], list[Example], list[Example]]:
    """What to learn from; and of what is kept back, sentences in scope and outsiders."""
    groups: dict[str, list[Example]] = defaultdict(list)
    for example in training.examples:
        groups[names.theirs(example.intent)].append(example)
    strangers = set() if OUT_OF_SCOPE in groups else set(sorted(groups)[::_HELD_OUT])
    learnt: list[Example] = []
    inside: list[Example] = []
    outside: list[Example] = []
    for name, examples in groups.items():
        if name in strangers:
            outside += examples
            continue
        kept = examples[_HELD_OUT - 1 :: _HELD_OUT]
        (outside if name == OUT_OF_SCOPE else inside).extend(kept)
        learnt += [e for number, e in enumerate(examples) if (number + 1) % _HELD_OUT]
    return learnt, inside, outside


@contextmanager
def _served(
    examples: Sequence[Example], names: _Names, installation: RasaInstallation
) -> Iterator[tuple[str, float]]:
    """A server of a model of these sentences: its address, and when training had ended."""
    with tempfile.TemporaryDirectory(prefix="huike-rasa-") as folder:
        data, model = Path(folder) / "nlu.yml", Path(folder) / "model.tar.gz"
        data.write_text(_training_file(examples, names), "utf-8")
        installation.train(data, model)
        trained = time.perf_counter()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with installation.serve(model, port) as url:
            yield url, trained


def _training_file(examples: Sequence[Example], names: _Names) -> str:
    """Rasa training data; JSON is YAML too, and quotes whatever a sentence may hold."""
    lines: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        lines[names.theirs(example.intent)].append(f"- {' '.join(example.text.split())}")
    sections = [{"intent": name, "examples": "\n".join(texts)} for name, texts in lines.items()]
    # Rasa looks for a line that begins with `nlu:` before it parses anything.
    return f'version: "3.1"\nnlu: {json.dumps(sections, ensure_ascii=False)}\n'


async def _ask(url: str, texts: Sequence[str], names: _Names) -> _Asked:
    decided, taken, fingerprint = [], [], "rasa"
    async with RasaClient(url, seconds=_PATIENCE_SECONDS) as client:
        for text in texts:
            started = time.perf_counter()
            cleaned = normalise(text).text
            if not cleaned:
                decided.append(Decided((), 0.0, accepted=False))
                continue
            answer = await client.parse(cleaned, names.known)
            decided.append(decide(answer.scores, None, threshold=0))
            taken.append(time.perf_counter() - started)
            fingerprint = f"rasa:{answer.stamp.fingerprint}" if answer.stamp else fingerprint
    return _Asked(decided, median(taken) * 1000 if taken else 0.0, fingerprint)


def _scores(decided: Sequence[Decided], names: _Names) -> Scores:
    best = [d.ranking[0] if d.ranking else None for d in decided]
    return Scores(
        best=["" if b is None else names.ours(b.name) for b in best],
        confidences=np.array([0.0 if b is None else b.confidence for b in best], np.float32),
        in_scope=np.array([d.in_scope for d in decided], np.float32),
    )
