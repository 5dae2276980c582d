"""Fixtures of the API's tests; see `small_site`."""

from collections.abc import AsyncIterator

import pytest
from heguang import Assistant
from small_site import Site, answering, opened, settings_of


@pytest.fixture
async def quiet_site(assistant: Assistant) -> AsyncIterator[Site]:
    """The shop while nobody answers."""
    async with opened(assistant, settings_of()) as site:
        yield site


@pytest.fixture
async def site(quiet_site: Site) -> AsyncIterator[Site]:
    """The shop with a worker running."""
    async with answering(quiet_site.assistant):
        yield quiet_site
