"""Sentences that stand in two intents, word for word or but for a letter.

Nearly equal sentences are found without comparing each with each: two texts at most d edits apart
share one of the 3d + 1 rarest runs of three characters of either, because an edit destroys at most
three runs. So only texts that share a rare run are compared.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from nlu.language import to_simplified
from nlu.training.data import Example, TrainingData
from nlu.validation.finding import Finding, Rule, Severity, at, place, quoted

LIKENESS: Final = 0.9
"""1 - edits / length of the longer text, at which two sentences are nearly equal."""
_RUN: Final = 3
_ROUNDING: Final = 1e-9
_LARGEST_BLOCK: Final = 30
"""Texts in which a run is looked up; one that more of them share is not rare, and says little."""
_PUNCTUATION: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class _Near:
    """Two nearly equal texts, by their places in the list."""

    one: int
    other: int
    likeness: float


def duplicates(data: TrainingData) -> Iterator[Finding]:
    """Findings about equal and nearly equal sentences; a later one is said to repeat an earlier."""
    first: dict[str, Example] = {}
    for example in data.examples:
        before = first.setdefault(same_words(example.text), example)
        if before is example:
            continue
        same = before.intent == example.intent
        severity = Severity.WARNING if same else Severity.ERROR
        message = f"{quoted(example.text)} is also {before.intent} at {place(before)}"
        yield at(example, Rule.DUPLICATE, severity, message)
    texts, examples = list(first), list(first.values())
    for near in _near(texts, [example.intent for example in examples]):
        one, other = examples[near.one], examples[near.other]
        message = (
            f"{quoted(other.text)} is {near.likeness:.0%} like {quoted(one.text)}, "
            f"which is {one.intent} at {place(one)}"
        )
        yield at(other, Rule.NEAR_DUPLICATE, Severity.WARNING, message)


def same_words(text: str) -> str:
    """A text without what changes no meaning; emoji and signs are kept where there is no word."""
    plain = to_simplified(unicodedata.normalize("NFKC", text)).casefold()
    return _PUNCTUATION.sub(" ", plain).strip() or plain.strip()


def _near(texts: list[str], labels: list[str]) -> Iterator[_Near]:
    found_in = Counter(run for text in texts for run in _runs(text))
    blocks: defaultdict[str, list[int]] = defaultdict(list)
    for i, text in enumerate(texts):
        edits = int((1 - LIKENESS) / LIKENESS * len(text) + _ROUNDING)
        if not edits:
            continue
        rarest = sorted(_runs(text), key=lambda run: (found_in[run], run))[: _RUN * edits + 1]
        compared = {j for run in rarest for j in blocks[run] if labels[j] != labels[i]}
        yield from _compared(texts, i, sorted(compared))
        for run in rarest:
            if len(blocks[run]) < _LARGEST_BLOCK:
                blocks[run].append(i)


def _runs(text: str) -> set[str]:
    return {text[i : i + _RUN] for i in range(len(text) - _RUN + 1)}


def _compared(texts: list[str], i: int, others: list[int]) -> Iterator[_Near]:
    if not others:
        return
    likeness = process.cdist(
        [texts[i]],
        [texts[j] for j in others],
        scorer=Levenshtein.normalized_similarity,
        score_cutoff=LIKENESS,
    )[0]
    for place_of in likeness.nonzero()[0]:
        yield _Near(others[place_of], i, float(likeness[place_of]))
