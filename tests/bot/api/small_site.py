"""A small shop with its API: real store, inbox, worker, turn runner and outbox.

Understanding is the native engine on the project's own training data, limited to a few intents so
that it is trained in seconds; the catalogue holds three products.
"""

import asyncio
import shutil
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from store_rows import SmallShop, open_shop

from bot.api.app import create_api
from bot.api.parts import ApiParts
from bot.api.tokens import Tokens
from bot.app import App, assemble, open_nlu, open_search
from bot.settings import Assistant, DemoSettings, Environment, NluSettings, Settings, WebSettings
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM
from crm_store.types.catalog import ONLINE_STORE_ID, Product, StockLevel, Variant
from crm_store.types.catalog import Store as Shop
from crm_store.types.text import LocalText
from crm_store.vault import Vault
from knowledge.embedding import EmbedderSpec, Engine, load_embedder
from knowledge.ports import CatalogSearch
from nlu.ports import NluEngine

TOKEN_KEY = "a key of the tests, long enough for HS256"
INTENTS = (
    *("greet", "goodbye", "thank", "bot_help", "talk_to_human", "points_balance"),
    *("stop", "affirm", "deny", "out_of_scope", "store_info"),
)
DATA = Path("nlu/data")


def catalogue() -> list[Product]:
    """A cream, a coat in two sizes and a product whose text is an attack."""
    return [
        Product(
            "COS-1",
            LocalText("保湿面霜", "Moisture Cream"),
            "禾研",
            "skincare",
            LocalText("护肤", "Skincare"),
            "cosmetics",
            LocalText("滋润不厚重。", "Rich but light."),
            {"skin_type": LocalText("干性", "Dry")},
            (Variant("COS-1-50", "COS-1", None, "50 ml", Decimal(129)),),
        ),
        Product(
            "APP-1",
            LocalText("羊毛大衣", "Wool Coat"),
            "素织",
            "outerwear",
            LocalText("外套", "Outerwear"),
            "apparel",
            LocalText("轻而挺括。", "Light and crisp."),
            {},
            tuple(Variant(f"APP-1-{size}", "APP-1", "black", size, Decimal(1299)) for size in "ML"),
        ),
        Product(
            "XSS-1",
            LocalText(
                "<img src=x onerror=\"document.title='owned'\">", "<script>alert(1)</script>"
            ),
            "</a><b>",
            "outerwear",
            LocalText("外套", "Outerwear"),
            "apparel",
            LocalText("{{ 7 * 7 }}", "{{ 7 * 7 }}"),
            {},
            (Variant("XSS-1-1", "XSS-1", None, None, Decimal(1)),),
        ),
    ]


async def fill(store: SqlStore, url: str, vault: Vault) -> SmallShop:
    """Write the small shop, its catalogue and its stock."""
    now = datetime.now(UTC)
    doors = (
        Shop(ONLINE_STORE_ID, LocalText("网店", "Online"), "", LocalText(), "", time(0), time(23)),
        Shop(
            "SH01",
            LocalText("南京西路店", "West Nanjing Road"),
            "shanghai",
            LocalText("南京西路 1266 号", "1266 West Nanjing Road"),
            "+862155500101",
            time(10),
            time(22),
        ),
    )
    async with store.writing(SYSTEM) as uow:
        await uow.catalog.save_shops(doors)
        await uow.catalog.save_products(catalogue())
        await uow.catalog.save_stock(
            [
                StockLevel(ONLINE_STORE_ID, "COS-1-50", 12, now),
                StockLevel("SH01", "APP-1-M", 2, now),
            ]
        )
    return await open_shop(store, url, vault)


def settings_of(folder: Path, url: str, **web: object) -> Settings:
    """Return settings as if read from the environment and a file."""
    return Settings(
        assistant=Assistant(
            nlu=NluSettings(data=folder / "data"),
            web=WebSettings.model_validate(web),
            demo=DemoSettings(logins=True),
        ),
        env=Environment(
            var=folder,
            database_url=url,
            token_key=SecretStr(TOKEN_KEY),
        ),
    )


@dataclass(frozen=True)
class Brain:
    """Search and understanding; they hold no connection, so all tests share them."""

    folder: Path
    search: CatalogSearch
    nlu: NluEngine


def copy_data(folder: Path) -> None:
    """Copy the training data of the few intents."""
    for language in ("zh", "en"):
        (folder / language).mkdir(parents=True)
        for name in (*INTENTS, "_lookups"):
            if (file := DATA / language / f"{name}.yml").exists():
                shutil.copyfile(file, folder / language / file.name)


async def open_brain(folder: Path, database: Path) -> Brain:
    """Index the catalogue and train the engine."""
    vault = Vault([Vault.new_key()], index_key=Vault.new_key())
    url = f"sqlite:///{database}"
    settings = settings_of(folder, url)
    store = await SqlStore.open(url, vault)
    try:
        await fill(store, url, vault)
        embedder = load_embedder(EmbedderSpec(engine=Engine("nano")), folder / "models")
        search = await open_search(settings, store, embedder)
        return Brain(folder, search, await open_nlu(settings, store, embedder))
    finally:
        await store.close()


@dataclass
class Site:
    """A running shop: its parts, its people, and a client of its API."""

    api: FastAPI
    app: App
    shop: SmallShop
    client: httpx.AsyncClient
    tokens: Tokens = field(default_factory=lambda: Tokens(TOKEN_KEY))

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


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def running(
    brain: Brain, store: SqlStore, url: str, vault: Vault, **web: object
) -> AsyncIterator[Site]:
    """Wire the parts as the composition root does and run them."""
    shop = await fill(store, url, vault)
    settings = settings_of(brain.folder, url, **web)
    app = assemble(settings, store, brain.search, brain.nlu)
    api = create_api(
        ApiParts(
            settings=settings,
            store=store,
            inbox=app.inbox,
            bell=app.bell,
            nlu=app.nlu,
            search=app.search,
        )
    )
    tasks = [asyncio.create_task(app.worker().run()), asyncio.create_task(app.outbox().run())]
    transport = httpx.ASGITransport(api, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        yield Site(api, app, shop, client)
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
