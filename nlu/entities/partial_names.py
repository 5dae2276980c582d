"""Products named by a part of their name: "玻尿酸精华", "polar parka", "amino acid cleanser".

The catalogue's names tell by themselves what is only the kind of thing ("精华液", "down jacket":
words that names of several products end with) and what distinguishes. A part names products when
it has something that distinguishes; where several fit, all of them are the candidates.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from nlu.entities.word_index import Word, fold
from nlu.language import to_simplified
from nlu.types import Entity

_PACK: Final = re.compile(
    r"[ ,，]*(?:spf\d+\+?)?[ ,，]*\d+ ?(?:ml|g|kg|l|片装|片|包|袋|瓶|粒|pcs|bags|capsules|sachets|"
    r"bottles)$",
    re.IGNORECASE,
)
_TOKEN: Final = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_MOST_CANDIDATES: Final = 5
_LONGEST: Final = 12
_LETTERS: Final = 9
_CONFIDENCE: Final = 0.85
_DISTINCT: Final = {True: 3, False: 2}
"""How many tokens (Han characters, words) stand for a product without the kind of thing."""


@dataclass(frozen=True, slots=True)
class _Name:
    tokens: tuple[str, ...]
    head: int
    """Tokens from here on are only the kind of thing."""
    value: str


def without_pack(name: str) -> str:
    """A product's name without the size of the pack: 洁面乳 120g is 洁面乳."""
    return _PACK.sub("", name).strip()


class PartialNames:
    """Finds parts of names in a text."""

    def __init__(self, words: Iterable[Word]) -> None:
        rows = dict.fromkeys((_tokens(without_pack(word.surface)), word.value) for word in words)
        shared = _shared_endings([tokens for tokens, _ in rows])
        self._names = [
            _Name(tokens, _head(tokens, shared), value) for tokens, value in rows if tokens
        ]
        self._with: dict[str, set[int]] = defaultdict(set)
        for number, name in enumerate(self._names):
            for token in name.tokens:
                self._with[token].add(number)

    def find(self, text: str) -> Iterator[Entity]:
        """The longest part at each place that names at most a few products."""
        found = [(m[0], *m.span()) for m in _TOKEN.finditer(fold(text))]
        place = 0
        while place < len(found):
            entity, used = self._at(text, found, place)
            if entity is not None:
                yield entity
            place += max(used, 1)

    def _at(
        self, text: str, found: Sequence[tuple[str, int, int]], place: int
    ) -> tuple[Entity | None, int]:
        matches = dict.fromkeys(self._with.get(_singular(found[place][0]), ()), -1)
        best: tuple[Entity | None, int] = (None, 0)
        window: list[str] = []
        for token, _, end in found[place : place + _LONGEST]:
            window.append(_singular(token))
            matches = {
                n: at
                for n, before in matches.items()
                if (at := _next(self._names[n], window, before)) is not None
            }
            if not matches:
                break
            values = self._named(window, matches)
            if values:
                start = found[place][1]
                best = (_entity(text, start, end, values), len(window))
        return best

    def _named(self, window: list[str], matches: dict[int, int]) -> list[str]:
        """The products a window names; none where it does not distinguish enough."""
        fitting = [n for n in matches if _distinguishes(self._names[n], window)]
        if len(fitting) != len(matches):
            return []
        values = list(dict.fromkeys(self._names[n].value for n in fitting))
        with_head = all(_reaches_head(self._names[n], window, matches[n]) for n in fitting)
        enough = len(window) >= _DISTINCT[bool(_HAN.match(window[0]))] and _substantial(window)
        if with_head:
            return values if len(values) <= _MOST_CANDIDATES else []
        return values if enough and len(values) == 1 else []


def _entity(text: str, start: int, end: int, values: list[str]) -> Entity:
    return Entity(
        "product",
        values[0],
        text[start:end],
        start,
        end,
        confidence=_CONFIDENCE,
        extractor="gazetteer",
        candidates=tuple(values) if len(values) > 1 else (),
    )


def _next(name: _Name, window: list[str], before: int) -> int | None:
    """Where the window's last token stands in the name after `before`, if it may stand there.

    Han characters go on, or jump to a place where the next two agree; words may be left out.
    """
    token = window[-1]
    if before < 0 or not _HAN.match(token):
        places = (i for i in range(before + 1, len(name.tokens)) if name.tokens[i] == token)
        return next(places, None)
    if before + 1 < len(name.tokens) and name.tokens[before + 1] == token:
        return before + 1
    # A jump lands only on the kind of thing: 玻尿酸|精华, not 玻尿酸|面.
    places = (i for i in range(max(before + 1, name.head), len(name.tokens)))
    return next((i for i in places if name.tokens[i] == token), None)


def _substantial(window: list[str]) -> bool:
    """Whether words without the kind of thing are more than small change ("check in")."""
    return _HAN.match(window[0]) is not None or sum(map(len, window)) >= _LETTERS


def _reaches_head(name: _Name, window: list[str], at: int) -> bool:
    """Whether the window ends with the kind of thing: a word of it, or two characters."""
    if not _HAN.match(window[-1]):
        return at >= name.head
    return at > name.head and tuple(window[-2:]) == name.tokens[at - 1 : at + 1]


def _distinguishes(name: _Name, window: list[str]) -> bool:
    """Whether the window begins with what distinguishes the name, by more than one character."""
    lead = _HAN.match(window[0]) is not None
    own = name.tokens[: name.head]
    used = 0
    for token in window:
        if token not in own:
            break
        used += 1
    return used >= (2 if lead else 1)


def _shared_endings(names: Sequence[Sequence[str]]) -> Counter[tuple[str, ...]]:
    """How many names end with each run of tokens."""
    endings: Counter[tuple[str, ...]] = Counter()
    for tokens in names:
        endings.update(tuple(tokens[i:]) for i in range(len(tokens)))
    return endings


def _head(tokens: Sequence[str], shared: Counter[tuple[str, ...]]) -> int:
    for i in range(1, len(tokens)):
        least = 2 if _HAN.match(tokens[i]) else 1
        if len(tokens) - i >= least and shared[tuple(tokens[i:])] > 1:
            return i
    return len(tokens)


def _tokens(name: str) -> tuple[str, ...]:
    return tuple(_singular(m[0]) for m in _TOKEN.finditer(fold(to_simplified(name))))


def _singular(token: str) -> str:
    longest_without_plural = 3
    plural = token.endswith("s") and not token.endswith("ss") and token.isascii()
    return token[:-1] if plural and len(token) > longest_without_plural else token
