"""Rasa's engine over a small shop's data, and a server for it to ask."""

from collections.abc import AsyncIterator

import pytest
from misbehaving import BadServer, bad_server

from nlu.entities import EntityExtractor
from nlu.rasa.client import RasaClient
from nlu.rasa.engine import RasaEngine
from nlu.training import TrainingData


@pytest.fixture
async def server() -> AsyncIterator[BadServer]:
    async with bad_server() as server:
        yield server


@pytest.fixture
async def engine(server: BadServer, small_shop: TrainingData) -> AsyncIterator[RasaEngine]:
    async with RasaClient(server.url, seconds=10) as client:
        yield RasaEngine(client, small_shop, EntityExtractor(small_shop))


@pytest.fixture
async def hurried(server: BadServer, small_shop: TrainingData) -> AsyncIterator[RasaEngine]:
    """The same, with little patience."""
    async with RasaClient(server.url, seconds=0.3) as client:
        yield RasaEngine(client, small_shop, EntityExtractor(small_shop))
