"""Where a message may fall into parts, and what each part does: ask, or only tell."""

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from nlu.language import to_simplified

_LONGEST: Final = 300


class Cut(IntEnum):
    """What stands between two parts, from what parts least to what parts most."""

    PAUSE = 0
    """A comma, which may as well stand between a wish and its reason."""
    SPACE = 1
    """A space between Chinese characters."""
    AND = 2
    END = 3
    """The end of a sentence."""
    NEW = 4
    """A word that says that something new begins: "另外", "by the way"."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a message."""

    start: int
    end: int
    cut: Cut
    """What stands before it."""


_CONNECTIVE: Final = (
    r"(?:顺便|顺道|顺带|(?:(?<=[\s,，。?？!！、])|^)(?:另外|还有就是|还有(?![点些货现库没吗多几卖])|对了|话说)|再问一?下|再帮我|再就是|"
    r"此外|除此之外|同时|\b(?:and also|also|by the way|btw|oh and|one more thing|another thing|"
    r"in addition|besides|plus|as well as)\b|(?<=[,，。 ])(?:然后|再帮?我?[问查]))"
)
_AND_THEN: Final = (
    r",? (?:and|but) (?=(?:can|could|where|what|when|how|which|why|is|are|do|does|will|would|i |"
    r"i'|please|tell|let|show|check|send|give|get|drop|make|put|cancel|change|update|book|track|"
    r"till|until|has|have|also)\b)"
)
_CUTS: Final = (
    (re.compile(r"[,，]\s*"), Cut.PAUSE),
    (re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])"), Cut.SPACE),
    (re.compile(_AND_THEN, re.IGNORECASE), Cut.AND),
    (re.compile(r"[?？。!！;；\n]+\s*|\.\s+"), Cut.END),
    (
        re.compile(
            rf"[\s,，。.;；!！?？、]*(?:而且|然后|and )?{_CONNECTIVE}[\s,，:：]*", re.IGNORECASE
        ),
        Cut.NEW,
    ),
)
_FILLER: Final = re.compile(
    r"^(?:而且|然后|(?:而且|然后|那|就是|我想|想|请|麻烦|顺便)?(?:请问|问问)|and|but|oh|so|please)[\s,，:：]*",
    re.IGNORECASE,
)
_ASKS: Final = re.compile(
    r"[吗呢么?？]|几|怎么|多少|什么|啥|咋|哪|多久|何时|谁|是不是|是否|能否|有没|[能可会]不[能可会]|可以|帮|给我|"
    r"推荐|想|要|查|看看|告诉|请|麻烦|退[货款换掉]|取消|换|改|开发?票|修|补|投诉|转人工|"
    r"\b(?:where|what|when|how|which|why|who|want|need|please|tell|any|show|looking for|like to|"
    r"should|check|cancel|return|exchange|change|update|send|let me|book|track|help)\b|"
    r"^(?:can|could|do|does|did|is|are|will|would|has|have)\b",
    re.IGNORECASE,
)
"""Words that ask or bid; "is" and its like only in front, for "it is broken" tells."""


def parts_of(text: str) -> list[Part]:
    """The pieces a message may fall into; one when nothing in it says that there are more."""
    if len(text) > _LONGEST:
        return [Part(0, len(text), Cut.PAUSE)]
    cuts = {0: (0, Cut.PAUSE)}
    for pattern, cut in _CUTS:
        for match in pattern.finditer(text):
            end, before = cuts.get(match.start(), (0, Cut.PAUSE))
            cuts[match.start()] = (max(match.end(), end), max(cut, before))
    return _pieces(text, cuts)


def _pieces(text: str, cuts: dict[int, tuple[int, Cut]]) -> list[Part]:
    starts = sorted(cuts.items())
    ends = [place for place, _ in starts[1:]] + [len(text)]
    pieces: list[Part] = []
    pending = Cut.PAUSE
    for (_, (begin, cut)), end in zip(starts, ends, strict=True):
        pending = max(pending, cut)
        if text[begin:end].strip(" ,，。.?？!！"):
            pieces.append(Part(begin, end, pending))
            pending = Cut.PAUSE
    return pieces


def wording(text: str, part: Part) -> str:
    """What a part says, without the words that only lead to it."""
    said = to_simplified(text[part.start : part.end]).strip()
    return _FILLER.sub("", said) or said


def asks(text: str, part: Part) -> bool:
    """Whether a part asks or bids; what only tells is more often a reason than a wish."""
    return _ASKS.search(wording(text, part)) is not None
