"""After-sales errands under the agent's own authority: the flows that customers go through.

An errand runs the same flow, asks for the same slots, and is decided and carried out by the same
rules. Only who vouches differs: the agent looks orders up by their number alone and stands for the
customer's proof, and that is written down with what was done.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from bot.dialogue.effects import EffectRefusedError, RequestHandoff
from bot.dialogue.refusing import refused
from bot.dialogue.skill import Audience, Outcome, Services, Skill, Turn
from bot.dialogue.state import CONFIRM, DialogueState, Option
from bot.dialogue.telling import slot_kind, slots_told
from crm_store.types.actors import SYSTEM, Actor
from crm_store.types.conversations import (
    JSON,
    Author,
    Conversation,
    Direction,
    JSONObject,
    Message,
    MessageState,
    Verification,
)
from nlu.ports import NluEngine
from nlu.types import IntentScore, Language, Parse

DONE: Final = "desk.errand"
"""What the audit calls an errand that an agent carried out."""


@dataclass(frozen=True, slots=True)
class Step:
    """Where an errand stands: the next question, the confirmation, or the end."""

    words: str
    """For the agent; once it is done, for the customer."""
    slot: str | None = None
    """The slot that is asked for; ``None`` at the end."""
    options: tuple[Option, ...] = ()
    done: bool = False
    """Whether it was carried out."""

    @property
    def confirms(self) -> bool:
        """Whether a yes is all that is missing."""
        return self.slot == CONFIRM


def errands(skills: Mapping[str, Skill]) -> list[str]:
    """Return the flows that an agent can run for a customer."""
    return [
        name
        for name, skill in skills.items()
        if skill.flow and Audience.CUSTOMERS in skill.audience
    ]


class DeskErrand:
    """One flow, run by an agent in a conversation."""

    def __init__(
        self,
        services: Services,
        nlu: NluEngine,
        skill: Skill,
        conversation: Conversation,
        agent: Actor,
        language: str,
    ) -> None:
        """Prepare it; ``language`` is the agent's, the customer is told in their own."""
        self._services = services
        self._nlu = nlu
        self._skill = skill
        self._language = language
        to_agent = services.phrasebook.speaker(language)
        self._to_agent = replace(to_agent, to_agents=True)
        self._to_customer = services.phrasebook.speaker(conversation.language or "zh")
        self._conversation = replace(
            conversation, verification=Verification.ATTESTED, attested_at=services.clock()
        )
        self._actor = replace(
            agent, member_id=conversation.member_id, conversation_id=conversation.id
        )
        self._state = DialogueState()
        self.slots: dict[str, JSON] = {}

    async def start(self, slots: Mapping[str, JSON] | None = None) -> Step:
        """Begin, or begin anew, with what is known already."""
        self._state = DialogueState()
        self.slots = dict(slots or {})
        return await self._run("")

    async def choose(self, slot: str, value: JSON) -> Step:
        """Answer with one of the options."""
        self.slots[slot] = value
        return await self._run("")

    async def tell(self, slot: str, words: str) -> Step:
        """Answer in words: a date, a size, an address, or free text."""
        return await self._run(words, slot)

    async def confirm(self) -> Step:
        """Carry it out; what the rules forbid meanwhile is told and nothing is done."""
        turn = await self._turn("", None)
        turn = replace(turn, slots={**turn.slots, CONFIRM: True})
        outcome = await self._skill.handler(replace(turn, speaker=self._to_customer))
        if outcome.state.question is not None or not outcome.effects:
            return self._step(await self._skill.handler(turn))
        try:
            await self._apply(outcome)
        except EffectRefusedError as refusal:
            return self._step(refused(turn, refusal.decision))
        return replace(self._step(outcome), done=True)

    async def _run(self, words: str, slot: str | None = None) -> Step:
        outcome = await self._skill.handler(await self._turn(words, slot))
        if outcome.state.question is None and any(
            not isinstance(effect, RequestHandoff) for effect in outcome.effects
        ):
            # A flow that needs no yes would be done here; the agent's tap is that yes.
            return Step(self._to_agent.words("desk_work.errand_ready"), CONFIRM)
        return self._step(outcome)

    def _step(self, outcome: Outcome) -> Step:
        self._state = outcome.state
        self.slots.update(outcome.state.slots)
        question = outcome.state.question
        words = "\n".join(reply.text for reply in outcome.replies if reply.text)
        if question is None or question.skill != self._skill.name:
            return Step(words)
        return Step(words, question.slot, question.options)

    async def _turn(self, words: str, slot: str | None) -> Turn:
        message = self._message(words)
        parse = await self._parsed(words, slot, message)
        slots = dict(self.slots)
        if slot is not None and slot not in slots_told(parse, [slot], slot):
            slots[slot] = words
        elif slot is not None:
            slots.update(slots_told(parse, [slot], slot))
        return Turn(
            services=self._services,
            conversation=self._conversation,
            actor=replace(self._actor, purpose=self._skill.name),
            message=message,
            parse=parse,
            state=self._state,
            speaker=self._to_agent,
            skill=self._skill.name,
            slots=slots,
            pressed=slot is None,
        )

    async def _parsed(self, words: str, slot: str | None, message: Message) -> Parse:
        if not words or slot is None:
            score = IntentScore(self._skill.name, 1.0)
            language: Language = "en" if self._language == "en" else "zh"
            return Parse(words, language, score, (score,), (), in_scope=True, fingerprint="none")
        expecting = frozenset({slot_kind(slot)})
        return await self._nlu.parse(words, now=message.created_at, expecting=expecting)

    def _message(self, words: str) -> Message:
        # Its id goes into the ticket, which has to be new for every confirmation.
        return Message(
            id=time.time_ns() // 1000,
            conversation_id=self._conversation.id,
            direction=Direction.IN,
            author=Author.AGENT,
            text=words,
            payload={},
            state=MessageState.HANDLED,
            epoch=self._conversation.epoch,
            created_at=self._services.clock(),
        )

    async def _apply(self, outcome: Outcome) -> None:
        """Do what the flow decided on, in one transaction, and write down whose errand it was."""
        async with self._services.store.writing(SYSTEM) as uow:
            before = await uow.conversations.get(self._conversation.id)
            for effect in outcome.effects:
                if before is not None and not isinstance(effect, RequestHandoff):
                    await effect.apply(uow, before)
            member = self._conversation.member_id
            subject = (
                f"member:{member}"
                if member is not None
                else f"conversation:{self._conversation.id}"
            )
            about: JSONObject = {
                "intent": self._skill.name,
                "staff_id": self._actor.staff_id,
                "conversation_id": self._conversation.id,
            }
            await uow.audit.record(DONE, subject, about)
