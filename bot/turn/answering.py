"""Answers: what a message is to the question that the bot asked last. Pure rules, no I/O.

It may choose, tell, put an earlier answer right, say yes or no, or be no answer at all.
"""

from collections.abc import Mapping
from typing import Final

from bot.dialogue.asking_back import (
    calls_human,
    is_question,
    is_request,
    leaves,
    refuses,
    waits,
    wavers,
)
from bot.dialogue.choosing import chosen
from bot.dialogue.correcting import (
    asked_anew,
    asked_beyond,
    rewords,
    taken_back,
    units_said,
    without,
)
from bot.dialogue.skill import Skill
from bot.dialogue.state import CHANGE, CONFIRM, DialogueState, Question
from bot.dialogue.telling import CLEARLY, slot_kind, slots_told
from bot.policies.changes import begins_address, is_address
from bot.turn.route import NOTHING_ELSE, Route, covers
from crm_store.types.conversations import JSON
from nlu.types import OUT_OF_SCOPE, Parse

AFFIRM: Final = "affirm"

_LEAVING: Final = frozenset({"stop", "deny"})
_YES: Final = frozenset({"yes", "accepted"})
_YES_OR_NO: Final = {AFFIRM: _YES, "deny": frozenset({"no", "declined"})}
"""Values of options that a plain yes, or a plain no, means."""
_COURTESIES: Final = frozenset({"greet", "goodbye", "thank"})
"""What words that choose something may be taken for, and are not."""
_HUMAN: Final = "talk_to_human"
_WAIT: Final = "wait"
_FEEDBACK: Final = "feedback"
"""What somebody tells when they are asked to tell is the answer."""
_UNITS: Final = "quantity"
_GOODS: Final = frozenset({"product", "category", "sku", "brand"})
_ABOUT_GOODS: Final = frozenset({"product_question", "stock_check", "search_product"})
_SEEKING: Final = frozenset({"search_product", "recommend_product"})
"""Skills that ask what somebody is looking for."""
_ONE_WORD: Final = 4
"""Length up to which a message is one word, which no model can be sure about ("个人")."""
_FEW_LETTERS: Final = 24
"""Length up to which words that name a choice are about nothing else."""


def answer_of(
    parse: Parse, state: DialogueState, question: Question, skills: Mapping[str, Skill]
) -> Route | None:
    """Return where the answer to the last question goes; ``None`` when it is no answer."""
    skill = skills.get(question.skill)
    if aside := _aside(parse, question):
        return Route(aside)
    if skill is not None and skill.flow:
        corrected = _corrected(parse, state, question, skill)
        if corrected is not None:
            return corrected
    if question.story and _belongs_to_story(parse, skills):
        return Route(question.skill, {**state.slots, question.slot: parse.text})
    if question.slot == CONFIRM:
        return _confirmation(parse, state, question, skill)
    if (value := _whole_answer(parse, question)) is not None:
        return Route(question.skill, {**state.slots, question.slot: value})
    return _in_words(parse, state, question, skill)


def _whole_answer(parse: Parse, question: Question) -> str | None:
    """Return the option that is named or pointed at, or the town that an address begins with.

    A yes or a no is an option, where the question is one.
    """
    if _begins_address(parse, question):
        return parse.text
    place = chosen(parse.text, [option.label for option in question.options])
    if place is not None:
        return question.options[place].value
    meant = _YES_OR_NO.get(parse.intent.name)
    if meant is None or leaves(parse.text) or (meant is _YES and wavers(parse.text)):
        return None
    return next((one.value for one in question.options if one.value in meant), None)


def _aside(parse: Parse, question: Question) -> str | None:
    """Return the skill of words that answer no question, whatever is asked."""
    if question.skill != _HUMAN and (calls_human(parse.text) or _clearly_calls(parse)):
        return _HUMAN
    return _WAIT if waits(parse.text) else None


def _clearly_calls(parse: Parse) -> bool:
    """Whether a sentence calls for a human, whatever else it says; of a word one is never sure."""
    long = len(parse.text.strip()) > _FEW_LETTERS // 2
    return long and parse.intent.name == _HUMAN and parse.intent.confidence >= CLEARLY


def _belongs_to_story(parse: Parse, skills: Mapping[str, Skill]) -> bool:
    """Whether words that sound like an errand tell what happened ("为什么一直不发货")."""
    sounds_like = skills.get(parse.intent.name)
    if sounds_like is None or leaves(parse.text):
        return False
    return sounds_like.name == _FEEDBACK or sounds_like.ruled(parse.text)


def _corrected(
    parse: Parse, state: DialogueState, question: Question, skill: Skill
) -> Route | None:
    """Return the flow with an answer taken back, or to be given anew."""
    told = slots_told(parse, skill.slots)
    units = units_said(parse.text)
    if units is not None and _UNITS in skill.slots and _UNITS in state.slots:
        return Route(question.skill, {**state.slots, **told, _UNITS: units})
    if taken := taken_back(parse.text, state.slots, skill.slots):
        return Route(question.skill, {**without(state.slots, taken), **told})
    long = len(parse.text.strip()) > _FEW_LETTERS // 2
    if (question.free and (question.story or long)) or told or skill.hears(parse.text):
        return None
    anew = asked_anew(parse.text, state.slots, skill.slots)
    if anew is None and question.slot == CONFIRM:
        anew = asked_beyond(parse.text, skill.slots)
    return Route(question.skill, {**state.slots, CHANGE: anew}) if anew else None


def _in_words(
    parse: Parse, state: DialogueState, question: Question, skill: Skill | None
) -> Route | None:
    """Return where an answer goes that chooses none of the options."""
    told = slots_told(parse, skill.slots if skill else (), question.slot)
    if parse.text.strip().isdecimal() and not told:
        return Route(question.skill, state.slots)  # a figure, if not a possible one
    early = _early(parse, question, skill)
    if early is not None or _is_exactly(parse, told):
        return Route(question.skill, {**state.slots, **(early or {}), **told})
    if leaves(parse.text) or (parse.intent.name in _LEAVING and _is_meant(parse, question)):
        return Route("stop")
    if told := _told(parse, told, question):
        return Route(question.skill, {**state.slots, **told})
    agreed = parse.intent.name == AFFIRM
    same = skill is not None and skill.flow and parse.intent.name == skill.name
    if agreed or same or not parse.in_scope:
        # Something was said, but not what was asked: the skill asks again and may give up.
        return Route(question.skill, state.slots, understood=agreed or same)
    return None


def _early(parse: Parse, question: Question, skill: Skill | None) -> Mapping[str, JSON] | None:
    """Return the choices of other questions that words answer; ``None`` when they answer none.

    "没拆" sounds like a no, and is an answer, if to a later question.
    """
    heard = skill.hears(parse.text) if skill and not _asks(parse.text) else {}
    if leaves(parse.text):
        return None
    if question.slot in heard:
        return {}
    early = heard if _may_be_an_answer(parse) else {}
    return early or _insisted(parse, skill) or None


def _may_be_an_answer(parse: Parse) -> bool:
    """Whether a message of which something was heard is not clearly about something else."""
    sounds_like_nothing = not parse.in_scope or parse.intent.name in _LEAVING | _COURTESIES
    return sounds_like_nothing or _short(parse) or len(parse.text.strip()) <= _ONE_WORD


def _begins_address(parse: Parse, question: Question) -> bool:
    """Whether a town or district alone answers where something is: it names no shop there."""
    if not (question.free and "address" in question.slot):
        return False
    return begins_address(parse.text) or covers(parse, ("city",), NOTHING_ELSE)


def _asks(text: str) -> bool:
    """Whether a message asks for a fact: "能上门取吗" is a wish, "上门取要钱吗" is not."""
    return is_question(text) and not is_request(text)


def _insisted(parse: Parse, skill: Skill | None) -> Mapping[str, JSON]:
    """Return the choices of a few words that mean these here, whatever they sound like."""
    few = len(parse.text.strip()) <= _FEW_LETTERS
    return skill.insists(parse.text) if skill and few and not _asks(parse.text) else {}


def _is_exactly(parse: Parse, told: Mapping[str, JSON]) -> bool:
    """Whether a message is what the flow takes and nothing else ("1件"), whatever it looks like."""
    return covers(parse, {slot_kind(slot) for slot in told}, NOTHING_ELSE)


def _told(parse: Parse, told: dict[str, JSON], question: Question) -> dict[str, JSON]:
    """Return the slots that an answer fills; nothing when it is no answer."""
    if question.free and "address" in question.slot and is_address(parse.text):
        return told if any("address" in slot for slot in told) else {question.slot: parse.text}
    if _leads_elsewhere(parse, question) and not _answers(parse, told, question):
        return {}
    if not question.free or told:
        return told
    asks = is_question(parse.text) and not question.story
    agreed = parse.intent.name == AFFIRM and _is_meant(parse, question)
    return {} if asks or agreed else {question.slot: parse.text}


def _answers(parse: Parse, told: Mapping[str, JSON], question: Question) -> bool:
    """Whether a message that sounds like something else is an answer all the same.

    "改成白色" is one to "which size?", too, unless it is clearly about something else.
    """
    kinds = {slot_kind(slot) for slot in told}
    asked = question.slot in told or parse.intent.confidence < CLEARLY
    return (asked or _of_nothing_named(parse)) and covers(parse, kinds)


def _of_nothing_named(parse: Parse) -> bool:
    """Whether words sound like a question about a product, and neither name one nor ask."""
    named = any(one.entity in _GOODS for one in parse.entities)
    return parse.intent.name in _ABOUT_GOODS and not named and not is_question(parse.text)


def _is_meant(parse: Parse, question: Question) -> bool:
    """Whether a message means what it looks like: where any words do, it must do so clearly."""
    return parse.in_scope and (not question.free or parse.intent.confidence >= CLEARLY)


def _leads_elsewhere(parse: Parse, question: Question) -> bool:
    """Whether the message asks for something other than the skill that waits."""
    readings = {parse.intent.name, *(score.name for score in parse.ambiguous)}
    if question.free and parse.intent.confidence < CLEARLY:
        return False
    if question.skill in _SEEKING and readings & _ABOUT_GOODS and not is_question(parse.text):
        return False  # "不油腻的面霜" says what is sought
    return parse.in_scope and not readings & {question.skill, OUT_OF_SCOPE, AFFIRM}


def _confirmation(
    parse: Parse, state: DialogueState, question: Question, skill: Skill | None
) -> Route | None:
    """Return a clear yes or no; "make it two" changes a flow's slot and is confirmed anew."""
    if leaves(parse.text):
        return Route(question.skill, {**state.slots, CONFIRM: False})
    if skill is not None and skill.flow:
        told = _put_right(parse, question, skill)
        same = all(state.slots.get(name) == value for name, value in told.items())
        if told and not (same and parse.intent.name == AFFIRM):
            return Route(question.skill, {**state.slots, **told})
    return _yes_or_no(parse, state, question, skill)


def _yes_or_no(
    parse: Parse, state: DialogueState, question: Question, skill: Skill | None
) -> Route | None:
    readings = {score.name for score in parse.ambiguous}
    unsure = AFFIRM in readings and readings & _LEAVING
    if unsure or (parse.intent.name == AFFIRM and wavers(parse.text)):
        return Route(question.skill, state.slots, understood=False)
    if refuses(parse.text):
        return Route(question.skill, {**state.slots, CONFIRM: False})
    match parse.intent.name:
        case "affirm":
            return Route(question.skill, {**state.slots, CONFIRM: True})
        case "deny" | "stop":
            return Route(question.skill, {**state.slots, CONFIRM: False})
        case name if name == question.skill and skill is not None and skill.flow:
            return Route(question.skill, state.slots)  # what it is about has been told before
        case _:
            return None


def _put_right(parse: Parse, question: Question, skill: Skill) -> dict[str, JSON]:
    """Return the slots that a message answers anew at a confirmation."""
    elsewhere = _leads_elsewhere(parse, question) and parse.intent.name not in _COURTESIES
    corrects = rewords(parse.text) and not _asks(parse.text)
    told = slots_told(parse, skill.slots)
    if told and not (corrects or not elsewhere or _answers(parse, told, question)):
        told = {}
    if _asks(parse.text) or not (corrects or not elsewhere or _short(parse)):
        return told | dict(_insisted(parse, skill))
    return told | dict(skill.hears(parse.text)) | dict(_insisted(parse, skill))


def _short(parse: Parse) -> bool:
    return parse.intent.confidence < CLEARLY and len(parse.text.strip()) <= _FEW_LETTERS
