"""The real server with a small demo retailer, made by the real commands, and a real Chromium.

The server is `huike serve` in a process of its own, so everything that tests do to its database
through `desk_store` arrives as it would from another machine. Models are kept between runs.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Request, async_playwright

from crm_store.store import SqlStore
from crm_store.vault import Vault

HUIKE = Path(sys.executable).parent / "huike"
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
CONFIG = """\
assistant:
  demo: {logins: true, people: 60, orders: 300}
"""
START_SECONDS = 280


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run these tests in one event loop, so that they share one browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@dataclass(frozen=True)
class Server:
    """A running `huike serve`."""

    url: str
    database: str
    secrets: dict[str, str]
    """What `huike init` wrote, by name: keys and the demo password."""

    @property
    def vault(self) -> Vault:
        """The vault over the server's keys."""
        return Vault([self.secrets["HUIKE_DATA_KEYS"]], self.secrets["HUIKE_INDEX_KEY"])


@pytest.fixture(scope="session")
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The demo shop, served on a free port of the loopback interface."""
    folder = tmp_path_factory.mktemp("shop")
    models = request.config.cache.mkdir("huike-models")
    environment = _prepare(folder, models)
    for command in (["init"], ["db", "upgrade"], ["demo", "load"]):
        subprocess.run(
            [HUIKE, *command], cwd=folder, env=environment, check=True, capture_output=True
        )
    with (folder / "server.log").open("w") as log:
        running = subprocess.Popen(
            [HUIKE, "serve"], cwd=folder, env=environment, stdout=log, stderr=log
        )
    try:
        url = f"http://127.0.0.1:{environment['HUIKE_PORT']}"
        _wait_until_ready(url, running, folder / "server.log")
        yield Server(url, f"sqlite:///{folder / 'var' / 'huike.db'}", _secrets(folder))
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(30)


def _prepare(folder: Path, models: Path) -> dict[str, str]:
    """Write the configuration, share the models between runs, and return the environment."""
    (folder / "config.yml").write_text(CONFIG, encoding="utf-8")
    (folder / "var").mkdir()
    for kept in ("models", "nlu"):
        (models / kept).mkdir(exist_ok=True)
        (folder / "var" / kept).symlink_to(models / kept)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    kept_environment = {k: v for k, v in os.environ.items() if not k.startswith("HUIKE_")}
    return {**kept_environment, "HUIKE_PORT": port}


def _secrets(folder: Path) -> dict[str, str]:
    lines = (folder / ".env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _wait_until_ready(url: str, running: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and running.poll() is None:
        try:
            if httpx.get(f"{url}/readyz").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail(f"the server did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")


@pytest_asyncio.fixture(loop_scope="session")
async def desk_store(server: Server) -> AsyncIterator[SqlStore]:
    """The server's database, opened by another process: this one."""
    store = await SqlStore.open(server.database, server.vault)
    yield store
    await store.close()


@dataclass
class Visitor:
    """A browser profile; what goes wrong in it is remembered."""

    context: BrowserContext
    home: str
    errors: list[str] = field(default_factory=list)
    """Script errors, console errors (refused content among them), requests to other hosts."""

    async def page(self, path: str = "/") -> Page:
        """Open a page of the shop."""
        page = await self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console", lambda line: self.errors.append(line.text) if line.type == "error" else None
        )
        page.on("request", self._watch)
        await page.goto(self.home + path)
        return page

    def _watch(self, request: Request) -> None:
        if urlsplit(request.url).scheme in ("http", "https") and not request.url.startswith(
            self.home
        ):
            self.errors.append(f"a request to elsewhere: {request.url}")


Visit = Callable[..., Awaitable[Visitor]]


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium; every visitor has a profile of their own in it."""
    if not shutil.which(CHROMIUM):
        reason = f"{CHROMIUM} is not installed (Debian: apt-get install chromium fonts-noto-cjk)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS)
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(chromium: Browser, server: Server) -> AsyncIterator[Visit]:
    """Make a visitor: ``await visit(locale="en-GB", viewport=…)``. None may meet an error."""
    visitors: list[Visitor] = []
    async with AsyncExitStack() as contexts:

        async def made(**options: object) -> Visitor:
            context = await chromium.new_context(**{"locale": "zh-CN", **options})
            contexts.push_async_callback(context.close)
            context.set_default_timeout(20_000)
            visitors.append(Visitor(context, server.url))
            return visitors[-1]

        yield made
    assert [error for visitor in visitors for error in visitor.errors] == []
