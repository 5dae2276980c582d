"""One turn: a message of a claimed conversation is understood, answered and committed.

Understanding and the skill run outside any transaction; dialogue state, effects, the parse, the
replies and the mark that the message is handled are committed together, or not at all.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.dialogue.choosing import chosen
from bot.dialogue.reply import Pressed, Reply
from bot.dialogue.skill import Audience, Outcome, Services, Skill, Turn
from bot.dialogue.state import DialogueState
from bot.turn.routing import CLARIFY, CLERK_INTENTS, route
from crm_store.errors import ConflictError
from crm_store.types.actors import SYSTEM, Actor, Role
from crm_store.types.conversations import (
    Conversation,
    JSONObject,
    Lease,
    Message,
    NewReply,
    Owner,
    ParseRecord,
    Verification,
)
from nlu.errors import NluUnavailableError
from nlu.language import detect_language
from nlu.ports import NluEngine
from nlu.types import OUT_OF_SCOPE, IntentScore, Language, Parse

log = logging.getLogger(__name__)

LANGUAGES: tuple[Language, ...] = ("zh", "zh-Hant", "en")

FAILED = "skill_failed"
"""The skill that answers when another one broke: it calls a human."""


@dataclass(frozen=True, slots=True)
class TurnRunner:
    """Answers messages; made once by the composition root and shared by all workers."""

    services: Services
    nlu: NluEngine
    skills: Mapping[str, Skill]

    async def answer(self, lease: Lease, message: Message) -> None:
        """Answer one message of a claimed conversation.

        Raises `ConflictError` when the lease was lost. When a human took the conversation over
        while the skill was thinking, nothing of the bot's answer is kept.
        """
        conversation, state = await self._look(lease)
        if conversation.owner is not Owner.BOT:
            await self._leave_to_human(lease, message)
            return
        actor = await self._actor(conversation)
        turn = await self._understand(conversation, actor, state, message)
        outcome = await self._run(turn)
        try:
            await self._commit(lease, turn, outcome)
        except ConflictError:
            conversation, _ = await self._look(lease)
            if conversation.owner is Owner.BOT:
                raise
            await self._leave_to_human(lease, message)
        except Exception:
            # An effect broke: nothing of it is kept, and a message must never be tried for ever.
            log.exception("the turn of message %s could not be kept", message.id)
            await self._commit(lease, turn, await self._apologise(turn))

    async def _look(self, lease: Lease) -> tuple[Conversation, DialogueState]:
        async with self.services.store.reading(SYSTEM) as uow:
            conversation = await uow.conversations.get(lease.conversation_id)
            stored = await uow.conversations.dialogue(lease.conversation_id)
        if conversation is None:
            raise ConflictError("the claimed conversation is gone")
        return conversation, _remembered(stored, conversation)

    async def _actor(self, conversation: Conversation) -> Actor:
        """Return on whose behalf this conversation's skills may look at data."""
        if conversation.staff_id is not None:
            async with self.services.store.reading(SYSTEM) as uow:
                staff = await uow.staff.get(conversation.staff_id)
            if staff is not None and staff.active:
                return Actor(
                    staff.role,
                    staff_id=staff.id,
                    store_id=staff.store_id,
                    conversation_id=conversation.id,
                )
        elif conversation.verification is Verification.ATTESTED:
            return Actor(
                Role.CUSTOMER,
                member_id=conversation.member_id,
                conversation_id=conversation.id,
            )
        return Actor(Role.GUEST, conversation_id=conversation.id)

    async def _understand(
        self, conversation: Conversation, actor: Actor, state: DialogueState, message: Message
    ) -> Turn:
        audience = Audience.CLERKS if actor.is_staff else Audience.CUSTOMERS
        pressed = self._pressed(message)
        meant = _clarified(state, message, pressed)
        if meant is not None:
            # The words said before are answered now, with the reading that was chosen.
            parse, pressed = await self._parse(meant.text, message, audience), None
            parse = replace(parse, intent=meant.intent, in_scope=True, ambiguous=())
            state = state.settled()
        elif pressed is not None:
            parse = _certain_parse(message, pressed.intent)
        else:
            parse = await self._parse(message.text, message, audience)
        language = _spoken_language(message, conversation.language)
        going_to = route(parse, pressed, state, self.skills, audience)
        misunderstood = 0 if going_to.understood else state.misunderstood + 1
        return Turn(
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

    async def _parse(self, text: str, message: Message, audience: Audience) -> Parse:
        try:
            return await self.nlu.parse(
                text, allowed_intents=self._intents(audience), now=message.created_at
            )
        except NluUnavailableError:
            # The customer gets an answer that leads to a human, not silence.
            log.exception("message %s could not be understood", message.id)
            return replace(_certain_parse(message, OUT_OF_SCOPE), in_scope=False)

    def _pressed(self, message: Message) -> Pressed | None:
        """Read a button; only intents that people can also say may be pressed.

        What came without words (a picture, a shared contact) has its skill named by the channel.
        """
        named = message.payload.get("skill")
        if isinstance(named, str) and named in self.skills:
            return Pressed(named)
        pressed = Pressed.from_text(message.text)
        sayable = pressed is not None and pressed.intent in self.nlu.intents & self.skills.keys()
        return pressed if sayable else None

    def _intents(self, audience: Audience) -> frozenset[str] | None:
        """Clerks may say everything; to customers the clerks' intents do not exist."""
        return None if audience is Audience.CLERKS else self.nlu.intents - CLERK_INTENTS

    async def _run(self, turn: Turn) -> Outcome:
        try:
            outcome = await self.skills[turn.skill].handler(turn)
        except Exception:
            # The customer's words stay out of the log; the message id leads to them.
            log.exception("skill %s failed on message %s", turn.skill, turn.message.id)
            outcome = await self._apologise(turn)
        return outcome.remember(last_skill=turn.skill)

    async def _apologise(self, turn: Turn) -> Outcome:
        return await self.skills[FAILED].handler(
            replace(turn, skill=FAILED, slots={"failed": turn.skill})
        )

    async def _commit(self, lease: Lease, turn: Turn, outcome: Outcome) -> None:
        score = turn.parse.intent
        parse = ParseRecord(
            score.name, score.confidence, turn.parse.fingerprint, turn.parse.to_rasa()
        )
        async with self.services.store.writing(SYSTEM) as uow:
            await uow.conversations.handled(
                lease, turn.message.id, parse=parse, language=turn.parse.language
            )
            before = await uow.conversations.get(turn.conversation.id)
            if before is None or before.epoch != turn.conversation.epoch:
                raise ConflictError("the conversation changed hands during the turn")
            await uow.conversations.save_dialogue(lease, outcome.state.to_json())
            for effect in outcome.effects:
                await effect.apply(uow, before)
            after = await uow.conversations.get(turn.conversation.id)
            await uow.conversations.reply(
                turn.conversation.id,
                [_stored(reply) for reply in outcome.replies],
                epoch=after.epoch if after else before.epoch,
                in_reply_to=turn.message.id,
            )

    async def _leave_to_human(self, lease: Lease, message: Message) -> None:
        """A human owns the conversation: the message is theirs, the bot says nothing."""
        async with self.services.store.writing(SYSTEM) as uow:
            await uow.conversations.handled(lease, message.id, parse=None, language=None)


def _remembered(stored: JSONObject, conversation: Conversation) -> DialogueState:
    try:
        return DialogueState.from_json(stored)
    except ValueError:
        log.exception("conversation %s: the dialogue state is unreadable", conversation.id)
        return DialogueState()


def _stored(reply: Reply) -> NewReply:
    return NewReply(reply.text, reply.to_payload())


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
        fingerprint="none",
    )


def _spoken_language(message: Message, before: str | None) -> Language:
    """Return the language to answer in: the message's, or the one spoken before.

    A button, a number or a single Latin word ("ok", "XL") does not change the language of a
    conversation that has one. The channel may hint at the first (the browser's language).
    """
    hint = before or str(message.payload.get("language") or "")
    default: Language = next((known for known in LANGUAGES if known == hint), "zh")
    if Pressed.from_text(message.text) is not None:
        return default
    if before is not None and message.text.isascii() and len(message.text.split()) == 1:
        return default
    return detect_language(message.text, default)
