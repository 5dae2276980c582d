"""A service floor: agents in a forum group, and customers on Telegram and on the web."""

from dataclasses import dataclass, field

from emulators.telegram import BotApiEmulator, Group, Person
from emulators.telegram.groups import Topic
from telegram_parts import VirtualTime

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.desk.bridge import Bridge
from bot.channels.telegram.polling import Poller
from bot.handoff.packet import Attempt, HandoffPacket, Result, Source, Told
from bot.turn.outbox import Outbox
from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM, Role
from crm_store.types.conversations import ConversationKey, InboundMessage, Message
from crm_store.types.handoffs import Handoff, HandoffReason
from crm_store.types.people import Staff

WEB = ConversationKey("web", "shop", "guest-1")


def packet_of(asked: str) -> HandoffPacket:
    """Return a packet of somebody who asked for their parcel of a cream."""
    return HandoffPacket(
        asked=asked,
        intent="order_status",
        confidence=0.93,
        orders=("HK2609100001",),
        slots={"product": "云朵面霜"},
        told=(Told("product", "云朵面霜", Source.SAID),),
        attempts=(Attempt("order_status", Result.ASKED),),
        reason="asked",
    )


@dataclass
class Floor:
    """Everything between the emulator and the store, driven step by step."""

    telegram: BotApiEmulator
    group: Group
    store: CrmStore
    channel: TelegramChannel
    poller: Poller
    outbox: Outbox
    time: VirtualTime
    staff: dict[str, Staff] = field(default_factory=dict)
    _read: int = 0

    @property
    def bridge(self) -> Bridge:
        assert self.channel.agents is not None
        return self.channel.agents.bridge

    @property
    def topic(self) -> Topic:
        """The one topic there is."""
        return self.group.only

    async def settle(self) -> None:
        """Do everything that there is to do."""
        for _ in range(4):
            while self._unread():
                await self.poller.step()
            await self.bridge.step()
            while await self.outbox.step():
                pass

    def _unread(self) -> bool:
        offset = self.poller.offset or 0
        return any(one["update_id"] >= offset for one in self.telegram.updates.pending)

    async def agent(self, name: str, *, role: Role = Role.AGENT, language: str = "zh") -> Person:
        """Return an agent whose Telegram account is linked."""
        person = self.telegram.person(name, language_code=language)
        login = f"login-{len(self.staff)}"
        async with self.store.writing(SYSTEM) as uow:
            self.staff[name] = await uow.staff.add(login, name, "secret", role)
        person.say(f"/start desk-{await self.link(name)}")
        await self.settle()
        return person

    async def link(self, name: str) -> str:
        async with self.store.writing(SYSTEM) as uow:
            return await uow.staff.telegram_link(self.staff[name].id)

    async def customer_says(
        self, text: str, key: ConversationKey = WEB, *, member_id: int | None = None
    ) -> int:
        """Store a message of a customer; returns the conversation's id."""
        self._read += 1
        message = InboundMessage(key, f"w{self._read}", text, member_id=member_id)
        async with self.store.writing(SYSTEM) as uow:
            [receipt] = await uow.conversations.receive([message])
        return receipt.conversation_id

    async def calls(
        self,
        text: str = "我要人工",
        key: ConversationKey = WEB,
        *,
        member_id: int | None = None,
    ) -> Handoff:
        """Let a customer call for a human."""
        return await self.hand_off(await self.customer_says(text, key, member_id=member_id), text)

    async def hand_off(self, conversation_id: int, asked: str = "我要人工") -> Handoff:
        async with self.store.writing(SYSTEM) as uow:
            talk = await uow.conversations.get(conversation_id)
            assert talk is not None
            packet = packet_of(asked).to_json()
            return await uow.handoffs.request(
                talk.id, HandoffReason.ASKED, packet, epoch=talk.epoch
            )

    async def handoff(self, handoff_id: int) -> Handoff:
        async with self.store.reading(SYSTEM) as uow:
            found = await uow.handoffs.get(handoff_id)
        assert found is not None
        return found

    async def messages(self, handoff: Handoff) -> list[Message]:
        async with self.store.reading(SYSTEM) as uow:
            return await uow.conversations.messages(handoff.conversation_id, limit=1_000)
