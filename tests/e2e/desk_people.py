"""Customers and staff in their browsers, and conversations that wait for the desk."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from conftest import Server, Visit, Visitor
from playwright.async_api import Locator, Page, expect
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.engine import make_engine
from crm_store.models import (
    OrderLineRow,
    OrderRow,
    PaymentRow,
    ShipmentEventRow,
    ShipmentRow,
    StaffRow,
)
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import ConversationKey, InboundMessage
from crm_store.types.handoffs import ANYBODY, HandoffReason, Needs
from crm_store.types.orders import OrderState, ShipmentState
from crm_store.types.people import IdentityKind, IdentityStatus, NewIdentity, NewMember
from crm_store.types.text import LocalText

expect.set_options(timeout=30_000)
SESSIONS: dict[tuple[str, str], Any] = {}
"""Cookies of those who logged in once, by server and login: checking a password takes long."""


@dataclass
class Customer:
    """Somebody at the chat of the shop."""

    page: Page

    def __post_init__(self) -> None:
        self.said_to_me = self.page.locator("huike-chat .row.theirs:not(.typing)")
        self.typing = self.page.locator("huike-chat .row.typing")
        self.box = self.page.locator("huike-chat textarea")

    async def say(self, text: str) -> None:
        """Send a text, and see that the server has it."""
        await self.box.fill(text)
        await self.box.press("Enter")
        sent = self.page.locator("huike-chat .row.mine").last
        await expect(sent.locator(".text")).to_have_text(text)
        await expect(sent).to_have_attribute("data-state", "sent")


@dataclass
class Agent:
    """Somebody at the desk, in Chinese."""

    page: Page

    def __post_init__(self) -> None:
        self.queue = self.page.locator(".pane.queue")
        self.head = self.page.locator(".talk-head")
        self.transcript = self.page.locator(".pane.talk .transcript")
        self.packet = self.page.locator(".pane.packet")
        self.dialog = self.page.get_by_role("dialog")
        self.box = self.page.get_by_role("textbox", name="回复内容")
        self.note_box = self.page.get_by_role("textbox", name="备注内容")
        self.take = self.page.get_by_role("button", name="接入", exact=True)

    def entry(self, words: str) -> Locator:
        """Return the entry of the queue that shows some words."""
        return self.queue.locator(".entry", has_text=words)

    def group(self, kind: str) -> Locator:
        """Return a group of the queue: ``queue``, ``mine``, ``snoozed``, ``others``."""
        return self.queue.locator(f".entries.{kind}")

    def button(self, name: str) -> Locator:
        """Return a button above the conversation."""
        return self.head.get_by_role("button", name=name)

    async def name(self) -> str:
        """Return how colleagues call this agent."""
        return await self.page.locator(".desk-agent").inner_text()

    async def open(self, words: str) -> None:
        """Open a conversation of the queue."""
        await self.entry(words).click()
        await expect(self.transcript).to_contain_text(words)

    async def open_and_take(self, words: str) -> None:
        """Open a conversation that waits, and take it."""
        await self.open(words)
        await self.take.click()
        await expect(self.box).to_be_focused()

    async def answer(self, text: str) -> None:
        """Write to the customer."""
        await self.box.fill(text)
        await self.box.press("Enter")
        await expect(self.transcript.locator(".from-agent").last).to_contain_text(text)

    async def hand_back(self, instruction: str = "") -> None:
        """Give the open conversation back to the bot."""
        await self.button("交还机器人").click()
        await self.dialog.get_by_role("textbox").fill(instruction)
        await self.dialog.get_by_role("button", name="交还机器人").click()

    async def resolve_as(self, note: str, code: str | None = None) -> None:
        """Close the open handoff with a reason code and a note."""
        await self.button("办结").click()
        if code is not None:
            await self.dialog.get_by_role("radio", name=code, exact=True).click()
        await self.page.get_by_role("textbox", name="补充说明").fill(note)
        await self.dialog.get_by_role("button", name="办结").click()

    async def transfer_to(self, kind: str, name: str) -> None:
        """Pass the open conversation on: ``同事``, ``技能组`` or ``门店``."""
        await self.button("转接").click()
        await self.dialog.get_by_role("tab", name=kind).click()
        await self.dialog.get_by_role("tabpanel").get_by_role("button", name=name).click()
        await expect(self.dialog).to_have_count(0)


async def customer(visit: Visit, **options: object) -> Customer:
    """Open the shop and its chat."""
    page = await (await visit(**options)).page()
    await page.locator("huike-chat .launcher").click()
    return Customer(page)


async def log_in(visitor: Visitor, server: Server, login: str, language: str = "zh") -> Page:
    """Log in with the demo password."""
    page = await visitor.page(f"/desk/login?lang={language}")
    await page.locator("[name=login]").fill(login)
    await page.locator("[name=password]").fill(server.secrets["HUIKE_DEMO_PASSWORD"])
    await page.locator("[name=password]").press("Enter")
    await page.wait_for_url(re.compile(r"/desk/(clerk)?\?"))
    return page


async def staff(
    visit: Visit, server: Server, login: str, path: str = "/desk/?lang=zh", **options: object
) -> Page:
    """Open a page of the desk, logged in."""
    known = SESSIONS.get((server.url, login))
    visitor = await visit(storage_state=known, **options)
    if known is not None:
        return await visitor.page(path)
    page = await log_in(visitor, server, login)
    SESSIONS[server.url, login] = await visitor.context.storage_state()
    if not page.url.endswith(path):
        await page.goto(server.url + path)
    return page


async def agent(visit: Visit, server: Server, login: str, **options: object) -> Agent:
    """Open somebody's desk."""
    return Agent(await staff(visit, server, login, **options))


async def member(store: SqlStore, name: str, phone: str) -> int:
    """Enrol a member; returns their id."""
    proved = NewIdentity(IdentityKind.PHONE, phone, IdentityStatus.ATTESTED, "desk")
    async with store.writing(SYSTEM) as uow:
        return (await uow.members.add(NewMember(name, identities=(proved,)))).id


async def calls(
    store: SqlStore,
    words: str,
    *,
    member_id: int | None = None,
    packet: dict[str, Any] | None = None,
    needs: Needs = ANYBODY,
) -> int:
    """Let somebody call a human, as if from another machine; returns the conversation's id."""
    key = ConversationKey("web", "shop", f"who says {words}")
    async with store.writing(SYSTEM) as uow:
        said = InboundMessage(key, words, words, member_id=member_id)
        [receipt] = await uow.conversations.receive([said])
        here = receipt.conversation_id
        asked = {"language": "zh", "asked": words, **(packet or {})}
        await uow.handoffs.request(here, HandoffReason.ASKED, asked, epoch=0, needs=needs)
    return here


async def says(store: SqlStore, words: str, more: str) -> None:
    """Let whoever called with some words say more."""
    key = ConversationKey("web", "shop", f"who says {words}")
    async with store.writing(SYSTEM) as uow:
        await uow.conversations.receive([InboundMessage(key, more, more)])


async def buys(server: Server, member_id: int, number: str, state: OrderState) -> None:
    """Write an order of one cream, placed three days ago, into the shop's tables."""
    now = datetime.now(UTC)
    order = OrderRow(
        number=number,
        member_id=member_id,
        channel="web",
        state=state,
        placed_at=now - timedelta(days=3),
        total=Decimal(129),
        recipient_enc=server.vault.encrypt("司马青"),
        phone_enc=server.vault.encrypt("13600136000"),
        address_enc=server.vault.encrypt("上海市徐汇区漕溪北路1号3室"),
    )
    cream = LocalText("云朵面霜", "Cloud cream")
    order.lines = [
        OrderLineRow(sku="COS-1", product_id="COS", name=cream, quantity=1, unit_price=129)
    ]
    order.payments = [
        PaymentRow(method="wechat", amount=Decimal(129), state="paid", at=order.placed_at)
    ]
    if state is OrderState.DELIVERED:
        place = LocalText("上海", "Shanghai")
        arrived = ShipmentEventRow(
            at=now - timedelta(days=1), state=ShipmentState.DELIVERED, place=place
        )
        order.shipments = [
            ShipmentRow(
                carrier="SF",
                tracking_number=f"SF-{number}",
                state=ShipmentState.DELIVERED,
                events=[arrived],
            )
        ]
    engine = make_engine(server.database, server.vault)
    async with AsyncSession(engine) as session, session.begin():
        session.add(order)
    await engine.dispose()


async def dismisses(server: Server, login: str) -> None:
    """Take an account out of service."""
    engine = make_engine(server.database, server.vault)
    async with AsyncSession(engine) as session, session.begin():
        await session.execute(update(StaffRow).where(StaffRow.login == login).values(active=False))
    await engine.dispose()
