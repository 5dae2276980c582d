"""What the tests of importers share."""

from pathlib import Path

import pytest
from source_files import Exports

from crm_store.store import SqlStore


@pytest.fixture
def exports(store: SqlStore, tmp_path: Path) -> Exports:
    """A folder for exports, and a store on either database to import them into."""
    folder = tmp_path / "exports"
    folder.mkdir()
    return Exports(store, folder)
