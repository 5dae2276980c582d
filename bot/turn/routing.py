"""Routing: which skill answers a message. Pure rules, no I/O.

In this order: a pressed button names its skill; an answer to the bot's last question goes on with
the skill that asked; a message with two readings close together is clarified; otherwise the
intent's own skill answers. An intent that nobody has a skill for goes to ``not_supported``, which
offers a human; what was not understood goes to ``out_of_scope``.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from bot.dialogue.choosing import chosen
from bot.dialogue.correcting import taken_back, without
from bot.dialogue.reply import Pressed
from bot.dialogue.skill import Audience, Skill
from bot.dialogue.state import CONFIRM, TICKET, DialogueState, Question
from bot.dialogue.telling import slot_kind, slots_told
from crm_store.types.conversations import JSON
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

NOT_SUPPORTED = "not_supported"
CLARIFY = "clarify"
AFFIRM = "affirm"

_LEAVING = frozenset({"stop", "deny"})
_CLEARLY = 0.85
"""Confidence from which words are no answer to a question that takes any words."""
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
_IN_PASSING = 0.4
"""Share of a message below which what it mentions is not what it is about."""
_GOING_ON = 0.2
"""... and below which it does not go on with the last skill ("那L码呢")."""
_NOTHING_ELSE = 0.9
"""Share from which a message is nothing but numbers and names, whatever intent it looks like."""


@dataclass(frozen=True, slots=True)
class Route:
    """The skill that answers, and the slots that are filled before it runs."""

    skill: str
    slots: Mapping[str, JSON] = field(default_factory=dict)
    understood: bool = True
    """Whether the message was understood; false counts towards offering a human."""


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
    # What was meant by an unclear message the turn has looked at before.
    if asked is not None and asked.skill != CLARIFY:
        going_on = _answer(parse, state, asked, skills)
        if going_on is not None:
            return going_on
    if bare := _of_names(parse, state, skills, audience, _NOTHING_ELSE):
        return Route(bare)
    if parse.ambiguous:
        return Route(CLARIFY, {"intents": [score.name for score in parse.ambiguous]})
    if not parse.in_scope or parse.intent.name == OUT_OF_SCOPE:
        named = _of_names(parse, state, skills, audience, _IN_PASSING)
        return Route(named) if named else Route(OUT_OF_SCOPE, understood=False)
    return _of_intent(parse.intent.name, skills, audience)


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
    enough = _GOING_ON if share < _NOTHING_ELSE else share
    if last is not None and may_use(last, audience) and _covers(parse, last.slots, enough):
        return last.name
    for kind, candidates in _SKILLS_OF.items():
        usable = [name for name in candidates if name in skills and may_use(skills[name], audience)]
        if usable and _covers(parse, (kind,), share):
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


def _answer(
    parse: Parse, state: DialogueState, question: Question, skills: Mapping[str, Skill]
) -> Route | None:
    """Return where the answer to the last question goes; ``None`` when it is no answer."""
    skill = skills.get(question.skill)
    if skill is not None and skill.flow:
        taken = taken_back(parse.text, state.slots, skill.slots)
        if taken:
            told = slots_told(parse, skill.slots)
            return Route(question.skill, {**without(state.slots, taken), **told})
    if question.slot == CONFIRM:
        return _confirmation(parse, state, question, skill)
    place = chosen(parse.text, [option.label for option in question.options])
    if place is not None:
        value = question.options[place].value
        return Route(question.skill, {**state.slots, question.slot: value})
    return _in_words(parse, state, question, skill)


def _in_words(
    parse: Parse, state: DialogueState, question: Question, skill: Skill | None
) -> Route | None:
    """Return where an answer goes that chooses none of the options."""
    if parse.text.strip().isdecimal() and not slots_told(parse, skill.slots if skill else ()):
        return Route(question.skill, state.slots)  # a figure, if not a possible one
    if parse.intent.name in _LEAVING and _is_meant(parse, question):
        return Route("stop")
    if told := _told(parse, question, skill):
        return Route(question.skill, {**state.slots, **told})
    agreed = parse.intent.name == AFFIRM
    if agreed or not parse.in_scope:
        # Something was said, but not what was asked: the skill asks again and may give up.
        return Route(question.skill, state.slots, understood=agreed)
    return None


def _told(parse: Parse, question: Question, skill: Skill | None) -> dict[str, JSON]:
    """Return the slots that an answer fills; nothing when it is no answer."""
    told = slots_told(parse, skill.slots if skill else (), question.slot)
    if _leads_elsewhere(parse, question) and not _answers(parse, told, question):
        return {}
    agreed = parse.intent.name == AFFIRM and _is_meant(parse, question)
    return {question.slot: parse.text} if question.free and not told and not agreed else told


def _answers(parse: Parse, told: Mapping[str, JSON], question: Question) -> bool:
    """Whether a message that sounds like something else is an answer all the same.

    "改成白色" is one to "which size?", too, unless it is clearly about something else.
    """
    kinds = {slot_kind(slot) for slot in told}
    asked = question.slot in told or parse.intent.confidence < _CLEARLY
    return asked and _covers(parse, kinds)


def _is_meant(parse: Parse, question: Question) -> bool:
    """Whether a message means what it looks like: where any words do, it must do so clearly."""
    return parse.in_scope and (not question.free or parse.intent.confidence >= _CLEARLY)


def _covers(parse: Parse, kinds: Container[str], share: float = _IN_PASSING) -> bool:
    """Whether entities of these kinds are at least this share of the message."""
    mentioned = sum(len(entity.text) for entity in parse.entities if entity.entity in kinds)
    return 0 < mentioned >= share * len(parse.text.strip())


def _leads_elsewhere(parse: Parse, question: Question) -> bool:
    """Whether the message asks for something other than the skill that waits."""
    readings = {parse.intent.name, *(score.name for score in parse.ambiguous)}
    if question.free and parse.intent.confidence < _CLEARLY:
        return False
    return parse.in_scope and not readings & {question.skill, OUT_OF_SCOPE, AFFIRM}


def _confirmation(
    parse: Parse, state: DialogueState, question: Question, skill: Skill | None
) -> Route | None:
    """Return a clear yes or no; "make it two" changes a flow's slot and is confirmed anew."""
    if skill is not None and skill.flow:
        told = slots_told(parse, skill.slots)
        elsewhere = _leads_elsewhere(parse, question)
        if told and (not elsewhere or _answers(parse, told, question)):
            return Route(question.skill, {**state.slots, **told})
    readings = {score.name for score in parse.ambiguous}
    if AFFIRM in readings and readings & _LEAVING:
        return Route(question.skill, state.slots, understood=False)
    match parse.intent.name:
        case "affirm":
            return Route(question.skill, {**state.slots, CONFIRM: True})
        case "deny" | "stop":
            return Route(question.skill, {**state.slots, CONFIRM: False})
        case _:
            return None
