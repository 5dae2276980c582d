"""The desk's plain pages and the API on the demo retailer, and people who log in there."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from fastapi import FastAPI
from heguang import Assistant
from pydantic import SecretStr

from bot import settings as of
from bot.api.app import create_api
from bot.api.parts import ApiParts
from bot.api.tokens import Tokens
from bot.desk.mounting import add_plain_pages
from crm_store.types.actors import SYSTEM, Role
from crm_store.types.people import Staff
from nlu.training.read import BUNDLED_DATA

TOKEN_KEY = "a key of the tests, long enough for HS256"
PASSWORD = "secret-of-the-desk"


@dataclass
class DeskSite:
    """A served desk, without its queue (which needs a browser)."""

    assistant: Assistant
    api: FastAPI
    tokens: Tokens

    def browser(self) -> httpx.AsyncClient:
        """Return a browser profile: it keeps its cookies and follows no redirect by itself."""
        transport = httpx.ASGITransport(self.api, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="https://shop.test")

    async def hire(self, login: str, role: Role) -> Staff:
        """Add an account whose password is `PASSWORD`."""
        async with self.assistant.store.writing(SYSTEM) as uow:
            return await uow.staff.add(login, login.title(), PASSWORD, role, "SH01")

    async def audited(self, subject: str) -> list[str]:
        """Return what was written down about a subject, oldest first."""
        async with self.assistant.store.reading(SYSTEM) as uow:
            return [entry.action for entry in reversed(await uow.audit.about(subject))]


async def log_in(
    browser: httpx.AsyncClient, login: str, password: str = PASSWORD
) -> httpx.Response:
    """Send the login form."""
    form = {"login": login, "password": password, "lang": "zh"}
    return await browser.post("/desk/login", data=form)


async def open_conversation(browser: httpx.AsyncClient, staff_id: int) -> httpx.Response:
    """Ask for a conversation as the clerks' page does."""
    return await browser.post("/desk/conversation", params={"staff": staff_id})


def spoken_as(page: str) -> int | None:
    """Return the account that the page's chat speaks as."""
    found = re.search(r'<huike-chat inline staff="(\d+)"', page)
    return int(found[1]) if found else None


@asynccontextmanager
async def opened(assistant: Assistant) -> AsyncIterator[DeskSite]:
    """Wire API and plain pages as the composition root does."""
    settings = of.Settings(
        assistant=of.Assistant(), env=of.Environment(token_key=SecretStr(TOKEN_KEY))
    )
    api = create_api(
        ApiParts(
            settings=settings,
            store=assistant.store,
            inbox=assistant.inbox,
            bell=assistant.bell,
            nlu=assistant.runner.nlu,
            search=assistant.services.search,
        )
    )
    add_plain_pages(
        api,
        store=assistant.store,
        phrasebook=assistant.services.phrasebook,
        token_key=TOKEN_KEY,
        demo=False,
        training_data=BUNDLED_DATA,
    )
    yield DeskSite(assistant, api, Tokens(TOKEN_KEY))
