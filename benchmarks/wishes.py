"""How well one wish is told from two, on examples joined in pairs, and the weights that do it best.

    python -m benchmarks.wishes [--cache FOLDER] [--pairs N]

Half of the bundled examples teach a model, which then reads the other half: those with one wish
and several parts as they are, and pairs of others joined by what people put between two wishes.
Prints one JSON object: the share of single ones kept whole and of pairs found with both intents,
by the odds as they stand (`nlu/segments/odds.py`), and a logistic regression's weights.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.turn.routing import CLERK_INTENTS
from knowledge.embedding import EmbedderSpec, load_embedder
from nlu.entities import EntityExtractor
from nlu.native import NativeEngine, train
from nlu.ports import Embedder
from nlu.segments import Cut, parts_of
from nlu.segments.engine import SOCIAL, cut_between, wishes_of
from nlu.segments.odds import Wish, evidence, two_rather_than_one
from nlu.segments.parts import wording
from nlu.training import Example, TrainingData
from nlu.training.read import BUNDLED_DATA, read_training_data
from nlu.types import Parse

_JOINTS = {
    "zh": ("，", " ", "。", "，另外", "，还有", "，顺便问下", "，对了，", "？", "，然后", "；"),
    "en": (". ", ", ", " and ", ". also ", ", and ", "? ", " btw ", ". oh and ", " plus "),
}
_SHORT = {"zh": 28, "en": 70}
"""Longest example, in characters, that is joined to another."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message and the wishes in it."""

    text: str
    intents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """The two likeliest wishes of a message."""

    whole: Parse
    first: Wish
    second: Wish
    cut: Cut
    message: Message


def main() -> None:
    """Make the messages, read them, and print what comes out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, help="keeps vectors between runs")
    parser.add_argument("--pairs", type=int, default=3_000, help="how many examples to join")
    arguments = parser.parse_args()
    examples = list(read_training_data(BUNDLED_DATA).examples)
    random.Random(1).shuffle(examples)
    halves = examples[::2], examples[1::2]
    with tempfile.TemporaryDirectory() as temporary:
        cache = arguments.cache or Path(temporary)
        embedder = load_embedder(EmbedderSpec(), cache)
        read: list[tuple[Message, Pair | None]] = []
        for taught, held_out in (halves, halves[::-1]):
            engine = _engine(taught, embedder, cache)
            messages = [*_single(held_out), *_joined(held_out, arguments.pairs // 2)]
            read += [(message, _pair(engine, message)) for message in messages]
    print(json.dumps(_judged(read) | {"weights": _weights([pair for _, pair in read if pair])}))


def _engine(taught: Sequence[Example], embedder: Embedder, cache: Path) -> NativeEngine:
    data = TrainingData(tuple(taught))
    return NativeEngine(train(data, embedder, cache_folder=cache), embedder, EntityExtractor(data))


def _single(examples: Sequence[Example]) -> Iterator[Message]:
    for example in examples:
        if example.intent not in SOCIAL | CLERK_INTENTS and len(parts_of(example.text)) > 1:
            yield Message(example.text, (example.intent,))


def _joined(examples: Sequence[Example], count: int) -> Iterator[Message]:
    chance = random.Random(2)
    for _ in range(count):
        language = chance.choice(("zh", "en"))
        first, second = chance.sample(_short(examples, language), 2)
        if first.intent != second.intent:
            joint = chance.choice(_JOINTS[language])
            text = first.text.rstrip("。.，,！!？? ") + joint + second.text
            yield Message(text, (first.intent, second.intent))


def _short(examples: Sequence[Example], language: str) -> list[Example]:
    return [
        example
        for example in examples
        if example.language == language
        and len(example.text) <= _SHORT[language]
        and example.intent not in SOCIAL | CLERK_INTENTS
    ]


def _pair(engine: NativeEngine, message: Message) -> Pair | None:
    allowed = engine.intents - CLERK_INTENTS
    whole = engine.parse_now(message.text, allowed)
    parts = parts_of(message.text)
    found = [engine.parse_now(wording(message.text, part), allowed) for part in parts]
    wishes = sorted(wishes_of(whole, parts, found), key=lambda wish: -wish.weight)[:2]
    if len(wishes) < 2:
        return None
    first, second = sorted(wishes, key=lambda wish: wish.part.start)
    return Pair(whole, first, second, cut_between(parts, first, second), message)


def _judged(read: Sequence[tuple[Message, Pair | None]]) -> dict[str, float]:
    kept, found = [], []
    for message, pair in read:
        two = (
            pair is not None
            and two_rather_than_one(pair.first, pair.second, pair.cut, pair.whole) > 0
        )
        if len(message.intents) == 1:
            kept.append(not two)
        else:
            found.append(two and pair is not None and _is_right(pair))
    return {
        "single": len(kept),
        "kept_whole": float(np.mean(kept)),
        "joined": len(found),
        "both_found": float(np.mean(found)),
    }


def _is_right(pair: Pair) -> bool:
    return {pair.first.name, pair.second.name} == set(pair.message.intents)


def _weights(pairs: Sequence[Pair]) -> dict[str, float]:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy

    judged = [pair for pair in pairs if len(pair.message.intents) == 1 or _is_right(pair)]
    seen = [evidence(pair.first, pair.second, pair.cut, pair.whole) for pair in judged]
    names = list(seen[0])
    rows = np.array([[one[name] for name in names] for one in seen])
    two = [len(pair.message.intents) > 1 for pair in judged]
    fitted = LogisticRegression(max_iter=2_000).fit(rows, two)
    weights = dict(zip(names, fitted.coef_[0], strict=True))
    return {"even": fitted.intercept_[0], **weights}


if __name__ == "__main__":
    main()
