"""Understanding a message: the parse, the button, the language, and which skill they lead to."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from bot.dialogue.choosing import chosen
from bot.dialogue.reply import Pressed
from bot.dialogue.skill import Audience, Services, Skill, Turn
from bot.dialogue.state import CONFIRM, DialogueState
from bot.dialogue.telling import is_clear, slot_kind
from bot.turn.consulting import consulted
from bot.turn.routing import CLARIFY, CLERK_INTENTS, CUSTOMERS_INTENTS, route
from bot.turn.taking_up import taken_up
from crm_store.types.actors import Actor
from crm_store.types.conversations import Author, Conversation, Message
from nlu.errors import NluUnavailableError
from nlu.language import detect_language, to_simplified
from nlu.ports import NluEngine
from nlu.types import OUT_OF_SCOPE, IntentScore, Language, Parse

log = logging.getLogger(__name__)

NOT_READ: Final = "none"
"""The fingerprint of what no model has read."""
_NO_NAMES: Final = frozenset({"affirm", "deny", "stop", "talk_to_human"})
_NAMES: Final = frozenset({"person_name", "company"})
_NO_LANGUAGE: Final = re.compile(
    r"[A-Za-z0-9_.+-]+@[A-Za-z0-9_.-]+|https?://\S+|[A-Za-z]{2,}-?\d[A-Za-z0-9-]*"
)
"""E-mail addresses, links, order and item numbers: they are written alike in all languages."""
LANGUAGES: tuple[Language, ...] = ("zh", "zh-Hant", "en")


@dataclass(frozen=True, slots=True)
class Understanding:
    """Reads messages on behalf of the turn runner."""

    services: Services
    nlu: NluEngine
    skills: Mapping[str, Skill]

    async def turn_of(
        self, conversation: Conversation, actor: Actor, state: DialogueState, message: Message
    ) -> Turn:
        """Return the message, understood, in its conversation."""
        audience = Audience.CLERKS if actor.is_staff else Audience.CUSTOMERS
        pressed = self._pressed(message)
        meant = _clarified(state, message, pressed)
        if meant is not None:
            # The words said before are answered now, with the reading that was chosen.
            parse, pressed = await self._parse(meant.text, message, audience, state), None
            parse = replace(parse, intent=meant.intent, in_scope=True, ambiguous=())
            state = state.settled()
        elif pressed is not None:
            parse = _certain_parse(message, pressed.intent)
        else:
            parse = await self._parse(message.text, message, audience, state)
        language = _spoken_language(message, conversation.language)
        going_to = route(parse, pressed, state, self.skills, audience)
        if pressed is None and parse.fingerprint != NOT_READ:
            skill = self.skills[going_to.skill]
            going_to = await consulted(self.services, message, parse, state, going_to, skill)
        misunderstood = 0 if going_to.understood else state.misunderstood + 1
        turn = Turn(
            services=self.services,
            conversation=conversation,
            actor=replace(actor, purpose=going_to.skill),
            message=message,
            parse=replace(parse, language=language),
            state=replace(state, misunderstood=misunderstood),
            speaker=self.services.phrasebook.speaker(language),
            skill=going_to.skill,
            slots=going_to.slots,
            pressed=pressed is not None,
        )
        return await taken_up(turn, self.skills)

    async def _parse(
        self, text: str, message: Message, audience: Audience, state: DialogueState
    ) -> Parse:
        try:
            parse = await self.nlu.parse(
                text,
                allowed_intents=self._intents(audience),
                now=message.created_at,
                expecting=_expected(state),
            )
            return _without_names(parse) if parse.intent.name in _NO_NAMES else parse
        except NluUnavailableError:
            # The customer gets an answer that leads to a human, not silence.
            log.exception("message %s could not be understood", message.id)
            return replace(_certain_parse(message, OUT_OF_SCOPE), in_scope=False)

    def _pressed(self, message: Message) -> Pressed | None:
        """Read a button, of an intent that people can also say or of a skill that has only buttons.

        What came without words (a picture, a shared contact) has its skill named by the channel.
        """
        named = message.payload.get("skill")
        if isinstance(named, str) and named in self.skills:
            return Pressed(named)
        pressed = Pressed.from_text(message.text)
        if pressed is None:
            return self._commanded(message.text)
        skill = self.skills.get(pressed.intent)
        if skill is None or not (skill.button_only or skill.name in self.nlu.intents):
            return None
        return pressed

    def _commanded(self, text: str) -> Pressed | None:
        """Read a message that is a command of some skill as a whole ("退订")."""
        said = to_simplified(text).strip(" .。!！").casefold()
        for skill in self.skills.values():
            if said in skill.commands:
                return Pressed(skill.name, skill.commands[said])
        return None

    def _intents(self, audience: Audience) -> frozenset[str]:
        """To customers the clerks' intents do not exist, and the other way round."""
        others = CUSTOMERS_INTENTS if audience is Audience.CLERKS else CLERK_INTENTS
        return self.nlu.intents - others


@dataclass(frozen=True, slots=True)
class _Meant:
    """Words that could mean two things, and which was meant."""

    text: str
    intent: IntentScore


def _clarified(state: DialogueState, message: Message, pressed: Pressed | None) -> _Meant | None:
    """Return what was meant, when the message answers "which of these did you mean?"."""
    question = state.question
    if question is None or question.skill != CLARIFY:
        return None
    intents = [option.value for option in question.options]
    if pressed is None:
        place = chosen(message.text, [option.label for option in question.options])
    else:
        place = intents.index(pressed.intent) if pressed.intent in intents else None
    if place is None:
        return None
    return _Meant(str(state.slots.get("asked", "")), IntentScore(intents[place], 1.0))


def _expected(state: DialogueState) -> frozenset[str] | None:
    """Return the kinds of entity that the last question asked for."""
    question = state.question
    if question is None or question.slot == CONFIRM:
        return None
    return frozenset({slot_kind(question.slot)})


def _without_names(parse: Parse) -> Parse:
    """Return a plain yes or no without the name that it may be taken for where one is asked."""
    if not is_clear(parse):
        return parse
    names = tuple(one for one in parse.entities if one.entity not in _NAMES)
    return replace(parse, entities=names)


def _certain_parse(message: Message, intent: str) -> Parse:
    """Return what needs no model: a button is understood as it is."""
    score = IntentScore(intent, 1.0)
    return Parse(
        text=message.text,
        language="zh",
        intent=score,
        ranking=(score,),
        entities=(),
        in_scope=True,
        fingerprint=NOT_READ,
    )


def _spoken_language(message: Message, before: str | None) -> Language:
    """Return the language to answer in: the message's, or the one spoken before.

    A button, a number, a single Latin word ("ok", "XL") or an e-mail address does not change the
    language of a conversation that has one. The channel may hint at the first (the browser's).
    """
    hint = before or str(message.payload.get("language") or "")
    default: Language = next((known for known in LANGUAGES if known == hint), "zh")
    if Pressed.from_text(message.text) is not None or message.author is Author.AGENT:
        return default  # an agent's instruction is answered in the customer's language
    words = _NO_LANGUAGE.sub(" ", message.text).strip()
    if before is not None and words.isascii() and len(words.split()) <= 1:
        return default
    return detect_language(words or message.text, default)
