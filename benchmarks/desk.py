"""A customer's message on an agent's open desk: from the POST's answer to the row in the browser.

    python -m benchmarks.desk [--live N] [--seconds S] [--every S] [--models FOLDER]

The demo shop is served by the real command in a process of its own, Chromium has the desk open,
and so many customers are with people: half of them wait, half are served. Each writes every
twenty seconds, and one of them, whose conversation is open, once a second. The yardstick is the
same desk with that one customer alone, measured in the same run: the ratio says what the crowd
costs. Everything is on the loopback interface and ends by itself.
"""

import argparse
import asyncio
import os
import random
import signal
import socket
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.async_api import Page, async_playwright

from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.conversations import Owner
from crm_store.vault import Vault

ROOT = Path(__file__).parents[1]
HUIKE = Path(sys.executable).with_name("huike")
CHROMIUM = "/usr/bin/chromium"
CONFIG = """\
assistant:
  demo: {logins: true, people: 60, orders: 300}
  web: {messages_per_minute: 100000, requests_per_minute: 100000}
"""
START_SECONDS = 300
WAIT_SECONDS = 10.0
WRITES_EVERY = 20.0
"""Seconds between two messages of one of the others."""
# Notes when each row with a mark of ours came into the page, by the wall clock in milliseconds.
WATCH = """() => {
  window.cameAt = {};
  const note = () => {
    for (const row of document.querySelectorAll('.pane.talk .message .text')) {
      const mark = /mark-[0-9a-f]+/.exec(row.textContent)?.[0];
      if (mark && !(mark in window.cameAt)) window.cameAt[mark] = Date.now();
    }
  };
  new MutationObserver(note).observe(document.body, {childList: true, subtree: true,
                                                    characterData: true});
}"""


@dataclass(frozen=True)
class Shop:
    """The served demo shop."""

    url: str
    folder: Path
    secrets: dict[str, str]

    async def store(self) -> SqlStore:
        """Open its database from here."""
        vault = Vault([self.secrets["HUIKE_DATA_KEYS"]], self.secrets["HUIKE_INDEX_KEY"])
        return await SqlStore.open(f"sqlite:///{self.folder / 'var' / 'huike.db'}", vault)


@dataclass(frozen=True)
class Customer:
    """Somebody at the chat."""

    http: httpx.AsyncClient
    conversation: int | str
    token: str

    async def says(self, text: str) -> float:
        """Send a message; returns the wall clock's milliseconds when it was accepted."""
        answer = await self.http.post(
            f"/api/v1/conversations/{self.conversation}/messages",
            json={"client_id": uuid.uuid4().hex, "text": text},
            headers={"Authorization": f"Bearer {self.token}"},
        )
        answer.raise_for_status()
        return time.time() * 1000


async def main(live: int, seconds: float, every: float, models: Path) -> None:
    """Measure one customer alone, then among the crowd, and print both."""
    async with AsyncExitStack() as parts:
        folder = parts.enter_context(tempfile.TemporaryDirectory(prefix="huike-desk-"))
        shop = await parts.enter_async_context(served(Path(folder), models))
        page = await parts.enter_async_context(opened_desk(shop))
        http = await parts.enter_async_context(httpx.AsyncClient(base_url=shop.url, timeout=60))
        shown = await comes(http, "转人工客服，我先来")
        await take(page, "我先来")
        alone = await measure(page, shown, [], seconds / 2, every)
        crowd = [await comes(http, f"转人工客服，第{n}位") for n in range(live - 1)]
        await served_by_others(shop, live)
        among = await measure(page, shown, crowd, seconds, every)
    print(f"{'':<24}{'messages':>9}{'p50':>9}{'p95':>9}{'most':>9}")
    for title, found in (("alone", alone), (f"{live} live conversations", among)):
        print(
            f"{title:<24}{len(found):>9}{part(found, 0.5):>7.0f}ms{part(found, 0.95):>7.0f}ms"
            f"{max(found):>7.0f}ms"
        )
    print(f"the crowd costs {part(among, 0.95) / part(alone, 0.95):.1f}x at p95")


@asynccontextmanager
async def served(folder: Path, models: Path) -> AsyncIterator[Shop]:
    """Make the demo shop and serve it on a free port, with models that are there already."""
    (folder / "var").mkdir()
    for kept in ("models", "nlu"):
        if (models / kept).is_dir():
            (folder / "var" / kept).symlink_to(models / kept)
    (folder / "config.yml").write_text(CONFIG, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUIKE_")}
    environment = {**kept, "HUIKE_PORT": port}
    for command in (["init"], ["db", "upgrade"], ["demo", "load"]):
        await run(*command, folder=folder, environment=environment)
    with (folder / "server.log").open("w") as log:
        process = await asyncio.create_subprocess_exec(
            HUIKE, "serve", cwd=folder, env=environment, stdout=log, stderr=log
        )
    try:
        url = f"http://127.0.0.1:{port}"
        await until_ready(url, process)
        lines = (folder / ".env").read_text(encoding="utf-8").splitlines()
        yield Shop(url, folder, dict(line.split("=", 1) for line in lines if "=" in line))
    finally:
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), 30)


async def run(*command: str, folder: Path, environment: dict[str, str]) -> None:
    """Run one command of the assistant to its end."""
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        HUIKE, *command, cwd=folder, env=environment, stdout=quiet, stderr=quiet
    )
    if await process.wait():
        raise SystemExit(f"huike {' '.join(command)} failed")


async def until_ready(url: str, process: asyncio.subprocess.Process) -> None:
    """Wait until the server answers; give up when it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    async with httpx.AsyncClient() as http:
        while time.monotonic() < deadline and process.returncode is None:
            try:
                if (await http.get(f"{url}/readyz")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.3)
    raise SystemExit("the server did not start")


@asynccontextmanager
async def opened_desk(shop: Shop) -> AsyncIterator[Page]:
    """Open the desk of one agent in Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        page = await browser.new_page(locale="zh-CN")
        await page.goto(f"{shop.url}/desk/login?lang=zh")
        await page.locator("[name=login]").fill("agent-lin")
        await page.locator("[name=password]").fill(shop.secrets["HUIKE_DEMO_PASSWORD"])
        await page.locator("[name=password]").press("Enter")
        await page.locator(".pane.queue").wait_for()
        yield page
        await browser.close()


async def comes(http: httpx.AsyncClient, words: str) -> Customer:
    """Let a guest come and call a human."""
    opened = (await http.post("/api/v1/conversations")).raise_for_status().json()
    guest = Customer(http, opened["id"], opened["token"])
    await guest.says(words)
    return guest


async def take(page: Page, words: str) -> None:
    """Open and take a conversation, and watch what comes into it."""
    await page.locator(".entry", has_text=words).click()
    await page.get_by_role("button", name="接入", exact=True).click()
    await page.locator(".composer textarea:visible").wait_for()
    await page.evaluate(WATCH)


async def served_by_others(shop: Shop, live: int) -> None:
    """Wait until everybody has called a human, and let a colleague take half of them."""
    store = await shop.store()
    try:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            async with store.reading(SYSTEM) as uow:
                handoffs = await uow.handoffs.open()
                owners = [await uow.conversations.get(one.conversation_id) for one in handoffs]
            if len(handoffs) == live:
                break
            await asyncio.sleep(1)
        else:
            raise SystemExit(f"{len(handoffs)} of {live} conversations came to people")
        async with store.writing(SYSTEM) as uow:
            zhou = next(one for one in await uow.staff.all() if one.login == "agent-zhou")
            await uow.staff.arrange(zhou.id, max_load=live)
        colleague = Actor(Role.AGENT, staff_id=zhou.id, surface=Surface.DESK, purpose="benchmark")
        waiting = [
            handoff.id
            for handoff, one in zip(handoffs, owners, strict=True)
            if one is not None and one.owner is Owner.WAITING
        ]
        for handoff_id in waiting[: live // 2]:
            async with store.writing(colleague) as uow:
                await uow.handoffs.take(handoff_id)
    finally:
        await store.close()


async def measure(
    page: Page, shown: Customer, crowd: Sequence[Customer], seconds: float, every: float
) -> list[float]:
    """Return the milliseconds that each message of the open conversation took."""
    others = asyncio.create_task(chatter(crowd))
    found: list[float] = []
    ends = time.monotonic() + seconds
    try:
        while time.monotonic() < ends:
            next_one = time.monotonic() + every
            mark = f"mark-{uuid.uuid4().hex}"
            accepted = await shown.says(f"请看一下 {mark}")
            came = await page.wait_for_function(
                "mark => window.cameAt[mark]", arg=mark, timeout=WAIT_SECONDS * 1000
            )
            found.append(max(0.0, await came.json_value() - accepted))
            await asyncio.sleep(max(0.0, next_one - time.monotonic()))
    finally:
        others.cancel()
        await asyncio.gather(others, return_exceptions=True)
    return found


async def chatter(crowd: Sequence[Customer]) -> None:
    """Let the others write, each every so often, one after the other in no order."""
    while crowd:
        await asyncio.gather(
            asyncio.sleep(WRITES_EVERY / len(crowd)), random.choice(crowd).says("还在吗？")
        )


def part(found: Sequence[float], share: float) -> float:
    """Return a quantile."""
    return sorted(found)[min(len(found) - 1, int(len(found) * share))]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--live", type=int, default=200, help="conversations with people")
    parser.add_argument("--seconds", type=float, default=60, help="how long it is measured")
    parser.add_argument("--every", type=float, default=1, help="seconds between two messages")
    parser.add_argument(
        "--models", type=Path, default=ROOT / "var", help="where trained models are kept"
    )
    given = parser.parse_args()
    asyncio.run(main(given.live, given.seconds, given.every, given.models.resolve()))
