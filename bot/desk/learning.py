"""The review of messages that the bot failed on: managers accept, correct or reject them.

Plain forms without a script. What is accepted waits for a patch of the training data; nothing here
changes that data or trains a model. Every look at customers' words is audited by the store.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from bot.desk.login import POLICY, from_own_pages
from bot.desk.pages import Pages, language_of
from bot.desk.session import COOKIE, Session, Sessions, require_service
from bot.desk.snapshot import words_of
from bot.desk.wording import Wording
from bot.learning.exporting import TrainingFolder, to_export
from crm_store.errors import ConflictError, NotFoundError
from crm_store.ports import UnitOfWork
from crm_store.types.actors import Actor, Role
from crm_store.types.conversations import Author, Message
from crm_store.types.examples import Evidence, Example, ExampleState
from nlu.errors import NluDataError
from nlu.learning import LineError, Patch

AT_ONCE: Final = 20
"""Sentences on one page; showing one is an audited look."""
LONGEST: Final = 6_000
TALK: Final = 200
PAGE: Final = "/desk/learning"
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
        async with self.sessions.store.reading(_actor(session)) as uow:
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
        """Return the conversation that an example comes from; the look is audited."""
        async with self.sessions.store.reading(_actor(session)) as uow:
            example = await uow.examples.get(example_id)
            messages: Sequence[Message] = ()
            if example is not None:
                messages = await uow.conversations.tail(example.conversation_id, limit=TALK)
        if example is None:
            return _back(request, "told=gone")
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
        async with self.sessions.store.writing(_actor(session)) as uow:
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


def learning_router(sessions: Sessions, pages: Pages, folder: TrainingFolder) -> APIRouter:
    """Return the page and the addresses of its forms."""
    router = APIRouter(include_in_schema=False)
    review = ReviewPages(sessions, pages, folder)

    async def reviewer(request: Request) -> Session | Response:
        session = await sessions.read(request.cookies.get(COOKIE))
        if session is None:
            return RedirectResponse("/desk/login", HTTPStatus.SEE_OTHER)
        if session.staff.role is not Role.MANAGER:
            return RedirectResponse(session.home, HTTPStatus.SEE_OTHER)
        return session

    @router.get(PAGE)
    async def show(
        request: Request,
        told: Annotated[str | None, Query(max_length=20)] = None,
        undo: Annotated[int | None, Query()] = None,
        count: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        session = await reviewer(request)
        if isinstance(session, Response):
            return session
        return await review.listing(request, session, told=told, undo=undo, count=count)

    @router.get(f"{PAGE}/patch")
    async def download(request: Request) -> Response:
        session = await reviewer(request)
        if isinstance(session, Response):
            return session
        try:
            async with sessions.store.reading(_actor(session)) as uow:
                found = await review.patch(uow)
        except NluDataError:
            return _back(request, "told=broken")
        if not found.text:
            return _back(request, "told=nothing")
        headers = {
            "Content-Disposition": "attachment; filename=learned.patch",
            "Cache-Control": "no-store",
        }
        return Response(found.text.encode(), media_type="text/x-patch", headers=headers)

    @router.get(f"{PAGE}/{{example_id}}")
    async def talk(request: Request, example_id: int) -> Response:
        session = await reviewer(request)
        if isinstance(session, Response):
            return session
        return await review.talk(request, session, example_id)

    @router.post(f"{PAGE}/noted", dependencies=[Depends(from_own_pages)])
    async def note(request: Request) -> Response:
        session = await reviewer(request)
        if isinstance(session, Response):
            return session
        try:
            async with sessions.store.reading(_actor(session)) as uow:
                present = [one.id for one in (await review.patch(uow)).present]
        except NluDataError:
            return _back(request, "told=broken")
        async with sessions.store.writing(_actor(session)) as uow:
            await require_service(uow)
            noted = await uow.examples.exported(present)
        return _back(request, f"told=noted&count={noted}")

    @router.post(f"{PAGE}/{{example_id}}", dependencies=[Depends(from_own_pages)])
    async def decide(
        request: Request,
        example_id: int,
        decision: Annotated[Decision, Form()],
        text: Annotated[str, Form(max_length=LONGEST)] = "",
        intent: Annotated[str, Form(max_length=100)] = "",
    ) -> Response:
        session = await reviewer(request)
        if isinstance(session, Response):
            return session
        try:
            problem = await review.decide(session, example_id, decision, text, intent)
        except (ConflictError, NotFoundError):
            return _back(request, "told=gone")
        if problem is not None:
            return await review.listing(request, session, problem=problem)
        return _back(request, f"told={decision}ed&undo={example_id}")

    @router.post(f"{PAGE}/{{example_id}}/undo", dependencies=[Depends(from_own_pages)])
    async def undo(request: Request, example_id: int) -> Response:
        session = await reviewer(request)
        if isinstance(session, Response):
            return session
        try:
            async with sessions.store.writing(_actor(session)) as uow:
                await require_service(uow)
                await uow.examples.reconsider(example_id)
        except (ConflictError, NotFoundError):
            return _back(request, "told=gone")
        return _back(request, "told=undone")

    return router


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


def _actor(session: Session) -> Actor:
    return replace(session.actor, purpose=PURPOSE)


def _back(request: Request, told: str) -> RedirectResponse:
    return RedirectResponse(f"{PAGE}?lang={language_of(request)}&{told}", HTTPStatus.SEE_OTHER)
