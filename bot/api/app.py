"""The HTTP application."""

from typing import Final

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

import bot.api.conversations
import bot.api.handoffs
import bot.api.health
import bot.api.ingest
import bot.api.media
import bot.api.members
import bot.api.products
import bot.api.rasa
import bot.api.storefront
from bot.api import problems
from bot.api.body_limit import BodyLimit
from bot.api.parts import Api, ApiParts
from bot.api.security import SecurityHeaders
from bot.api.static import WebFiles

DESCRIPTION: Final = """\
Talk to the assistant of the shop.

**In a browser**, open a conversation with `POST /api/v1/conversations`, send messages with ids of
your own choosing, and follow the event stream; after a broken connection send the last event id to
go on without loss or repetition.

**From a program made for Rasa**, use `POST /webhooks/rest/webhook` and `POST /model/parse`.

A caller is a guest until the shop's own site vouches for them with a *member token*: a JWT signed
with HS256 and `HUIKE_TOKEN_KEY`, `aud` = `huike:member`, `sub` = the member's id, `iat` and `exp`
at most 24 hours apart.

**From a till, a shop or another system**, send records as they happen to
`POST /api/v1/ingest/{source}`, signed with the secret of the source.

Errors are problem documents (RFC 9457) with a stable `code`.
"""
APART: Final = ("/desk", "/_nicegui")
"""The staff desk is an application of its own with its own scripts."""


def create_api(parts: ApiParts) -> FastAPI:
    """Make the application; raises `ValueError` when the token key is missing or too short."""
    app = FastAPI(
        title="Huike 会客",
        version="0.1.0",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
    )
    app.state.api = Api(parts)
    problems.install(app)
    _add_middleware(app, parts.settings.assistant.web.allowed_origins)
    for module in (
        bot.api.conversations,
        bot.api.media,
        bot.api.rasa,
        bot.api.products,
        bot.api.ingest,
        bot.api.health,
        bot.api.members,
        bot.api.handoffs,
        bot.api.storefront,
    ):
        app.include_router(module.router)
    app.include_router(bot.api.handoffs.schemas)
    app.mount("/static", WebFiles(), name="static")
    return app


def _add_middleware(app: FastAPI, origins: tuple[str, ...]) -> None:
    app.add_middleware(BodyLimit)
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "Last-Event-ID"],
            max_age=3600,
        )
    app.add_middleware(SecurityHeaders, apart=APART)
