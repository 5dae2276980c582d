"""Routing: which skill answers a message. Pure rules, no I/O.

In this order: a pressed button names its skill; an answer to the bot's last question goes on with
the skill that asked; a message with two readings close together is clarified; otherwise the
intent's own skill answers. An intent that nobody has a skill for goes to ``not_supported``, which
offers a human; what was not understood goes to ``out_of_scope``.
"""

from collections.abc import Mapping, Sequence

from bot.dialogue.asking_back import is_question
from bot.dialogue.attributes import attributes_asked
from bot.dialogue.choosing import position_named
from bot.dialogue.reply import Pressed
from bot.dialogue.skill import Audience, Skill
from bot.dialogue.state import CONFIRM, TICKET, DialogueState, Question
from bot.dialogue.telling import CLEARLY
from bot.turn.answering import answer_of
from bot.turn.route import IN_PASSING, NOTHING_ELSE, Route, covers
from nlu.types import OUT_OF_SCOPE, Parse

CLERK_INTENTS = frozenset(
    {
        "member_lookup",
        "member_history",
        "next_best_offer",
        "add_note",
        "create_followup",
        "list_followups",
        "segment_query",
    }
)
"""Understood only when a clerk speaks."""
CUSTOMERS_INTENTS = frozenset({"recommend_product"})
"""Understood only when a customer speaks: a clerk asks for the member's sake (next_best_offer)."""

NOT_SUPPORTED = "not_supported"
CLARIFY = "clarify"
_TALK = frozenset({"affirm", "deny", "stop", "greet", "goodbye", "thank"})
_SKILLS_OF: Mapping[str, tuple[str, ...]] = {
    "order_number": ("order_status", "member_lookup"),
    "phone_tail": ("order_status", "member_lookup"),
    "phone": ("member_lookup",),
    "card_number": ("member_lookup",),
    "sku": ("stock_check",),
    "store": ("store_info",),
    "city": ("store_info",),
    "product": ("search_product",),
    "category": ("search_product",),
    "brand": ("search_product",),
}
"""Which skill a number or name alone is for; the first that the audience may use."""
_OF_A_PRODUCT = "product_question"
"""Which skill is for words that point at a product shown and ask something of it."""
_OF_ONE_PRODUCT = frozenset({_OF_A_PRODUCT, "stock_check", "pair_with_product"})
_PARTICULAR = frozenset({"order_number", "coupon_code"})
"""Kinds of entities of which there is one in the world: what they are for is what is meant."""
_READINGS = 2
"""How many close readings it takes to be unsure which was meant."""
_LIKELY = 0.2
"""Confidence from which a second reading comes into question."""
_GOING_ON = 0.2
"""... and below which it does not go on with the last skill ("那L码呢")."""


def may_use(skill: Skill, audience: Audience) -> bool:
    """Whether a skill is for this audience."""
    return bool(skill.audience & audience)


def route(
    parse: Parse,
    pressed: Pressed | None,
    state: DialogueState,
    skills: Mapping[str, Skill],
    audience: Audience,
) -> Route:
    """Return which skill answers."""
    if pressed is not None:
        return _of_button(pressed, state, skills, audience)
    asked = state.question
    if claimed := _claimed(parse, asked, skills, audience):
        return claimed
    # What was meant by an unclear message the turn has looked at before.
    if asked is not None and asked.skill != CLARIFY:
        going_on = answer_of(parse, state, asked, skills)
        if going_on is not None:
            return going_on
    if bare := _of_names(parse, state, skills, audience, NOTHING_ELSE):
        return Route(bare)
    return _by_meaning(parse, state, skills, audience)


def _claimed(
    parse: Parse, asked: Question | None, skills: Mapping[str, Skill], audience: Audience
) -> Route | None:
    """Return the skill whose words these are, unless they are asked about or told as a story."""
    if is_question(parse.text) or (asked is not None and asked.free):
        return None
    for skill in skills.values():
        slots = skill.claims(parse.text)
        if slots is not None and may_use(skill, audience):
            return Route(skill.name, slots)
    return None


def _by_meaning(
    parse: Parse, state: DialogueState, skills: Mapping[str, Skill], audience: Audience
) -> Route:
    if _asks_of_shown(parse, state, skills):
        return Route(_OF_A_PRODUCT)
    errands = [
        score.name
        for score in parse.ambiguous
        if score.name not in _TALK and _is_for(score.name, skills, audience)
    ]
    if (meant := _one_of(errands, parse, skills, audience)) is not None:
        return _of_intent(meant, skills, audience)
    if len(errands) > 1:
        return Route(CLARIFY, {"intents": [*errands]})
    vague = bool(parse.ambiguous) and parse.intent.name in _TALK
    if vague or not parse.in_scope or parse.intent.name == OUT_OF_SCOPE:
        named = _of_names(parse, state, skills, audience, IN_PASSING)
        return Route(named) if named else Route(OUT_OF_SCOPE, understood=False)
    return _of_intent(_with_a_use(parse, skills), skills, audience)


def _one_of(
    errands: Sequence[str], parse: Parse, skills: Mapping[str, Skill], audience: Audience
) -> str | None:
    """Return which of the readings is meant, where nobody has to be asked."""
    if len(errands) < _READINGS:
        alone = bool(errands) and not _is_for(parse.intent.name, skills, audience)
        return errands[0] if alone else None
    about = [name for name in errands if _has_a_use(parse, skills.get(name))]
    if len(about) == 1:
        return about[0]
    return errands[0] if _show_alike(errands, skills) else None


def _is_for(intent: str, skills: Mapping[str, Skill], audience: Audience) -> bool:
    """Whether an intent may be meant: nobody is asked about what is not for them anyway."""
    skill = skills.get(intent)
    if skill is None:
        return intent not in CLERK_INTENTS or bool(audience & Audience.CLERKS)
    return may_use(skill, audience)


def _show_alike(intents: Sequence[str], skills: Mapping[str, Skill]) -> bool:
    """Whether all of them end in the same: "推荐一款面霜" is a search as much as advice."""
    shown = {skills[name].shows if name in skills else None for name in intents}
    return len(shown) == 1 and None not in shown


def _asks_of_shown(parse: Parse, state: DialogueState, skills: Mapping[str, Skill]) -> bool:
    """Whether a message asks something of a product shown ("第二个多少钱").

    What sounds like an errand, or like a skill for single products, is that one.
    """
    if position_named(parse.text, len(state.shown_products)) is None:
        return False
    if not parse.in_scope:
        return True
    skill = skills.get(parse.intent.name)
    other = skill is None or not (skill.flow or skill.name in _OF_ONE_PRODUCT)
    return other and bool(attributes_asked(parse.text))


def _with_a_use(parse: Parse, skills: Mapping[str, Skill]) -> str:
    """Return the intent; of an unsure reading of a message with an order's number one about orders.

    "where is HK2511030042" looks like a question for a shop.
    """
    if parse.intent.confidence >= CLEARLY:
        return parse.intent.name
    likely = [one.name for one in (parse.intent, *parse.ranking) if one.confidence >= _LIKELY]
    about = (name for name in likely if _has_a_use(parse, skills.get(name)))
    return next(about, parse.intent.name)


def _has_a_use(parse: Parse, skill: Skill | None) -> bool:
    """Whether a message has the number of something that this skill takes."""
    named = {entity.entity for entity in parse.entities} & _PARTICULAR
    return skill is not None and not named.isdisjoint(skill.slots)


def _of_names(
    parse: Parse,
    state: DialogueState,
    skills: Mapping[str, Skill],
    audience: Audience,
    share: float,
) -> str | None:
    """Return the skill for a message of which numbers and names are at least this share.

    The skill that spoke last goes on if it has a use for it ("那M码呢"); otherwise each kind of
    name has its own.
    """
    last = skills.get(state.last_skill or "")
    enough = _GOING_ON if share < NOTHING_ELSE else share
    if last is not None and may_use(last, audience) and covers(parse, last.slots, enough):
        return last.name
    for kind, candidates in _SKILLS_OF.items():
        usable = [name for name in candidates if name in skills and may_use(skills[name], audience)]
        if usable and covers(parse, (kind,), share):
            return usable[0]
    return None


def _of_intent(intent: str, skills: Mapping[str, Skill], audience: Audience) -> Route:
    found = skills.get(intent)
    if found is not None and may_use(found, audience):
        return Route(intent)
    if intent in CLERK_INTENTS and not audience & Audience.CLERKS:
        return Route(OUT_OF_SCOPE, understood=False)
    return Route(NOT_SUPPORTED, {"intent": intent})


def _of_button(
    pressed: Pressed, state: DialogueState, skills: Mapping[str, Skill], audience: Audience
) -> Route:
    """A button fills the slots that its skill declares, and confirms only what was asked."""
    going_to = _of_intent(pressed.intent, skills, audience)
    if going_to.skill != pressed.intent:
        return going_to
    declared = skills[pressed.intent].slots
    filled = {name: value for name, value in pressed.slots.items() if name in declared}
    asked = state.question
    if asked is None or asked.skill != pressed.intent:
        return Route(pressed.intent, filled)
    if skills[pressed.intent].flow:
        filled = {**state.slots, **filled}
    confirmed = pressed.slots.get(CONFIRM)
    if asked.slot != CONFIRM or not isinstance(confirmed, bool):
        return Route(pressed.intent, filled)
    if filled.get(TICKET) != state.slots.get(TICKET):
        return Route(pressed.intent, filled)  # a button of an earlier confirmation
    return Route(pressed.intent, {**state.slots, CONFIRM: confirmed})
