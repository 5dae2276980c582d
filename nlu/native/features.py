"""A sentence as numbers: its vector, centred for its language, and its character n-grams.

The vectors of one multilingual model sit around a different centre for each language; taking the
centre off makes a Chinese and an English sentence of one meaning neighbours. Where the centre of a
language without training sentences lies, reference sentences tell. The n-grams add what a frozen
model does not know: the retailer's own words, codes and spellings.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from nlu.types import Language

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]

LANGUAGES: Final = ("en", "zh")
MAX_NGRAMS: Final = 8_000
MIN_SENTENCES_FOR_CENTRE: Final = 30
_LATIN: Final = re.compile(r"[^\W_\u2e80-\uffff]+")
_HAN: Final = re.compile(r"[\u2e80-\uffff]+")
_LATIN_LENGTHS: Final = (2, 3, 4)
_HAN_LENGTHS: Final = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence's features."""

    dense: Floats
    """Shape (dimension,)."""
    columns: NDArray[np.intp]
    """Which n-grams it has."""
    values: Floats
    """Their weights, as many as `columns`, of length 1 together."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """The features of n sentences."""

    dense: Floats
    """Shape (n, dimension)."""
    sparse: "csr_matrix"
    """Shape (n, number of n-grams)."""

    def rows(self, chosen: NDArray[np.intp]) -> "Matrix":
        """The features of some of the sentences."""
        return Matrix(self.dense[chosen], self.sparse[chosen])


@dataclass(frozen=True)
class Features:
    """What was learnt from the training sentences to turn any sentence into numbers."""

    centres: Floats
    """Of the vectors of each of `LANGUAGES`, shape (languages, dimension)."""
    ngrams: tuple[str, ...]
    idf: Floats

    @cached_property
    def _columns(self) -> Mapping[str, int]:
        return {ngram: column for column, ngram in enumerate(self.ngrams)}

    def row(self, text: str, language: Language, vector: Floats) -> Row:
        """The features of one sentence; `text` is normalised, `vector` its embedding."""
        dense = vector - self.centres[LANGUAGES.index(_plain(language))]
        counts = Counter(ngrams_of(text))
        known = [
            (column, n) for g, n in counts.items() if (column := self._columns.get(g)) is not None
        ]
        columns = np.array([column for column, _ in known], dtype=np.intp)
        repeats = np.array([n for _, n in known], dtype=np.float32)
        values = (1 + np.log(repeats)) * self.idf[columns]
        return Row(_of_length_one(dense), columns, _of_length_one(values))

    def matrix(
        self, texts: Sequence[str], languages: Sequence[Language], vectors: Floats
    ) -> Matrix:
        """The features of many sentences."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415 - only in training

        rows = [self.row(*sentence) for sentence in zip(texts, languages, vectors, strict=True)]
        ends = np.cumsum([0, *(len(row.columns) for row in rows)])
        sparse = csr_matrix(
            (
                np.concatenate([row.values for row in rows]),
                np.concatenate([row.columns for row in rows]),
                ends,
            ),
            shape=(len(rows), len(self.ngrams)),
        )
        return Matrix(np.stack([row.dense for row in rows]), sparse)


def learn_features(
    texts: Sequence[str],
    languages: Sequence[Language],
    vectors: Floats,
    reference: Mapping[str, Floats],
) -> Features:
    """Learn the centres, and which n-grams there are and how telling each is.

    `reference` has the vectors of the reference sentences by language. It may be empty when no
    language is among `languages_to_guess`.
    """
    sentences = Counter(ngram for text in texts for ngram in set(ngrams_of(text)))
    # Sorted twice, so that a tie at the limit does not depend on the order of the sentences.
    common = sorted(sentences, key=lambda ngram: (-sentences[ngram], ngram))[:MAX_NGRAMS]
    ngrams = tuple(sorted(common))
    seen_in = np.array([sentences[ngram] for ngram in ngrams], dtype=np.float32)
    idf = np.log((1 + len(texts)) / (1 + seen_in)) + 1
    return Features(_centres(languages, vectors, reference), ngrams, idf.astype(np.float32))


def languages_to_guess(languages: Sequence[Language]) -> tuple[str, ...]:
    """The languages with too few training sentences to show where their centre is."""
    counted = Counter(map(_plain, languages))
    return tuple(name for name in LANGUAGES if counted[name] < MIN_SENTENCES_FOR_CENTRE)


def _centres(
    languages: Sequence[Language], vectors: Floats, reference: Mapping[str, Floats]
) -> Floats:
    """A language's own centre, or a guess at it.

    The guess is the centre of the reference sentences, moved half as far as the training data is
    off the reference sentences of its own languages: half of what sets it apart is its subject,
    which a translation shares, half its way of writing.
    """
    plain = np.array([_plain(language) for language in languages])
    guessed = languages_to_guess(languages)
    centres = {
        name: vectors[plain == name].mean(axis=0) for name in LANGUAGES if name not in guessed
    }
    if guessed:
        general = {name: reference[name].mean(axis=0) for name in LANGUAGES}
        apart = vectors.mean(axis=0) - np.mean([general[name] for name in plain], axis=0)
        centres |= {name: general[name] + apart / 2 for name in guessed}
    return np.stack([centres[name] for name in LANGUAGES]).astype(np.float32)


def _plain(language: Language) -> str:
    return "zh" if language == "zh-Hant" else language  # a normalised text is Simplified


def ngrams_of(text: str) -> list[str]:
    """Pieces of words, with their ends marked, and of runs of Han characters; digits all alike."""
    lowered = re.sub(r"\d", "0", text.lower())
    found = []
    for word in _LATIN.findall(lowered):
        found += _pieces(f" {word} ", _LATIN_LENGTHS)
    for run in _HAN.findall(lowered):
        found += _pieces(run, _HAN_LENGTHS)
    return found


def _pieces(text: str, lengths: Sequence[int]) -> list[str]:
    return [text[i : i + n] for n in lengths for i in range(len(text) - n + 1)]


def _of_length_one(vector: Floats) -> Floats:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 0 else vector
