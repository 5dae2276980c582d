"""Notices on the real store: only with consent, in contact hours, once, and never to a human's."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from clocks import HandClock
from sqlalchemy.ext.asyncio import AsyncSession
from store_rows import SmallShop, open_shop

from bot.notices import Announcer
from bot.policies import load_policies
from bot.replies import Phrasebook
from bot.turn.bell import Bell
from crm_store.engine import make_engine
from crm_store.models import Base, OrderRow, PaymentRow, ShipmentEventRow, ShipmentRow
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM, Role
from crm_store.types.cases import CaseKind, NewCase
from crm_store.types.conversations import Author, ConversationKey, InboundMessage, Message
from crm_store.types.handoffs import HandoffReason
from crm_store.types.orders import OrderState, ShipmentState
from crm_store.types.privacy import Purpose
from crm_store.types.text import LocalText
from crm_store.vault import Vault

NOON = datetime.fromisoformat("2026-03-02T12:00:00+08:00")


@dataclass
class Scene:
    """A member who agreed to be told on Telegram, with a conversation there."""

    store: SqlStore
    url: str
    vault: Vault
    clock: HandClock
    shop: SmallShop
    talk: int

    @property
    def announcer(self) -> Announcer:
        return Announcer(self.store, Phrasebook(), load_policies(), self.clock, Bell())

    async def told(self) -> list[Message]:
        """What the bot said in the conversation, oldest first."""
        async with self.store.reading(SYSTEM) as uow:
            messages = await uow.conversations.messages(self.talk)
        return [one for one in messages if one.author is Author.BOT]

    async def add(self, *rows: Base) -> None:
        engine = make_engine(self.url, self.vault)
        async with AsyncSession(engine) as session, session.begin():
            session.add_all(rows)
        await engine.dispose()

    async def order(self, number: str, *, state: ShipmentState, hours_ago: float = 1) -> None:
        """An order of the member's whose parcel came into a state a while ago."""
        at = self.clock.now - timedelta(hours=hours_ago)
        event = ShipmentEventRow(at=at, state=state, place=LocalText("上海", "Shanghai"))
        parcel = ShipmentRow(
            carrier="顺丰", tracking_number=f"SF{number}", state=state, events=[event]
        )
        await self.add(
            OrderRow(
                number=number, member_id=self.shop.member, channel="web", state=OrderState.SHIPPED,
                placed_at=at, total=Decimal(99), shipments=[parcel],
            )
        )  # fmt: skip

    async def pickup(self, ticket: str, due: timedelta) -> None:
        async with self.store.writing(SYSTEM) as uow:
            await uow.cases.open(
                NewCase(
                    CaseKind.PICKUP, ticket, state="ready", member_id=self.shop.member,
                    detail={"code": "7788"}, due_at=self.clock.now + due,
                )
            )  # fmt: skip


@pytest.fixture
async def scene(database_url: str, store: SqlStore, vault: Vault, clock: HandClock) -> Scene:
    clock.now = NOON - timedelta(days=5)
    shop = await open_shop(store, database_url, vault)
    key = ConversationKey("telegram", "shop", "77")
    async with store.writing(SYSTEM) as uow:
        said = InboundMessage(key, "1", "你好", member_id=shop.member)
        [receipt] = await uow.conversations.receive([said])
        lease = await uow.conversations.claim("test", timedelta(seconds=30))
        assert lease is not None
        await uow.conversations.handled(lease, receipt.message_id, parse=None, language="zh")
        await uow.conversations.release(lease)
        wording = await uow.consents.wording(Purpose.SERVICE)
        await uow.consents.give(shop.member, Purpose.SERVICE, "telegram", wording.version)
    clock.now = NOON
    return Scene(store, database_url, vault, clock, shop, receipt.conversation_id)


async def test_each_event_is_told_once_and_can_be_stopped(scene: Scene) -> None:
    await scene.order("N1", state=ShipmentState.OUT_FOR_DELIVERY)
    assert await scene.announcer.announce() == {"out_for_delivery": 1}
    assert await scene.announcer.announce() == {}
    [notice] = await scene.told()
    assert "N1的包裹正在派送" in notice.text
    assert notice.payload["buttons"] == [{"title": "不再通知", "payload": '/notices{"on": false}'}]


async def test_two_that_look_at_once_tell_once(scene: Scene) -> None:
    await scene.order("N1", state=ShipmentState.DELIVERED)
    counts = await asyncio.gather(*(scene.announcer.announce() for _ in range(3)))
    assert sum(count.get("delivered", 0) for count in counts) == 1
    assert len(await scene.told()) == 1


async def test_without_consent_nothing_is_said(scene: Scene) -> None:
    await scene.order("N1", state=ShipmentState.OUT_FOR_DELIVERY)
    async with scene.store.writing(SYSTEM) as uow:
        await uow.consents.withdraw(scene.shop.member, Purpose.SERVICE)
    assert await scene.announcer.announce() == {}
    assert await scene.told() == []


async def test_at_night_it_waits_for_the_morning(scene: Scene) -> None:
    scene.clock.now = NOON + timedelta(hours=10)
    await scene.order("N1", state=ShipmentState.DELIVERED)
    assert await scene.announcer.announce() == {}
    scene.clock.advance(hours=12)
    assert await scene.announcer.announce() == {"delivered": 1}


async def test_old_events_are_no_news(scene: Scene) -> None:
    await scene.order("N1", state=ShipmentState.DELIVERED, hours_ago=72)
    assert await scene.announcer.announce() == {}


async def test_a_dry_run_only_counts(scene: Scene) -> None:
    await scene.order("N1", state=ShipmentState.EXCEPTION)
    assert await scene.announcer.announce(dry_run=True) == {"delivery_failed": 1}
    assert await scene.told() == []
    assert await scene.announcer.announce() == {"delivery_failed": 1}


async def test_nothing_is_said_into_a_humans_conversation(scene: Scene) -> None:
    await scene.order("N1", state=ShipmentState.OUT_FOR_DELIVERY)
    async with scene.store.writing(SYSTEM) as uow:
        asked = await uow.handoffs.request(scene.talk, HandoffReason.ASKED, {}, epoch=0)
    assert await scene.announcer.announce() == {}
    agent = scene.shop.actor(Role.AGENT)
    async with scene.store.writing(agent) as uow:
        await uow.handoffs.take(asked.id)
        await uow.handoffs.hand_back(asked.id)
    assert await scene.announcer.announce() == {}, "somebody has just written"
    scene.clock.advance(minutes=5)
    assert await scene.announcer.announce() == {"out_for_delivery": 1}


async def test_a_refund_that_arrived(scene: Scene) -> None:
    await scene.order("N1", state=ShipmentState.DELIVERED, hours_ago=72)
    paid = PaymentRow(method="wechat", amount=Decimal("-88.50"), state="settled", at=NOON)
    under_way = PaymentRow(method="wechat", amount=Decimal(-5), state="processing", at=NOON)
    async with scene.store.reading(SYSTEM) as uow:
        order = await uow.orders.by_number("N1")
    assert order is not None
    paid.order_id = under_way.order_id = order.id
    await scene.add(paid, under_way)
    assert await scene.announcer.announce() == {"refund_arrived": 1}
    assert "¥88.50已到账" in (await scene.told())[0].text


async def test_a_pickup_is_told_when_ready_and_before_it_lapses(scene: Scene) -> None:
    await scene.pickup("1-1", timedelta(days=3))
    assert await scene.announcer.announce() == {"pickup_ready": 1}
    scene.clock.advance(days=2, hours=1)
    assert await scene.announcer.announce() == {"pickup_expiring": 1}
    assert await scene.announcer.announce() == {}
    assert all("7788" in one.text for one in await scene.told())


async def test_a_repair_appointment_is_recalled_and_a_moved_one_again(scene: Scene) -> None:
    async with scene.store.writing(SYSTEM) as uow:
        case = await uow.cases.open(
            NewCase(
                CaseKind.REPAIR, "1-1", member_id=scene.shop.member,
                detail={"appointment": "2026-03-03"}, due_at=NOON + timedelta(hours=20),
            )
        )  # fmt: skip
    assert await scene.announcer.announce() == {"repair_appointment": 1}
    assert await scene.announcer.announce() == {}
    assert case.number in (await scene.told())[0].text


async def test_after_a_colleague_the_customer_is_asked_once(scene: Scene) -> None:
    agent = scene.shop.actor(Role.AGENT)
    for _ in range(2):
        async with scene.store.writing(SYSTEM) as uow:
            talk = await uow.conversations.get(scene.talk)
            assert talk is not None
            asked = await uow.handoffs.request(
                scene.talk, HandoffReason.ASKED, {}, epoch=talk.epoch
            )
        async with scene.store.writing(agent) as uow:
            await uow.handoffs.take(asked.id)
            await uow.handoffs.resolve(asked.id, "好了")
        await scene.announcer.announce()
    [question] = await scene.told()
    assert "同事的服务" in question.text
    assert len(question.payload["buttons"]) == 5


async def test_one_process_looks_at_a_time(scene: Scene) -> None:
    every = timedelta(seconds=30)
    assert await scene.announcer.step("one", every)
    assert not await scene.announcer.step("two", every)
    scene.clock.advance(seconds=31)
    assert await scene.announcer.step("two", every)
