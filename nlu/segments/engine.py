"""An engine that understands several wishes in one message, on top of one that understands one.

Where a message may fall into parts, the parts are parsed by the same engine, whichever it is. What
is negated ("不是要退，是想换") plays no part: the rest decides.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Final

from nlu.around import EngineAround
from nlu.segments.negated import wanted, without_negation
from nlu.segments.odds import Wish, likeliest_of, may_be_two, two_rather_than_one
from nlu.segments.parts import Cut, Part, asks, parts_of, wording
from nlu.types import OUT_OF_SCOPE, IntentScore, Parse, Segment

SOCIAL: Final = frozenset(
    {"greet", "goodbye", "thank", "affirm", "deny", "stop", "bot_help", OUT_OF_SCOPE}
)
"""What is no wish of its own beside another."""
_CALL: Final = "talk_to_human"
"""Who calls for a human anywhere in a message calls for one, whatever else they say."""
_CALLED: Final = 0.9
"""Least confidence of a part that calls."""
_PERHAPS_CALLED: Final = 0.01
"""Least confidence in the whole for its parts to be asked."""
_MOST_PARTS: Final = 6
_SURE: Final = 0.6
"""Least confidence of what is left beside a negated part."""

_Parser = Callable[[str], Awaitable[Parse]]


class SegmentingEngine(EngineAround):
    """An `NluEngine` that understands several wishes, on top of one that understands one."""

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
        kept = wanted(text, parts)
        if len(kept) < len(parts):
            return await _corrected(whole, kept, parsed)
        if not 1 < len(parts) <= _MOST_PARTS:
            return whole
        if not (_may_call(whole) or may_be_two(max(part.cut for part in parts[1:]), whole)):
            return whole
        found = await asyncio.gather(*(parsed(wording(text, part)) for part in parts))
        return _several(whole, parts, wishes_of(whole, parts, found))


async def _corrected(whole: Parse, kept: Sequence[Part], parsed: _Parser) -> Parse:
    """The parse by what is left without the negated parts."""
    if not kept:
        denied = without_negation(whole.text)
        about = await parsed(denied) if denied else whole
        return _refused(whole) if about.intent.name == whole.intent.name else whole
    rest = await parsed("，".join(wording(whole.text, part) for part in kept))
    sure = rest.in_scope and rest.intent.confidence >= _SURE and not rest.ambiguous
    if not sure or rest.intent.name in SOCIAL:
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
    if whole.intent.name in SOCIAL:
        return whole
    refused = IntentScore(OUT_OF_SCOPE, whole.intent.confidence)
    others = tuple(score for score in whole.ranking if score.name != whole.intent.name)
    return replace(whole, intent=refused, ranking=(refused, *others), in_scope=False, ambiguous=())


def wishes_of(whole: Parse, parts: Sequence[Part], found: Sequence[Parse]) -> list[Wish]:
    """The parts that may be wishes in their order, of each intent the one that looks most so."""
    best: dict[str, Wish] = {}
    for part, parse in zip(parts, found, strict=True):
        wish = Wish(part, _settled(parse, whole), asks(whole.text, part))
        if not wish.parse.in_scope or wish.parse.ambiguous or wish.name in SOCIAL:
            continue
        if wish.name not in best or wish.weight > best[wish.name].weight:
            best[wish.name] = wish
    return sorted(best.values(), key=lambda wish: wish.part.start)


def _settled(parse: Parse, whole: Parse) -> Parse:
    """A part that wavers between two readings, one of which is the whole's, has the whole's."""
    likeliest = likeliest_of(whole)
    if likeliest not in {score.name for score in parse.ambiguous}:
        return parse
    together = min(sum(score.confidence for score in parse.ambiguous), 1.0)
    return replace(parse, intent=IntentScore(likeliest, together), ambiguous=())


def _several(whole: Parse, parts: Sequence[Part], wishes: list[Wish]) -> Parse:
    """The parse with all wishes, if there are several; otherwise the whole as it is.

    While two neighbours are more likely one wish than two, the weaker of the least likely pair is
    no wish: it tells why, or says the same again.
    """
    while len(wishes) > 1:
        pairs = list(pairwise(wishes))
        odds = [two_rather_than_one(*pair, cut_between(parts, *pair), whole) for pair in pairs]
        if min(odds) > 0:
            return _with_all(whole, wishes)
        pair = pairs[odds.index(min(odds))]
        weaker = min(pair, key=lambda wish: (_calls(wish), wish.weight))
        wishes = [wish for wish in wishes if wish is not weaker]
    return _with_all(whole, wishes) if any(map(_calls, wishes)) else whole


def _may_call(whole: Parse) -> bool:
    return any(s.name == _CALL and s.confidence >= _PERHAPS_CALLED for s in whole.ranking)


def _calls(wish: Wish) -> bool:
    return wish.name == _CALL and wish.parse.intent.confidence >= _CALLED


def cut_between(parts: Sequence[Part], first: Wish, second: Wish) -> Cut:
    """What stands between two wishes among the parts of a message: the strongest of the cuts."""
    return max(p.cut for p in parts if first.part.start < p.start <= second.part.start)


def _with_all(whole: Parse, wishes: Sequence[Wish]) -> Parse:
    starts = [0, *(wish.part.start for wish in wishes[1:]), len(whole.text)]
    segments = [
        _segment(whole, start, end, wish.parse)
        for wish, (start, end) in zip(wishes, pairwise(starts), strict=True)
    ]
    first = wishes[0].parse
    return replace(
        whole,
        intent=first.intent,
        ranking=first.ranking,
        in_scope=True,
        ambiguous=(),
        also=tuple(segments[1:]),
    )


def _segment(whole: Parse, start: int, end: int, parse: Parse) -> Segment:
    inside = tuple(e for e in whole.entities if start <= e.start < end)
    return Segment(whole.text[start:end], start, end, parse.intent, inside)
