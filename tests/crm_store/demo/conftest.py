"""A small demo retailer, written once for all tests that only read it."""

from pathlib import Path

import pytest
from demo_exports import ORDERS, PEOPLE, SEED, TODAY

from crm_store.demo.generator import DemoFiles, write_files


@pytest.fixture(scope="session")
def small_retailer(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    folder: Path = tmp_path_factory.mktemp("demo")
    return write_files(folder, seed=SEED, today=TODAY, people=PEOPLE, orders=ORDERS)


@pytest.fixture(scope="session")
def midsize_retailer(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    """Big enough for shares and rare cases to show."""
    folder: Path = tmp_path_factory.mktemp("demo-midsize")
    return write_files(folder, seed=SEED, today=TODAY, people=600, orders=5000)
