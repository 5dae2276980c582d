"""Several wishes in one message: each is answered, and what has to be asked comes last."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.dialogue.skill import Outcome, Skill, Turn
from bot.dialogue.state import Suspended
from nlu.types import Segment


def further_wishes(turn: Turn, skills: Mapping[str, Skill]) -> list[Turn]:
    """Return a turn for each further wish of the message that a skill of its own answers.

    Only of a message that was taken by its intent: an answer to a question is one thing.
    """
    if turn.pressed or turn.skill != turn.parse.intent.name:
        return []
    known = [segment for segment in turn.parse.also if segment.intent.name in skills]
    return [_turn_for(turn, segment) for segment in known if segment.intent.name != turn.skill]


def _turn_for(turn: Turn, segment: Segment) -> Turn:
    parse = replace(
        turn.parse,
        text=segment.text,
        intent=segment.intent,
        entities=segment.entities,
        ambiguous=(),
        also=(),
    )
    return replace(turn, skill=segment.intent.name, slots={}, parse=parse)


def first_wish(turn: Turn) -> Turn:
    """Return the turn of the first wish alone, without what the others are about."""
    taken = [(segment.start, segment.end) for segment in turn.parse.also]
    own = tuple(
        entity
        for entity in turn.parse.entities
        if not any(start <= entity.start < end for start, end in taken)
    )
    return replace(turn, parse=replace(turn.parse, entities=own, also=()))


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """Return the outcomes of one message's wishes as one.

    The first question stays open and is said last; the others wait until it is settled.
    """
    asking = [one for one in outcomes if one.state.question is not None]
    if not asking:
        return _joined(outcomes, outcomes[-1])
    first, *later = asking
    answers = [one for one in outcomes if one.state.question is None]
    waiting = tuple(
        Suspended(one.state.question, one.state.slots)
        for one in reversed(later)
        if one.state.question is not None
    )
    merged = _joined([*answers, first], first)
    for one in later:
        merged = replace(merged, effects=(*merged.effects, *one.effects))
    return merged.remember(
        suspended=(*merged.state.suspended, *waiting),
        order_number=outcomes[-1].state.order_number,
        shown_products=outcomes[-1].state.shown_products,
    )


def _joined(outcomes: Sequence[Outcome], last: Outcome) -> Outcome:
    replies = tuple(reply for one in outcomes for reply in one.replies)
    effects = tuple(effect for one in outcomes for effect in one.effects)
    resolved = any(one.resolved for one in outcomes)
    return replace(last, replies=replies, effects=effects, resolved=resolved)
