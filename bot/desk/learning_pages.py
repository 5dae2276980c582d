"""What the review of examples shows: the list, one conversation, and the patch."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from fastapi import Request, Response

from bot.desk.login import POLICY
from bot.desk.pages import Pages, language_of
from bot.desk.session import Session, Sessions, require_service
from bot.desk.snapshot import words_of
from bot.desk.wording import Wording
from bot.learning.exporting import TrainingFolder, to_export
from crm_store.errors import NotFoundError
from crm_store.ports import UnitOfWork
from crm_store.types.actors import Actor
from crm_store.types.conversations import Author, Message
from crm_store.types.examples import Evidence, Example, ExampleState
from nlu.learning import LineError, Patch

AT_ONCE: Final = 20
"""Sentences on one page; showing one is an audited look."""
TALK: Final = 200
PURPOSE: Final = "example_review"
TOLD: Final = frozenset({"accepted", "rejected", "gone", "undone", "noted", "broken", "nothing"})
NO_INTENT: Final = "intent"


class Decision(StrEnum):
    """What a form's button says."""

    ACCEPT = "accept"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a form was not accepted, and what stood in it."""

    example_id: int
    flaw: str
    text: str
    intent: str


@dataclass(frozen=True, slots=True)
class ReviewPages:
    """What the review's pages are made from."""

    sessions: Sessions
    pages: Pages
    folder: TrainingFolder

    def wording(self, request: Request) -> Wording:
        """Return the words of the language that was asked for."""
        return Wording(self.pages.phrasebook.speaker(language_of(request)))

    async def listing(
        self,
        request: Request,
        session: Session,
        *,
        told: str | None = None,
        undo: int | None = None,
        count: int = 0,
        problem: Problem | None = None,
    ) -> Response:
        """Return the list of what waits, and of what was accepted."""
        async with self.sessions.store.reading(reviewing(session)) as uow:
            shown = await uow.examples.listed([ExampleState.WAITING], limit=AT_ONCE)
            waiting = await uow.examples.count(ExampleState.WAITING)
            accepted = await to_export(uow)
        word = self.wording(request)
        return self.pages.render(
            "learning.html",
            language_of(request),
            POLICY,
            HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
            staff=session.staff,
            shown=shown,
            waiting=waiting,
            accepted=accepted,
            told=told if told in TOLD else None,
            undo=undo,
            count=count,
            problem=problem,
            intents=[(name, word.name("topics", name)) for name in self._intents()],
            word=word,
            did=lambda example: _did(word, example),
        )

    async def talk(self, request: Request, session: Session, example_id: int) -> Response:
        """Return the conversation that an example comes from; the look is audited.

        Raises `NotFoundError`.
        """
        async with self.sessions.store.reading(reviewing(session)) as uow:
            example = await uow.examples.get(example_id)
            messages: Sequence[Message] = ()
            if example is not None:
                messages = await uow.conversations.tail(example.conversation_id, limit=TALK)
        if example is None:
            raise NotFoundError(f"example {example_id} is gone")
        word = self.wording(request)
        return self.pages.render(
            "learning_talk.html",
            language_of(request),
            POLICY,
            staff=session.staff,
            example=example,
            messages=[one for one in messages if words_of(one)],
            words_of=lambda message: _words(word, message),
            word=word,
        )

    async def decide(
        self, session: Session, example_id: int, decision: Decision, text: str, intent: str
    ) -> Problem | None:
        """Carry a decision out; returns what is wrong with the form instead, if anything."""
        flaw = await self._flaw(text, intent) if decision is Decision.ACCEPT else None
        if flaw is not None:
            return Problem(example_id, flaw, text, intent)
        async with self.sessions.store.writing(reviewing(session)) as uow:
            await require_service(uow)
            if decision is Decision.ACCEPT:
                await uow.examples.accept(example_id, intent, text)
            else:
                await uow.examples.reject(example_id)
        return None

    async def patch(self, uow: UnitOfWork) -> Patch:
        """Return the patch of everything that was accepted and not noted."""
        return await asyncio.to_thread(self.folder.patch, await to_export(uow))

    def _intents(self) -> list[str]:
        ordered = self.pages.phrasebook.section("zh", "topics")
        return [name for name in ordered if name in self.folder.intents]

    async def _flaw(self, text: str, intent: str) -> str | None:
        if intent not in self.folder.intents:
            return NO_INTENT
        try:
            await asyncio.to_thread(self.folder.check, text)
        except LineError as error:
            return error.flaw
        return None


def _did(word: Wording, example: Example) -> str:
    """Word what the human did."""
    label, code = example.label, example.resolution_code
    resolution = word.of("resolution", code) if code else ""
    if label.evidence in (Evidence.ACTION, Evidence.INSTRUCTION):
        return word(f"learning_did_{label.evidence}", topic=word.name("topics", label.of))
    return word(f"learning_did_{label.evidence}", resolution=resolution)


def _words(word: Wording, message: Message) -> str:
    event = message.payload.get("event")
    worded = word.of("event", event) if message.author is Author.SYSTEM and event else ""
    return worded or words_of(message)


def reviewing(session: Session) -> Actor:
    """Return who looks, and why."""
    return replace(session.actor, purpose=PURPOSE)
