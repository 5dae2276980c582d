"""Several wishes in one message, and wishes that are taken back: "退货，另外积分会扣吗".

Where a message may fall into parts, the parts are parsed by the same engine, whichever it is. A
split stands only if parts of their own right are confidently about different things: two answers
to one question annoy more than one answer to two. What is negated ("不是要退，是想换") plays no
part: the rest decides.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import zip_longest
from typing import Final

from nlu.figures import Figure, figures_of
from nlu.language import to_simplified
from nlu.ports import NluEngine
from nlu.types import OUT_OF_SCOPE, IntentScore, Parse, Segment

_SOCIAL: Final = frozenset(
    {"greet", "goodbye", "thank", "affirm", "deny", "stop", "bot_help", OUT_OF_SCOPE}
)
_MOST_PARTS: Final = 5
_LONGEST: Final = 300
_SURE: Final = 0.6
"""Least confidence of a part that asks, after a question or a word that begins something new."""
_VERY_SURE: Final = 0.9
"""... and of one that only tells, or comes after a mere comma or a space."""
_LIKELY: Final = 5
"""How many of the whole's likeliest readings may be a wish that only a comma sets apart."""
_SURELY_ONE: Final = 0.9
"""A whole of this confidence has one wish, unless a word says that another follows."""

_ASKS: Final = re.compile(
    r"[吗呢?？]|几|怎么|多少|什么|哪|帮我|给我|推荐|我?要|想|能不能|可以|有没有|"
    r"\b(?:where|what|when|how|which|why|want|need|please|tell)\b|"
    r"^(?:can|could|do|does|did|is|are|will|would)\b",
    re.IGNORECASE,
)
"""Words that ask; "is" and its like only in front, for "it is broken" tells."""

_CONNECTIVE: Final = (
    r"(?:顺便|顺道|(?:(?<=[\s,，。?？!！、])|^)(?:另外|还有就是|还有(?![点些])|对了|话说)|再问一?下|再帮我|再就是|此外|除此之外|同时|"
    r"\b(?:and also|also|by the way|btw|oh and|one more thing|another thing|in addition|besides|"
    r"plus|as well as)\b|(?<=[,，。 ])(?:然后|而且|再帮?我?[问查]))"
)
_NEW: Final = re.compile(
    rf"[\s,，。.;；!！?？、]*(?:而且|然后|and )?{_CONNECTIVE}[\s,，:：]*", re.IGNORECASE
)
_END: Final = re.compile(r"[?？。!！;；\n]+\s*|\.\s+")
_AND: Final = re.compile(
    r",? (?:and|but) (?=(?:can|could|where|what|when|how|which|why|is|are|do|does|will|would|i |"
    r"i'|please|tell|let|cancel|change|also)\b)",
    re.IGNORECASE,
)
_PAUSE: Final = re.compile(r"[,，]\s*|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_FILLER: Final = re.compile(
    r"^(?:而且|然后|(?:而且|然后|那|就是|我想|想|请|麻烦|顺便)?(?:请问|问问)|and|but|oh|so|please)[\s,，:：]*",
    re.IGNORECASE,
)
_NEGATED: Final = re.compile(
    r"^(?:我|这|那个|嗯|哎|不)?[,，\s]*(?:并?不是(?:要|想|问|来|让|在问|找)|不用|不要(?!了|的)|不想(?!要了)|"
    r"不(?=[换退查改买]了)|没想|没要|别(?=给|发|取消|退|换|寄|送|再|帮))"
    r"|^(?:no,? )?(?:i (?:don['’]?t|do not)|don['’]?t|do not|i did(?:n['’]?t| not))"
    r"(?! (?:want|need) (?:it|this|that|them|these|those)\b)"
    r"(?= (?:want|need|mean|cancel|refund|return|exchange|change|send|ask|call|ship|give))"
    r"|^(?:i['’]?m |i am )?not (?=asking|about|trying|looking|here)|^no need to",
    re.IGNORECASE,
)
# "不是X，是Y": without a verb only what follows tells a correction.
_NEGATED_NOUN: Final = re.compile(r"^(?:我|这)?不是(?!说|有|在|都|已经)")
_CORRECTION: Final = re.compile(r"^(?:我?(?:而|就|只)?是|要)")
_ASKING: Final = re.compile(r"[吗嘛么?？]\W*$")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a message."""

    start: int
    end: int
    new: bool
    """Whether a word or the end of a sentence before it says that something new begins."""


def parts_of(text: str) -> list[Part]:
    """The pieces a message may fall into; one when nothing in it says that there are more."""
    if len(text) > _LONGEST:
        return [Part(0, len(text), new=False)]
    cuts = {0: (0, False)}
    for pattern, new in ((_PAUSE, False), (_AND, True), (_END, True), (_NEW, True)):
        for match in pattern.finditer(text):
            before = cuts.get(match.start(), (0, False))
            cuts[match.start()] = (max(match.end(), before[0]), new or before[1])
    return _pieces(text, cuts)


def _pieces(text: str, cuts: dict[int, tuple[int, bool]]) -> list[Part]:
    starts = sorted(cuts.items())
    ends = [place for place, _ in starts[1:]] + [len(text)]
    pieces: list[Part] = []
    pending = False
    for (_, (begin, new)), end in zip(starts, ends, strict=True):
        pending = pending or new
        if text[begin:end].strip(" ,，。.?？!！"):
            pieces.append(Part(begin, end, pending))
            pending = False
    return pieces


class SegmentingEngine:
    """An `NluEngine` that understands several wishes, on top of one that understands one."""

    def __init__(self, engine: NluEngine) -> None:
        self._engine = engine

    @property
    def fingerprint(self) -> str:
        """Names the model."""
        return self._engine.fingerprint

    def figures(self) -> Iterator[Figure]:
        """Those of the engine inside."""
        return figures_of(self._engine)

    @property
    def intents(self) -> frozenset[str]:
        """Every intent the model was trained on."""
        return self._engine.intents

    async def parse(
        self,
        text: str,
        *,
        allowed_intents: frozenset[str] | None = None,
        now: datetime | None = None,
        expecting: frozenset[str] | None = None,
    ) -> Parse:
        """See `NluEngine.parse`."""

        async def parsed(said: str) -> Parse:
            return await self._engine.parse(said, allowed_intents=allowed_intents, now=now)

        whole = await self._engine.parse(
            text, allowed_intents=allowed_intents, now=now, expecting=expecting
        )
        parts = parts_of(text)
        kept = _kept(text, parts)
        if len(kept) < len(parts):
            return await _corrected(whole, kept, parsed)
        if not _may_be_several(whole, parts):
            return whole
        found = await asyncio.gather(*(parsed(_wording(text, part)) for part in parts))
        return _several(whole, list(zip(parts, found, strict=True)))


def _kept(text: str, parts: Sequence[Part]) -> list[Part]:
    """The parts that are not negated."""
    return [part for i, part in enumerate(parts) if not _is_negated(text, parts, i)]


def _is_negated(text: str, parts: Sequence[Part], place: int) -> bool:
    said = _wording(text, parts[place])
    if _ASKING.search(text[parts[place].start : parts[place].end]):
        return False
    if _NEGATED.match(said):
        return True
    following = parts[place + 1] if place + 1 < len(parts) else None
    corrected = following is not None and _CORRECTION.match(_wording(text, following))
    return bool(corrected and _NEGATED_NOUN.match(said))


async def _corrected(
    whole: Parse, kept: Sequence[Part], parsed: Callable[[str], Awaitable[Parse]]
) -> Parse:
    """The parse by what is left without the negated parts."""
    if not kept:
        denied = _NEGATED.sub("", to_simplified(whole.text).strip())
        about = await parsed(denied) if denied else whole
        return _refused(whole) if about.intent.name == whole.intent.name else whole
    rest = await parsed("，".join(_wording(whole.text, part) for part in kept))
    if not _is_wish(rest, _SURE):
        return whole
    return replace(
        whole,
        intent=rest.intent,
        ranking=rest.ranking,
        in_scope=True,
        ambiguous=rest.ambiguous,
    )


def _refused(whole: Parse) -> Parse:
    """The parse of a message that only says what is not wanted."""
    if whole.intent.name in _SOCIAL:
        return whole
    refused = IntentScore(OUT_OF_SCOPE, whole.intent.confidence)
    others = tuple(score for score in whole.ranking if score.name != whole.intent.name)
    return replace(whole, intent=refused, ranking=(refused, *others), in_scope=False, ambiguous=())


def _may_be_several(whole: Parse, parts: Sequence[Part]) -> bool:
    if not 1 < len(parts) <= _MOST_PARTS:
        return False
    if any(part.new for part in parts) or whole.intent.confidence < _SURELY_ONE:
        return True
    return sum(_asks(whole.text, part) for part in parts) > 1


def _asks(text: str, part: Part) -> bool:
    return _ASKS.search(_wording(text, part)) is not None


def _wording(text: str, part: Part) -> str:
    """What a part says, without the words that only lead to it."""
    said = to_simplified(text[part.start : part.end]).strip()
    return _FILLER.sub("", said) or said


def _is_wish(parse: Parse, least: float) -> bool:
    sure = parse.in_scope and parse.intent.confidence >= least
    return sure and not parse.ambiguous and parse.intent.name not in _SOCIAL


def _settled(parse: Parse, whole: Parse) -> Parse:
    """A part that wavers between two readings, one of which is the whole's, has the whole's."""
    readings = {score.name for score in parse.ambiguous}
    if whole.intent.name not in readings:
        return parse
    together = min(sum(score.confidence for score in parse.ambiguous), 1.0)
    settled = IntentScore(whole.intent.name, together)
    return replace(parse, intent=settled, ambiguous=())


def _several(whole: Parse, parts: Sequence[tuple[Part, Parse]]) -> Parse:
    """The parse with all wishes, if there are several; otherwise the whole as it is."""
    wishes: list[tuple[Part, Parse]] = []
    for (part, parse), following in zip_longest(parts, [part for part, _ in parts[1:]]):
        asks = _asks(whole.text, part)
        apart = part.new or (following is not None and following.new)
        if not apart and not asks:
            continue
        parse = _settled(parse, whole)  # noqa: PLW2901
        least = _SURE if asks and (part.new or not wishes) else _VERY_SURE
        if _is_wish(parse, least) and _is_other(parse, wishes):
            wishes.append((part, parse))
    if len(wishes) < 2 or not _explains(whole, wishes):  # noqa: PLR2004
        return whole
    starts = [part.start for part, _ in wishes] + [len(whole.text)]
    segments = [
        _segment(whole, start, end, parse)
        for (_, parse), start, end in zip(wishes, [0, *starts[1:]], starts[1:], strict=False)
    ]
    first = wishes[0][1]
    return replace(
        whole,
        intent=first.intent,
        ranking=first.ranking,
        in_scope=True,
        ambiguous=(),
        also=tuple(segments[1:]),
    )


def _is_other(parse: Parse, wishes: Sequence[tuple[Part, Parse]]) -> bool:
    return all(parse.intent.name != other.intent.name for _, other in wishes)


def _explains(whole: Parse, wishes: Sequence[tuple[Part, Parse]]) -> bool:
    """Whether the parts' wishes are what the whole may be about, too."""
    likeliest = [score.name for score in whole.ranking if score.name != OUT_OF_SCOPE]
    if likeliest and likeliest[0] not in {parse.intent.name for _, parse in wishes}:
        return False
    return all(part.new or parse.intent.name in likeliest[:_LIKELY] for part, parse in wishes[1:])


def _segment(whole: Parse, start: int, end: int, parse: Parse) -> Segment:
    inside = tuple(e for e in whole.entities if start <= e.start < end)
    return Segment(whole.text[start:end], start, end, parse.intent, inside)
