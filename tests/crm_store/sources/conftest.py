"""What the tests of importers share."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from clocks import HandClock
from source_files import Exports

from crm_store.store import SqlStore


@pytest.fixture
def clock() -> HandClock:
    """A time after everything in the small exports, which lies in no future."""
    return HandClock(datetime(2026, 12, 1, 9, 0, tzinfo=UTC))


@pytest.fixture
def exports(store: SqlStore, tmp_path: Path) -> Exports:
    """A folder for exports, and a store on either database to import them into."""
    folder = tmp_path / "exports"
    folder.mkdir()
    return Exports(store, folder)
