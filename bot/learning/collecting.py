"""Collecting: the messages that the bot failed on, once a human has settled what they meant.

Handoffs that were closed are looked through until each is marked as learned, in the transaction
that keeps its proposals; a process that dies in between does it again, and a message is proposed
once. Nothing is trained here.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from bot.desk.errands import DONE
from bot.learning.failures import Span, failure_of, label_of, spans_of
from bot.policies.learning import LearningRules
from crm_store.errors import ConflictError, NotFoundError
from crm_store.ports import CrmStore, UnitOfWork
from crm_store.types.actors import Actor, Role
from crm_store.types.conversations import Conversation, Message
from crm_store.types.examples import Failure, Label, NewExample
from crm_store.types.handoffs import Handoff
from nlu.language import detect_language
from nlu.learning import Marking
from nlu.types import Language
from nlu.validation import read_domain

log = logging.getLogger(__name__)

LEARNER: Final = Actor(Role.SYSTEM, purpose="learning")
READ: Final = 500
"""Messages of a conversation that are looked at, the latest."""
SHORTEST_NAME: Final = 2


@dataclass(frozen=True, slots=True)
class _Found:
    """What one closed handoff teaches, not yet masked."""

    label: Label
    messages: Sequence[tuple[Message, Failure]]
    name: str
    """The member's own; it is masked wherever it stands."""
    language: Language


class Collector:
    """Proposes training examples from closed handoffs."""

    def __init__(
        self, store: CrmStore, rules: LearningRules, clock: Callable[[], datetime], data: Path
    ) -> None:
        """``data`` is the training data, whose domain says which entities may be marked."""
        self._store = store
        self._rules = rules
        self._clock = clock
        self._data = data
        self._marking: Marking | None = None

    async def run(self) -> None:
        """Collect until cancelled."""
        while True:
            try:
                await self.step()
            except Exception:
                log.exception("closed handoffs could not be looked through; trying again")
            await asyncio.sleep(self._rules.every.total_seconds())

    async def step(self) -> int:
        """Look through what was closed; returns how many messages were newly proposed."""
        since = self._clock() - self._rules.look_back
        async with self._store.reading(LEARNER) as uow:
            handoffs = await uow.examples.unlearned(since)
        return sum([await self._learn(one) for one in handoffs])

    async def _learn(self, handoff: Handoff) -> int:
        async with self._store.reading(LEARNER) as uow:
            found = await self._look_through(uow, handoff)
        proposals = await asyncio.to_thread(self._proposals, found) if found else []
        try:
            async with self._store.writing(LEARNER) as uow:
                return await uow.examples.propose(handoff.id, proposals)
        except (ConflictError, NotFoundError):
            return 0  # reopened, or erased: there is nothing to learn from it now

    async def _look_through(self, uow: UnitOfWork, handoff: Handoff) -> _Found | None:
        conversation = await uow.conversations.get(handoff.conversation_id)
        if conversation is None or conversation.staff_id is not None:
            return None
        label = label_of(handoff, self._rules, await _actions(uow, conversation, handoff))
        if label is None:
            return None
        since = handoff.requested_at - self._rules.within
        failed = [
            (message, failure)
            for message in await uow.conversations.tail(conversation.id, limit=READ)
            if message.created_at >= since and (failure := failure_of(message, self._rules))
        ]
        member = await uow.members.get(conversation.member_id) if conversation.member_id else None
        language: Language = "en" if conversation.language == "en" else "zh"
        return _Found(label, failed, member.name if member else "", language)

    def _proposals(self, found: _Found) -> list[NewExample]:
        return [self._proposal(message, failure, found) for message, failure in found.messages]

    def _proposal(self, message: Message, failure: Failure, found: _Found) -> NewExample:
        known = spans_of(message.parse.detail) if message.parse else []
        known += _places(message.text, found.name)
        language = detect_language(message.text, found.language)
        if self._marking is None:
            self._marking = Marking(frozenset(read_domain(self._data).roles))
        text = self._marking(message.text, known, language)
        side = "en" if language == "en" else "zh"
        return NewExample(message.id, text, side, failure, found.label)


async def _actions(uow: UnitOfWork, conversation: Conversation, handoff: Handoff) -> list[str]:
    """Return the forms that were filled in for the customer in a handoff, oldest first."""
    subjects = [f"conversation:{conversation.id}"]
    if conversation.member_id is not None:
        subjects.append(f"member:{conversation.member_id}")
    entries = [entry for subject in subjects for entry in await uow.audit.about(subject)]
    return [
        str(entry.detail["intent"])
        for entry in sorted(entries, key=lambda entry: entry.id)
        if entry.action == DONE
        and entry.at >= handoff.requested_at
        and entry.detail.get("conversation_id") == conversation.id
    ]


def _places(text: str, name: str) -> list[Span]:
    """Return where a name stands in a text."""
    if len(name) < SHORTEST_NAME:
        return []
    lowered, wanted, found, at = text.casefold(), name.casefold(), [], 0
    if len(lowered) != len(text):
        lowered, wanted = text, name
    while (at := lowered.find(wanted, at)) >= 0:
        found.append((at, at + len(wanted), "person_name"))
        at += len(wanted)
    return found
