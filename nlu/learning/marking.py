"""A message as an example: personal data replaced by what is nobody's, entities marked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from nlu.learning.lines import neutral
from nlu.monitoring.masking import PERSONAL_KINDS, Mask, Span
from nlu.types import Language

FILE: Final = Path(__file__).with_name("stand_ins.yml")
_LATIN: Final = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    kind: str | None = None


class Marking:
    """Writes messages as the training data writes sentences."""

    def __init__(self, kinds: frozenset[str]) -> None:
        """`kinds` of entities may be marked."""
        self._kinds = kinds
        self._mask = Mask()

    def __call__(self, text: str, known: Sequence[Span], language: Language) -> str:
        """`text` in one line, masked and marked; `known` are the entities of its parse.

        What cannot be marked without cutting a word is left unmarked, what is personal never
        unmasked.
        """
        pieces = list(self._pieces(text, known, "en" if language == "en" else "zh"))
        return _joined(pieces, self._kinds)

    def _pieces(self, text: str, known: Sequence[Span], language: str) -> Iterator[_Piece]:
        hidden = self._mask.spans(text, tuple(known))
        shown = [span for span in known if span[2] not in PERSONAL_KINDS and _is_free(span, hidden)]
        used: dict[str, int] = {}
        read = 0
        for start, end, kind in sorted([*hidden, *shown]):
            if start < read:
                continue
            yield _Piece(text[read:start])
            if (start, end, kind) in hidden:
                yield _Piece(_stand_in(kind, language, used), kind)
            else:
                yield _Piece(text[start:end], kind)
            read = end
        yield _Piece(text[read:])


def _joined(pieces: Sequence[_Piece], kinds: frozenset[str]) -> str:
    """The pieces in one line; those of these kinds are marked where that cuts no word."""
    plain = [_spaced(piece.text, neutral(piece.text)) for piece in pieces]
    written: list[str] = []
    for place, piece in enumerate(pieces):
        words = plain[place].strip()
        before, after = "".join(plain[:place])[-1:], "".join(plain[place + 1 :])[:1]
        if piece.kind in kinds and words and not _cuts(before, words, after):
            written.append(f"[{words}]({piece.kind})")
        else:
            written.append(plain[place])
    return " ".join("".join(written).split())


def _spaced(text: str, words: str) -> str:
    """`words` with the spaces that `text` has at its ends: they part it from its neighbours."""
    head = " " if text[:1].isspace() else ""
    return head + words + (" " if words and text[-1:].isspace() else "")


def _cuts(before: str, words: str, after: str) -> bool:
    left = _LATIN.match(before) and _LATIN.match(words[0])
    return bool(left or (_LATIN.match(words[-1]) and _LATIN.match(after)))


def _is_free(span: Span, taken: Sequence[Span]) -> bool:
    return all(span[1] <= start or end <= span[0] for start, end, _ in taken)


def _stand_in(kind: str, language: str, used: dict[str, int]) -> str:
    by_language = _stand_ins()[kind]
    choices = by_language.get(language) or by_language["any"]
    number = used.get(kind, 0)
    used[kind] = number + 1
    return choices[number % len(choices)]


@cache
def _stand_ins() -> Mapping[str, Mapping[str, Sequence[str]]]:
    read: Mapping[str, Mapping[str, Sequence[str]]] = yaml.safe_load(
        FILE.read_text(encoding="utf-8")
    )
    return read
