"""What a desk shows, read from a real store under the agent's own rights."""

from dataclasses import dataclass

import pytest
from clocks import HandClock
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine
from store_rows import SmallShop

from bot.desk import acts
from bot.desk.snapshot import CARD_AGE, Lookout, Snapshot
from bot.turn.bell import Bell
from crm_store.errors import ConflictError, NotPermittedError
from crm_store.models import StaffRow
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.conversations import ConversationKey, InboundMessage
from crm_store.types.handoffs import HandoffReason


@dataclass
class Queue:
    """Customers who ask for a human, and the agents who look."""

    store: SqlStore
    shop: SmallShop
    clock: HandClock

    @property
    def lin(self) -> Actor:
        return Actor(Role.AGENT, staff_id=self.shop.agent, surface=Surface.DESK)

    @property
    def wu(self) -> Actor:
        return Actor(Role.AGENT, staff_id=self.shop.agent2, surface=Surface.DESK)

    def lookout(self, actor: Actor) -> Lookout:
        return Lookout(self.store, actor)

    async def look(self, actor: Actor, handoff: int | None = None) -> Snapshot:
        return await self.lookout(actor).look(handoff, self.clock())

    async def ask(self, name: str, *said: str, member: int | None = None, **packet: object) -> int:
        """Let a customer say something and ask for a human; returns the handoff."""
        key = ConversationKey("web", "shop", name)
        messages = [
            InboundMessage(key, f"{name}-{number}", text, member_id=member)
            for number, text in enumerate(said)
        ]
        async with self.store.writing(SYSTEM) as uow:
            here = (await uow.conversations.receive(messages))[0].conversation_id
            handoff = await uow.handoffs.request(
                here, HandoffReason.ASKED, {"asked": said[-1], **packet}, epoch=0
            )
        return handoff.id

    async def act(self, actor: Actor, act: acts.Act) -> None:
        await acts.perform(self.store, Bell(), actor, act, None)


@pytest.fixture
def queue(store: SqlStore, shop: SmallShop, clock: HandClock) -> Queue:
    return Queue(store, shop, clock)


async def test_whoever_waits_longest_comes_first_with_their_latest_words(queue: Queue) -> None:
    await queue.ask("first", "在吗", "我要退货")
    queue.clock.advance(minutes=7)
    await queue.ask("second", "人工", member=queue.shop.member)
    waiting = (await queue.look(queue.lin)).waiting()
    assert [(entry.preview, entry.waited, entry.customer) for entry in waiting] == [
        ("我要退货", 7, None),
        ("人工", 0, "王小明"),
    ]


async def test_a_pressed_button_is_shown_as_what_stood_on_it(queue: Queue) -> None:
    key = ConversationKey("web", "shop", "buttons")
    pressed = InboundMessage(key, "1", "/talk_to_human", payload={"title": "找人工"})
    async with queue.store.writing(SYSTEM) as uow:
        [receipt] = await uow.conversations.receive([pressed])
        await uow.handoffs.request(receipt.conversation_id, HandoffReason.ASKED, {}, epoch=0)
    [entry] = (await queue.look(queue.lin)).queue
    assert entry.preview == "找人工"


async def test_mine_and_my_colleagues(queue: Queue) -> None:
    mine, theirs = await queue.ask("a", "一"), await queue.ask("b", "二")
    await queue.act(queue.lin, acts.take(mine))
    await queue.act(queue.wu, acts.take(theirs))
    seen = await queue.look(queue.lin)
    assert [entry.handoff.id for entry in seen.taken_by(queue.shop.agent)] == [mine]
    [other] = seen.taken_by_others(queue.shop.agent)
    assert (other.handoff.id, other.agent) == (theirs, "agent2")
    assert seen.waiting() == []


async def test_two_agents_cannot_take_the_same_customer(queue: Queue) -> None:
    handoff = await queue.ask("a", "一")
    await queue.act(queue.lin, acts.take(handoff))
    with pytest.raises(ConflictError):
        await queue.act(queue.wu, acts.take(handoff))
    opened = (await queue.look(queue.wu, handoff)).open
    assert opened is not None
    assert opened.agent == "agent"


async def test_the_open_conversation_comes_with_card_and_products(queue: Queue) -> None:
    handoff = await queue.ask("a", "一", member=queue.shop.member, products=["gone"])
    opened = (await queue.look(queue.lin, handoff)).open
    assert opened is not None
    assert opened.card is not None
    assert opened.card.member.name == "王小明"
    assert opened.products == ()
    assert opened.messages[0].text == "一"


async def test_looking_on_does_not_fill_the_audit_trail(queue: Queue) -> None:
    handoff = await queue.ask("a", "一", member=queue.shop.member)
    lookout = queue.lookout(queue.lin)
    subject = f"member:{queue.shop.member}"

    async def rows() -> int:
        async with queue.store.reading(SYSTEM) as uow:
            return len(await uow.audit.about(subject))

    await lookout.look(handoff, queue.clock())
    before = await rows()
    for _ in range(3):
        await lookout.look(handoff, queue.clock())
    assert await rows() == before > 0
    queue.clock.advance(seconds=CARD_AGE.total_seconds() + 1)
    await lookout.look(handoff, queue.clock())
    assert await rows() > before


async def test_equal_looks_are_equal(queue: Queue) -> None:
    handoff = await queue.ask("a", "一", member=queue.shop.member)
    lookout = queue.lookout(queue.lin)
    assert await lookout.look(handoff, queue.clock()) == await lookout.look(handoff, queue.clock())


@pytest.mark.parametrize("role", [Role.CLERK, Role.AGENT])
async def test_only_active_accounts_of_the_desk_look_or_act(queue: Queue, role: Role) -> None:
    handoff = await queue.ask("a", "一")
    if role is Role.AGENT:
        engine: AsyncEngine = queue.store._writer
        off = update(StaffRow).where(StaffRow.id == queue.shop.agent).values(active=False)
        async with engine.begin() as connection:
            await connection.execute(off)
    actor = queue.shop.actor(role)
    with pytest.raises(NotPermittedError):
        await queue.look(actor)
    with pytest.raises(NotPermittedError):
        await queue.act(actor, acts.take(handoff))
    [entry] = (await queue.look(queue.wu)).queue
    assert entry.agent is None


async def test_every_act_rings_for_the_desk_the_sender_and_the_conversation(queue: Queue) -> None:
    handoff = await queue.ask("a", "一")
    bell = Bell()
    topics = ("desk", "outbox", "inbox", 42)
    with (
        bell.listening("desk") as desk,
        bell.listening("outbox") as outbox,
        bell.listening("inbox") as inbox,
        bell.listening(42) as conversation,
    ):
        await acts.perform(queue.store, bell, queue.lin, acts.take(handoff), 42)
        heard = dict(zip(topics, (desk, outbox, inbox, conversation), strict=True))
    assert [topic for topic, event in heard.items() if event.is_set()] == list(topics)
