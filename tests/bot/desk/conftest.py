"""Fixtures of the desk's tests: its plain pages beside the API, and the staff who log in."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from desk_site import TOKEN_KEY, DeskSite, opened
from fastapi import FastAPI
from heguang import Assistant
from store_rows import SmallShop

from bot.desk.mounting import add_plain_pages
from bot.replies import Phrasebook
from crm_store.store import SqlStore
from nlu.training.read import BUNDLED_DATA


@pytest.fixture
async def desk(assistant: Assistant) -> AsyncIterator[DeskSite]:
    """The API and the desk's plain pages, with nobody answering."""
    async with opened(assistant) as site:
        yield site


@pytest.fixture
def data() -> Path:
    """The training data that the review of examples is for."""
    return BUNDLED_DATA


@pytest.fixture
async def browser(store: SqlStore, shop: SmallShop, data: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on the plain pages alone, of a small shop, on both databases."""
    api = FastAPI()
    add_plain_pages(
        api,
        store=store,
        phrasebook=Phrasebook(),
        token_key=TOKEN_KEY,
        demo=False,
        training_data=data,
    )
    transport = httpx.ASGITransport(api)
    async with httpx.AsyncClient(transport=transport, base_url="https://shop.test") as client:
        yield client
