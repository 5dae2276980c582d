"""The review of messages that the bot failed on: managers accept, correct or reject them.

Plain forms without a script. What is accepted waits for a patch of the training data; nothing here
changes that data or trains a model. Every look at customers' words is audited by the store.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from bot.desk.learning_pages import Decision, ReviewPages, reviewing
from bot.desk.login import admitted, from_own_pages
from bot.desk.pages import Pages, language_of
from bot.desk.session import BOARD_ROLES, Sessions, require_service
from bot.learning.exporting import TrainingFolder
from crm_store.errors import ConflictError, NotFoundError
from nlu.errors import NluDataError

LONGEST: Final = 6_000
PAGE: Final = "/desk/learning"
AS_FILE: Final = {
    "Content-Disposition": "attachment; filename=learned.patch",
    "Cache-Control": "no-store",
}


def learning_router(sessions: Sessions, pages: Pages, folder: TrainingFolder) -> APIRouter:
    """Return the page and the addresses of its forms."""
    review = _Review(sessions, ReviewPages(sessions, pages, folder))
    router = APIRouter(include_in_schema=False)
    forms = [Depends(from_own_pages)]
    router.get(PAGE)(review.show)
    router.get(f"{PAGE}/patch")(review.download)
    router.get(f"{PAGE}/{{example_id}}")(review.talk)
    router.post(f"{PAGE}/noted", dependencies=forms)(review.note)
    router.post(f"{PAGE}/{{example_id}}", dependencies=forms)(review.decide)
    router.post(f"{PAGE}/{{example_id}}/undo", dependencies=forms)(review.undo)
    return router


@dataclass(frozen=True, slots=True)
class _Review:
    """The page and what its forms do."""

    sessions: Sessions
    pages: ReviewPages

    async def show(
        self,
        request: Request,
        told: Annotated[str | None, Query(max_length=20)] = None,
        undo: Annotated[int | None, Query()] = None,
        count: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        """Show what waits; ``told``, ``undo`` and ``count`` say what became of the last form."""
        session = await admitted(self.sessions, request, BOARD_ROLES)
        if isinstance(session, Response):
            return session
        return await self.pages.listing(request, session, told=told, undo=undo, count=count)

    async def download(self, request: Request) -> Response:
        """Return the patch of what was accepted as a file."""
        session = await admitted(self.sessions, request, BOARD_ROLES)
        if isinstance(session, Response):
            return session
        try:
            async with self.sessions.store.reading(reviewing(session)) as uow:
                found = await self.pages.patch(uow)
        except NluDataError:
            return _back(request, "told=broken")
        if not found.text:
            return _back(request, "told=nothing")
        return Response(found.text.encode(), media_type="text/x-patch", headers=AS_FILE)

    async def talk(self, request: Request, example_id: int) -> Response:
        """Show the conversation that an example comes from."""
        session = await admitted(self.sessions, request, BOARD_ROLES)
        if isinstance(session, Response):
            return session
        try:
            return await self.pages.talk(request, session, example_id)
        except NotFoundError:
            return _back(request, "told=gone")

    async def note(self, request: Request) -> Response:
        """Note which of the accepted are among the training data by now."""
        session = await admitted(self.sessions, request, BOARD_ROLES)
        if isinstance(session, Response):
            return session
        try:
            async with self.sessions.store.reading(reviewing(session)) as uow:
                present = [one.id for one in (await self.pages.patch(uow)).present]
        except NluDataError:
            return _back(request, "told=broken")
        async with self.sessions.store.writing(reviewing(session)) as uow:
            await require_service(uow)
            noted = await uow.examples.exported(present)
        return _back(request, f"told=noted&count={noted}")

    async def decide(
        self,
        request: Request,
        example_id: int,
        decision: Annotated[Decision, Form()],
        text: Annotated[str, Form(max_length=LONGEST)] = "",
        intent: Annotated[str, Form(max_length=100)] = "",
    ) -> Response:
        """Accept, as corrected, or reject."""
        session = await admitted(self.sessions, request, BOARD_ROLES)
        if isinstance(session, Response):
            return session
        try:
            problem = await self.pages.decide(session, example_id, decision, text, intent)
        except (ConflictError, NotFoundError):
            return _back(request, "told=gone")
        if problem is not None:
            return await self.pages.listing(request, session, problem=problem)
        return _back(request, f"told={decision}ed&undo={example_id}")

    async def undo(self, request: Request, example_id: int) -> Response:
        """Take a decision back."""
        session = await admitted(self.sessions, request, BOARD_ROLES)
        if isinstance(session, Response):
            return session
        try:
            async with self.sessions.store.writing(reviewing(session)) as uow:
                await require_service(uow)
                await uow.examples.reconsider(example_id)
        except (ConflictError, NotFoundError):
            return _back(request, "told=gone")
        return _back(request, "told=undone")


def _back(request: Request, told: str) -> RedirectResponse:
    return RedirectResponse(f"{PAGE}?lang={language_of(request)}&{told}", HTTPStatus.SEE_OTHER)
