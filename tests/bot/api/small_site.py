"""The demo retailer's assistant behind its API, and a client that talks to it."""

import asyncio
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx
import uvicorn
from fastapi import FastAPI
from heguang import Assistant
from pydantic import SecretStr

from bot import settings as of
from bot.api.app import create_api
from bot.api.parts import ApiParts
from bot.api.tokens import Tokens

TOKEN_KEY = "a key of the tests, long enough for HS256"


def settings_of(*, logins: bool = True, **web: object) -> of.Settings:
    """Return settings as if read from the environment and a file."""
    return of.Settings(
        assistant=of.Assistant(
            web=of.WebSettings.model_validate(web), demo=of.DemoSettings(logins=logins)
        ),
        env=of.Environment(token_key=SecretStr(TOKEN_KEY)),
    )


@dataclass
class Site:
    """A running shop: its parts, its people, and a client of its API."""

    api: FastAPI
    assistant: Assistant
    settings: of.Settings
    client: httpx.AsyncClient
    tokens: Tokens = field(default_factory=lambda: Tokens(TOKEN_KEY))

    @property
    def member(self) -> int:
        """A gold member with points and an order on its way."""
        return self.assistant.people.members["waiting"]

    @property
    def other(self) -> int:
        """Another member."""
        return self.assistant.people.members["delivered"]

    async def open(self, member: int | None = None) -> "Talk":
        """Open a conversation as a guest, or as a member whom the shop vouches for."""
        headers = {} if member is None else bearer(self.tokens.member(member))
        answer = await self.client.post("/api/v1/conversations", headers=headers)
        assert answer.status_code == 201, answer.text
        return Talk(self, answer.json()["id"], answer.json()["token"])


@dataclass
class Talk:
    """One conversation as its browser has it."""

    site: Site
    id: str
    token: str

    @property
    def path(self) -> str:
        return f"/api/v1/conversations/{self.id}"

    @property
    def headers(self) -> dict[str, str]:
        return bearer(self.token)

    async def say(self, text: str, client_id: str | None = None, **more: object) -> httpx.Response:
        body = {"client_id": client_id or uuid.uuid4().hex, "text": text, **more}
        return await self.site.client.post(f"{self.path}/messages", json=body, headers=self.headers)

    async def read(self, **query: int) -> list[dict[str, object]]:
        answer = await self.site.client.get(
            f"{self.path}/messages", params=query, headers=self.headers
        )
        assert answer.status_code == 200, answer.text
        messages: list[dict[str, object]] = answer.json()["messages"]
        return messages

    async def answered(self) -> list[dict[str, object]]:
        """Read the conversation once the last message is not the customer's."""
        async with asyncio.timeout(60):
            while True:
                messages = await self.read()
                if messages and messages[-1]["author"] != "customer":
                    return messages
                await asyncio.sleep(0.02)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def opened(assistant: Assistant, settings: of.Settings) -> AsyncIterator[Site]:
    """Wire the parts as the composition root does, with nobody answering yet."""
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
    transport = httpx.ASGITransport(api, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        yield Site(api, assistant, settings, client)


@asynccontextmanager
async def answering(assistant: Assistant) -> AsyncIterator[None]:
    """Let a worker run."""
    tasks = [asyncio.create_task(assistant.worker.run())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def listening(api: FastAPI) -> AsyncIterator[str]:
    """Serve an application on a free port of the loopback interface; yields its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(api, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
