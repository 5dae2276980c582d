"""Fixtures of the desk's tests: its plain pages beside the API, and the staff who log in."""

from collections.abc import AsyncIterator

import pytest
from desk_site import DeskSite, opened
from heguang import Assistant


@pytest.fixture
async def desk(assistant: Assistant) -> AsyncIterator[DeskSite]:
    """The API and the desk's plain pages, with nobody answering."""
    async with opened(assistant) as site:
        yield site
