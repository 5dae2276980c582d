"""The clerks' page: the chat widget, speaking as the staff account that is logged in."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from bot.api import web_channel
from bot.api.parts import ApiDep
from bot.api.problems import bad_token
from bot.api.security import PAGE_POLICY
from bot.api.views import OpenedView
from bot.desk.login import admitted, from_own_pages
from bot.desk.pages import Pages, language_of
from bot.desk.session import CLERK_ROLES, COOKIE, DESK_ROLES, Sessions

POLICY: Final = PAGE_POLICY


def clerk_router(sessions: Sessions, pages: Pages) -> APIRouter:
    """Return the page and the address at which its chat opens the conversation."""
    router = APIRouter(include_in_schema=False)

    @router.get("/desk/clerk")
    async def show(request: Request) -> Response:
        session = await admitted(sessions, request, CLERK_ROLES)
        if isinstance(session, Response):
            return session
        async with sessions.store.watching(session.actor) as uow:
            shops = {shop.id: shop.name for shop in await uow.catalog.shops()}
        return pages.render(
            "clerk.html",
            language_of(request),
            POLICY,
            staff=session.staff,
            shop=shops.get(session.staff.store_id or ""),
            desk=session.staff.role in DESK_ROLES,
        )

    @router.post("/desk/conversation", status_code=201, dependencies=[Depends(from_own_pages)])
    async def open_conversation(
        request: Request, api: ApiDep, staff: Annotated[int, Query()]
    ) -> OpenedView:
        """Open the account's own conversation; the chat asks again before its token runs out.

        ``staff`` is whom the page speaks as: after somebody else logged in, it may not go on.
        """
        session = await sessions.read(request.cookies.get(COOKIE))
        if session is None or session.staff.id != staff or session.staff.role not in CLERK_ROLES:
            raise bad_token("log in at the desk first")
        claims = api.tokens.staff_conversation(staff, session.ends)
        now = await web_channel.conversation_view(api.store, claims)
        return OpenedView(
            **now.model_dump(),
            token=api.tokens.conversation(claims),
            expires_at=claims.expires_at,
            max_characters=api.parts.settings.assistant.conversation.max_characters,
        )

    return router
