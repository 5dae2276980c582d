"""One turn: a message of a claimed conversation is understood, answered and committed.

Understanding and the skill run outside any transaction; dialogue state, effects, the parse, the
replies and the mark that the message is handled are committed together, or not at all.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.dialogue.effects import EffectRefusedError
from bot.dialogue.refusing import refused
from bot.dialogue.reply import Reply
from bot.dialogue.skill import Outcome, Services, Skill, Turn
from bot.dialogue.state import DialogueState
from bot.handoff.attachments import LinkAttachment, brings_something
from bot.turn.escalating import escalated
from bot.turn.feeling import felt, soothing
from bot.turn.keeping import keeping
from bot.turn.recording import recorded
from bot.turn.resuming import joined, picked_up, resuming_turn, suspending, to_resume
from bot.turn.several import first_wish, further_wishes, together
from bot.turn.surveying import asking_how_it_was
from bot.turn.trying import tried
from bot.turn.understanding import Understanding
from bot.turn.waiting import hear_while_waiting, leave_queue, telling_how_long, wants_to_leave
from crm_store.errors import ConflictError
from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.conversations import (
    Conversation,
    JSONObject,
    Lease,
    Message,
    NewReply,
    Owner,
    Verification,
)
from nlu.ports import NluEngine

log = logging.getLogger(__name__)

FAILED = "skill_failed"
"""The skill that answers when another one broke: it calls a human."""


@dataclass(frozen=True, slots=True)
class TurnRunner:
    """Answers messages; made once by the composition root and shared by all workers."""

    services: Services
    nlu: NluEngine
    skills: Mapping[str, Skill]

    @property
    def _understanding(self) -> Understanding:
        return Understanding(self.services, self.nlu, self.skills)

    async def answer(self, lease: Lease, message: Message) -> None:
        """Answer one message of a claimed conversation.

        Raises `ConflictError` when the lease was lost. When a human took the conversation over
        while the skill was thinking, nothing of the bot's answer is kept.
        """
        conversation, state = await self._look(lease)
        if conversation.owner is not Owner.BOT:
            await self._leave_to_human(lease, message, conversation)
            return
        actor = await self._actor(conversation)
        turn = felt(await self._understanding.turn_of(conversation, actor, state, message))
        outcome = soothing(turn, keeping(turn, await self._answered(turn), self.skills))
        outcome = await asking_how_it_was(turn, outcome)
        outcome = await telling_how_long(turn, await escalated(turn, outcome))
        try:
            await self._commit(lease, turn, outcome)
        except EffectRefusedError as refusal:
            late = replace(turn, skill=refusal.intent)
            await self._commit(lease, turn, refused(late, refusal.decision))
        except ConflictError:
            conversation, _ = await self._look(lease)
            if conversation.owner is Owner.BOT:
                raise
            await self._leave_to_human(lease, message, conversation)
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
                    surface=Surface.CLERK_CHAT,
                )
        elif conversation.verification is Verification.ATTESTED:
            return Actor(
                Role.CUSTOMER,
                member_id=conversation.member_id,
                conversation_id=conversation.id,
            )
        return Actor(Role.GUEST, conversation_id=conversation.id)

    async def _answered(self, turn: Turn) -> Outcome:
        """Run the skill, then go on with the flow that it interrupted."""
        state, waiting = picked_up(turn.state, turn.skill)
        if waiting is not None:
            turn = replace(turn, state=state, slots={**waiting.slots, **turn.slots})
        outcome = suspending(turn, await self._run_all(turn), self.skills)
        waiting = to_resume(outcome)
        if waiting is None:
            return outcome
        again = await self._run(resuming_turn(turn, outcome, waiting))
        topic = turn.words(f"topics.{waiting.question.skill}")
        return joined(outcome, again, turn.words("flow.back_to", topic=topic))

    async def _run_all(self, turn: Turn) -> Outcome:
        """Run the skill of every wish in the message, one after the other."""
        others = further_wishes(turn, self.skills)
        if not others:
            return await self._run(turn)
        outcomes = [await self._run(first_wish(turn))]
        for other in others:
            settled = outcomes[-1].state.settled()
            outcomes.append(await self._run(replace(other, state=settled)))
        return together(outcomes)

    async def _run(self, turn: Turn) -> Outcome:
        try:
            outcome = await self.skills[turn.skill].handler(turn)
        except Exception:
            # The customer's words stay out of the log; the message id leads to them.
            log.exception("skill %s failed on message %s", turn.skill, turn.message.id)
            outcome = await self._apologise(turn)
        return outcome.remember(last_skill=turn.skill, tried=tried(turn, outcome))

    async def _apologise(self, turn: Turn) -> Outcome:
        return await self.skills[FAILED].handler(
            replace(turn, skill=FAILED, slots={"failed": turn.skill})
        )

    async def _commit(self, lease: Lease, turn: Turn, outcome: Outcome) -> None:
        async with self.services.store.writing(SYSTEM) as uow:
            await uow.conversations.handled(
                lease, turn.message.id, parse=recorded(turn), language=turn.parse.language
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

    async def _leave_to_human(
        self, lease: Lease, message: Message, conversation: Conversation
    ) -> None:
        """A human owns the conversation: the message is theirs, the bot says nothing.

        Unless nobody has come yet and the customer does not want to wait.
        """
        if conversation.owner is Owner.WAITING and wants_to_leave(self.services, message):
            await leave_queue(self.services, lease, message, conversation)
            return
        async with self.services.store.writing(SYSTEM) as uow:
            await uow.conversations.handled(lease, message.id, parse=None, language=None)
            if conversation.owner is Owner.WAITING:
                await hear_while_waiting(self.services, uow, message, conversation)
            if brings_something(message):
                await LinkAttachment(message.id).apply(uow, conversation)


def _remembered(stored: JSONObject, conversation: Conversation) -> DialogueState:
    try:
        return DialogueState.from_json(stored)
    except ValueError:
        log.exception("conversation %s: the dialogue state is unreadable", conversation.id)
        return DialogueState()


def _stored(reply: Reply) -> NewReply:
    return NewReply(reply.text, reply.to_payload())
