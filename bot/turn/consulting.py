"""Whether an article of the help centre answers a message better than the skill it was routed to.

A message that is not understood may be a question that the help centre knows. And who asks, nearly
in the words of an article about a rule ("退货要自己付运费吗"), wants to know the rule; the errand
that it sounds like is offered with the answer.
"""

from typing import Final

from bot.dialogue.articles import FAQ, near_articles
from bot.dialogue.asking_back import is_wish
from bot.dialogue.skill import Services, Skill
from bot.dialogue.state import DialogueState
from bot.turn.route import Route
from bot.turn.routing import CLARIFY, NOT_SUPPORTED
from crm_store.types.conversations import Message
from knowledge.types import FaqHit, Nearness
from nlu.types import OUT_OF_SCOPE, Parse

_PARTICULAR: Final = frozenset({"order_number", "phone", "card_number", "sku", "product"})
"""Who names one of these asks about it, not about a rule."""
_NOT_WORDS: Final = frozenset({"attachment", "cut_from"})


async def consulted(
    services: Services,
    message: Message,
    parse: Parse,
    state: DialogueState,
    going_to: Route,
    skill: Skill,
) -> Route:
    """Return the route of a message that was typed, led to an article where one answers it.

    ``skill`` is the one that it leads to.
    """
    least = _least(parse, state, going_to, skill)
    if least is None or _NOT_WORDS & message.payload.keys():
        return going_to
    hits = await near_articles(services, parse.text, Nearness.LIKELY)
    if not hits:
        return going_to
    best = hits[0]
    if best.nearness >= least and (best.article.general or least is Nearness.SURE):
        return Route(FAQ, {"article": best.article.id})
    if going_to.skill == OUT_OF_SCOPE and not state.misunderstood:
        return _offering(hits)
    return going_to


def _least(parse: Parse, state: DialogueState, going_to: Route, skill: Skill) -> Nearness | None:
    """Return how near an article must be to answer instead; ``None``: however near, it does not."""
    if not going_to.understood or going_to.skill in (CLARIFY, NOT_SUPPORTED):
        return Nearness.SURE
    told = [value for name, value in going_to.slots.items() if state.slots.get(name) != value]
    # Where any words are an answer, a question about a rule is none all the same.
    told_nothing = all(value == parse.text for value in told)
    plain = going_to.skill == parse.intent.name and told_nothing and not parse.also
    particular = any(entity.entity in _PARTICULAR for entity in parse.entities)
    errand = plain and not particular and skill.ruled(parse.text) and not is_wish(parse.text)
    return Nearness.CERTAIN if errand else None


def _offering(hits: list[FaqHit]) -> Route:
    return Route(FAQ, {"near": [hit.article.id for hit in hits]}, understood=False)
