"""Reading what is spelt oddly: pinyin, homophones, typos, abbreviations, dialect and emoji.

What is right is known from the training data: its words, and which characters follow one another
in it. Only what is unknown there is changed, so that a clean sentence stays as it is.
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA
from ruamel.yaml import YAML

from nlu.language import to_simplified
from nlu.pinyin import Change, Pinyin
from nlu.training.data import TrainingData

_HAN_RUN: Final = re.compile(r"[\u4e00-\u9fff]+")
_WORD: Final = re.compile(r"(?<![\w@./-])[A-Za-z][A-Za-z'’]*(?![\w@/-]|\.\w)|(?<!\w)[b]4(?!\w)")
_TOKEN: Final = re.compile(r"[A-Za-z]+")
_STRETCHED: Final = re.compile(r"([a-z])\1{2}", re.IGNORECASE)
_CODE: Final = re.compile(r"\d|@|\b[A-Z]{2,}\b")
_LONGEST_TEXT: Final = 120
_SPELT_SO: Final = 3
"""The training data has typos, too; a word it has this often is none."""
_FOREIGN_LETTERS: Final = 0.4
"""Least share of letters in words that are not English, for a text to be read as pinyin."""
_SHORTEST_TYPO: Final = 4
_TWO_TYPOS: Final = 8


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as it was meant, and where each of its characters comes from."""

    text: str
    starts: tuple[int, ...]
    """For each character, the start of its source in the text as it was written."""
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` comes from; the span must not be empty."""
        return min(self.starts[start:end]), max(self.ends[start:end])


class Speller:
    """Reads oddly spelt texts in the light of the training data."""

    def __init__(self, data: TrainingData, names: Container[str] = frozenset()) -> None:
        """`names` are further words, in lower case, that are right as they are."""
        self._names = names
        self._words: Counter[str] = Counter()
        chinese: Counter[str] = Counter()
        for example in data.examples:
            self._words.update(word.lower() for word in _TOKEN.findall(example.text))
            chinese.update(_HAN_RUN.findall(to_simplified(example.text)))
        often = (word for word, count in self._words.items() if count >= _SPELT_SO)
        listed = (word for words in data.lookups.values() for word in words)
        self._told = frozenset(often)
        self._known = (
            _english()
            | self._told
            | {token.lower() for word in listed for token in _TOKEN.findall(word)}
        )
        self._choices = sorted(
            word
            for word, count in self._words.items()
            if len(word) >= _SHORTEST_TYPO and count >= _SPELT_SO
        )
        self._pinyin = Pinyin(chinese)

    def read(self, text: str) -> Reading | None:
        """`text` as it was meant; None when it is fine as it is, or too odd to tell."""
        if len(text) > _LONGEST_TEXT:
            return None
        simplified = to_simplified(text)
        changes = list(self._changes(simplified, text))
        return _changed(simplified, changes) if changes else None

    def _changes(self, text: str, written: str) -> Iterator[Change]:
        table = _table()
        stripped = text.strip(" !！.。~～")
        if stripped in table.whole:
            yield 0, len(text), table.whole[stripped]
            return
        if not _HAN_RUN.search(text):
            decoded = self._decoded(text)
            if decoded:
                yield 0, len(text), decoded
                return
        for pattern, said in ((table.phrases, text), (table.characters, written)):
            for match in pattern.finditer(said):
                yield match.start(), match.end(), table.meanings[match[0]]
        yield from self._words_changed(text)
        yield from self._pinyin.homophones(text)

    def _words_changed(self, text: str) -> Iterator[Change]:
        meanings = _table().words
        for match in _WORD.finditer(text):
            word = match[0].lower()
            meant = meanings.get(word) or self._corrected(match[0])
            if meant and meant != word:
                yield match.start(), match.end(), meant

    def _corrected(self, written: str) -> str | None:
        """The known word that an unknown one is a typo or two away from."""
        word = written.lower()
        if len(word) < _SHORTEST_TYPO or self._is_known(word) or not written.isascii():
            return None
        if written[0].isupper() and not written.isupper():  # a name
            return None
        squeezed = re.sub(r"([a-z])\1{2,}", r"\1", word)
        if squeezed in self._known:
            return squeezed
        most = 2 if len(word) >= _TWO_TYPOS else 1
        found = process.extractOne(
            word, self._choices, scorer=OSA.distance, score_cutoff=most, processor=None
        )
        return found[0] if found and found[0][0] == word[0] else None

    def _is_known(self, word: str) -> bool:
        plain = word.replace("’", "'")
        forms = (plain, plain.removesuffix("s"), plain.split("'")[0])
        return any(form in self._known or form in self._names for form in forms)

    def _decoded(self, text: str) -> str | None:
        """The Chinese that a text in pinyin stands for."""
        tokens = _TOKEN.findall(text)
        letters = sum(map(len, tokens))
        if not tokens or _CODE.search(text) or any(t.lower() in self._names for t in tokens):
            return None
        foreign = sum(len(t) for t in tokens if t.lower() not in self._told)
        if _STRETCHED.search(text) or foreign < _FOREIGN_LETTERS * letters:
            return None
        return self._pinyin.decode([token.lower() for token in tokens])


@dataclass(frozen=True, slots=True)
class _Table:
    words: dict[str, str]
    whole: dict[str, str]
    meanings: dict[str, str]
    phrases: re.Pattern[str]
    """Of several characters, in Simplified."""
    characters: re.Pattern[str]
    """Single ones, as they are written: 係 is 是, but its simplified form is also in 联系."""


@cache
def _table() -> _Table:
    listed = YAML(typ="safe").load((files(__package__) / "spelling.yml").read_text("utf-8"))
    said = listed["characters"]
    meanings = {one if len(one) == 1 else to_simplified(one): said[one] for one in said}
    phrases = _any_of(one for one in meanings if len(one) > 1)
    characters = _any_of(one for one in meanings if len(one) == 1)
    return _Table(listed["words"], listed["whole"], meanings, phrases, characters)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


@cache
def _english() -> frozenset[str]:
    """82,765 words of general English, from the dictionary that symspellpy brings."""
    lines = (files("symspellpy") / "frequency_dictionary_en_82_765.txt").read_text("utf-8-sig")
    return frozenset(line.split(" ", 1)[0] for line in lines.splitlines())


def _apart(changes: Iterable[Change]) -> list[Change]:
    """The changes without those that overlap an earlier one."""
    kept: list[Change] = []
    for change in changes:
        if all(change[1] <= other[0] or other[1] <= change[0] for other in kept):
            kept.append(change)
    return kept


def _changed(text: str, changes: Iterable[Change]) -> Reading:
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    last = 0
    for start, end, meant in sorted(_apart(changes)):
        pieces += [text[last:start], meant]
        starts += [*range(last, start), *([start] * len(meant))]
        ends += [*range(last + 1, start + 1), *([end] * len(meant))]
        last = end
    pieces.append(text[last:])
    starts += range(last, len(text))
    ends += range(last + 1, len(text) + 1)
    return Reading("".join(pieces), tuple(starts), tuple(ends))
