"""Fixtures of the API's tests; see `small_site`."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from small_site import Brain, Site, copy_data, open_brain, running

from crm_store.store import SqlStore
from crm_store.vault import Vault


@pytest.fixture(scope="session")
def brain(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Brain:
    folder = tmp_path_factory.mktemp("brain")
    copy_data(folder / "data")
    database = shutil.copyfile(migrated_sqlite, folder / "huike.db")
    return asyncio.run(open_brain(folder, database))


@pytest.fixture
async def site(
    brain: Brain, sqlite_store: SqlStore, sqlite_url: str, vault: Vault
) -> AsyncIterator[Site]:
    """The shop with a worker and the outbox running, reached without a network."""
    async with running(brain, sqlite_store, sqlite_url, vault) as opened:
        yield opened
