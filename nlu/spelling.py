"""Reading what is spelt oddly: pinyin, homophones, typos, abbreviations, dialect and emoji.

What is right is known from the training data: its words, and which characters follow one another
in it. Only what is unknown there is changed, so that a clean sentence stays as it is.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA
from ruamel.yaml import YAML

from nlu.language import to_simplified
from nlu.training.data import TrainingData

_HAN_RUN: Final = re.compile(r"[\u4e00-\u9fff]+")
_WORD: Final = re.compile(r"(?<![\w@./-])[A-Za-z][A-Za-z'’]*(?![\w@/-]|\.\w)|(?<!\w)[b]4(?!\w)")
_TOKEN: Final = re.compile(r"[A-Za-z]+")
_STRETCHED: Final = re.compile(r"([a-z])\1{2}", re.IGNORECASE)
_CODE: Final = re.compile(r"\d|@|\b[A-Z]{2,}\b")
_LONGEST_SYLLABLE: Final = 6
_LONGEST_TEXT: Final = 120
_OFTEN: Final = 4
"""A pair of characters the training data has this often may stand for a homophone."""
_SPELT_SO: Final = 3
"""The training data has typos, too; a word it has this often is none."""
_FAR_OFTENER: Final = 10
_RARE: Final = 10
_FAMILIAR: Final = 0.6
"""Least share of pairs that the training data has, in what pinyin is read as."""
_SELDOM: Final = 5
"""Added to what every character was seen, so that those seen once prove little."""
_SMOOTHING: Final = 0.5
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


Change = tuple[int, int, str]
"""Start and end of what is replaced, and what replaces it."""


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
        self._pinyin = _Pinyin(chinese)

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


class _Pinyin:
    """Syllables to the characters that the training data would have there."""

    def __init__(self, runs: Counter[str]) -> None:
        self._single: Counter[str] = Counter()
        self._pairs: Counter[str] = Counter()
        for run, count in runs.items():
            for character in run:
                self._single[character] += count
            for last, character in zip(f"^{run}", run, strict=False):
                self._pairs[last + character] += count
        self._total = sum(self._single.values())
        self._heard = _heard(runs)
        self._characters: dict[str, list[str]] = defaultdict(list)
        for character, syllables in self._heard.items():
            for syllable in syllables:
                self._characters[syllable].append(character)
        self._same_sound: dict[tuple[str, str], str] = {}
        for pair, count in sorted(self._pairs.items(), key=lambda item: item[1]):
            if count >= _OFTEN and pair[0] != "^":
                for first in self._sounds(pair[0]):
                    for second in self._sounds(pair[1]):
                        self._same_sound[first, second] = pair

    def _sounds(self, character: str) -> Iterable[str]:
        return self._heard.get(character) or _usual_syllables(character)

    def decode(self, tokens: Iterable[str]) -> str | None:
        """The likeliest characters for tokens of whole syllables; None if some have others."""
        # Best text and its score for each last character.
        states: dict[str, tuple[float, str]] = {"^": (0.0, "")}
        for token in tokens:
            states = self._through(token, states)
            if not states:
                return None
        _, text = max(states.values())
        pairs = [text[i : i + 2] for i in range(len(text) - 1)]
        familiar = sum(self._pairs[pair] > 0 for pair in pairs)
        return text if pairs and familiar >= _FAMILIAR * len(pairs) else None

    def _through(
        self, token: str, states: dict[str, tuple[float, str]]
    ) -> dict[str, tuple[float, str]]:
        at: list[dict[str, tuple[float, str]]] = [{} for _ in range(len(token) + 1)]
        at[0] = states
        for start, before in enumerate(at):
            for end in range(start + 1, min(start + _LONGEST_SYLLABLE, len(token)) + 1):
                if before:
                    self._step(before, self._characters.get(token[start:end], ()), at[end])
        return at[-1]

    def _step(
        self,
        before: dict[str, tuple[float, str]],
        characters: Iterable[str],
        after: dict[str, tuple[float, str]],
    ) -> None:
        for character in characters:
            score, text = max(
                (total + self._log_chance(last, character), said)
                for last, (total, said) in before.items()
            )
            if character not in after or score > after[character][0]:
                after[character] = (score, text + character)

    def _log_chance(self, last: str, character: str) -> float:
        alone = self._single[character] / self._total
        follows = self._pairs[last + character] + _SMOOTHING * alone
        return math.log(follows / (self._single.get(last, 0) + _SELDOM))

    def homophones(self, text: str) -> Iterator[Change]:
        """Pairs that the training data does not have, where it often has one of the same sound."""
        changed_to = 0
        for run in _HAN_RUN.finditer(text):
            for start in range(run.start(), run.end() - 1):
                pair = text[start : start + 2]
                meant = self._meant(pair, text, start) if start >= changed_to else None
                if meant is not None:
                    yield start, start + 2, meant
                    changed_to = start + 2

    def _meant(self, pair: str, text: str, start: int) -> str | None:
        if self._pairs[pair] > 1 or _is_word(pair):
            return None
        sounds = ((a, b) for a in self._sounds(pair[0]) for b in self._sounds(pair[1]))
        found = [self._same_sound[sound] for sound in sounds if sound in self._same_sound]
        least = _FAR_OFTENER * self._pairs[pair]
        alike = [
            meant
            for meant in found
            if (meant[0] == pair[0]) != (meant[1] == pair[1]) and self._pairs[meant] >= least
        ]
        meant = max(alike, key=self._pairs.__getitem__, default=None)
        return None if meant is None or self._at_home(pair, meant, text, start) else meant

    def _at_home(self, pair: str, meant: str, text: str, start: int) -> bool:
        """Whether the character in doubt makes sense with its other neighbour."""
        other = text[start + 1 : start + 3] if meant[0] == pair[0] else text[start - 1 : start + 1]
        return len(other) > 1 and (self._pairs[other] > 0 or _is_word(other))


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


def _heard(runs: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """How each character is read in these texts; readings that are rare there are left out."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - reads large tables

    readings: dict[str, Counter[str]] = defaultdict(Counter)
    for run in runs:
        for character, syllable in zip(run, lazy_pinyin(run), strict=True):
            readings[character][syllable] += 1
    return {
        character: tuple(s for s, n in found.items() if n * _RARE >= found.total())
        for character, found in readings.items()
    }


@cache
def _usual_syllables(character: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    return tuple(lazy_pinyin(character))


@cache
def _is_word(pair: str) -> bool:
    from pypinyin.constants import PHRASES_DICT  # noqa: PLC0415

    return pair in PHRASES_DICT


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
