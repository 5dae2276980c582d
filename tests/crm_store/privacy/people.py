"""A person with something in every kind of place, and what to look for once they are erased."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession
from store_rows import PLACED, SmallShop

from crm_store.engine import make_engine
from crm_store.models import (
    AddressRow,
    FollowUpRow,
    InteractionRow,
    MemberRow,
    MergeRow,
    NoteRow,
    OrderRow,
    PreferenceRow,
    SourceRecordRow,
)
from crm_store.repositories.identities import tail_index
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.conversations import ConversationKey, InboundMessage, NewReply, ParseRecord
from crm_store.types.handoffs import HandoffReason
from crm_store.types.orders import OrderState
from crm_store.types.people import (
    IdentityKind,
    IdentityStatus,
    MemberQuery,
    MemberStatus,
    NewIdentity,
    NewMember,
)
from crm_store.types.privacy import Purpose
from crm_store.types.records import RecordState
from crm_store.vault import Vault

LEASE = timedelta(seconds=30)
CLERKS_KEY = ConversationKey("web", "shop", "clerks-session")


@dataclass
class Trace:
    """A person, and every value by which they could be known."""

    name: str = "欧阳霜晨"
    phone: str = "13912345678"
    email: str = "shuangchen@example.cn"
    card: str = "VIP-77123"
    telegram: str = "998877665544"
    street: str = "梧桐巷88弄901室"
    allergy: str = "对花生酱严重过敏"
    words: str = "我的尾号是多少来着吧"
    remark: str = "请放在门口的蓝色箱子里"
    old_name: str = "欧阳小霜霜"
    member: int = 0
    conversation: int = 0
    clerks_conversation: int = 0
    order: str = "O2026-77"
    extra: list[str] = field(default_factory=list)

    @property
    def key(self) -> ConversationKey:
        return ConversationKey("telegram", "shop", self.telegram)

    @property
    def values(self) -> list[str]:
        """Everything that must be nowhere afterwards."""
        return [
            self.name,
            self.phone,
            self.email,
            self.card,
            self.telegram,
            self.street,
            self.allergy,
            self.words,
            self.remark,
            self.old_name,
            "139****5678",
            *self.extra,
        ]


async def leave_traces(store: SqlStore, url: str, vault: Vault, shop: SmallShop) -> Trace:
    """Write a person into every kind of place, through the ports wherever they do."""
    trace = Trace()
    identities = tuple(
        NewIdentity(kind, value, IdentityStatus.ATTESTED, "loyalty")
        for kind, value in (
            (IdentityKind.PHONE, trace.phone),
            (IdentityKind.EMAIL, trace.email),
            (IdentityKind.LOYALTY_CARD, trace.card),
            (IdentityKind.TELEGRAM, trace.telegram),
        )
    )
    async with store.writing(SYSTEM) as work:
        made = await work.members.add(
            NewMember(trace.name, birthday=date(1991, 4, 5), identities=identities)
        )
        trace.member = made.id
        await work.consents.give(made.id, Purpose.MARKETING, "sms", "2026-01", source="pos")
    await _write_rows(trace, url, vault)
    await _talk(store, trace)
    await _ask_as_clerk(store, trace, shop)
    return trace


async def _write_rows(trace: Trace, url: str, vault: Vault) -> None:
    engine = make_engine(url, vault)
    async with AsyncSession(engine) as session, session.begin():
        merged = MemberRow(
            name=trace.old_name,
            joined_on=date(2020, 1, 1),
            status=MemberStatus.MERGED,
            merged_into_id=trace.member,
        )
        session.add(merged)
        await session.flush()
        order = OrderRow(
            number=trace.order,
            member_id=trace.member,
            channel="shop",
            state=OrderState.DELIVERED,
            placed_at=PLACED,
            total=Decimal("88.00"),
            recipient_enc=vault.encrypt(trace.name),
            phone_enc=vault.encrypt(trace.phone),
            phone_tail_index=tail_index(vault, trace.phone),
            address_enc=vault.encrypt(trace.street),
            remark=trace.remark,
        )
        session.add(order)
        await session.flush()
        session.add_all(
            [
                MergeRow(
                    kept_id=trace.member,
                    merged_id=merged.id,
                    moved={"orders": [1]},
                    reason="same phone",
                    explained={"phone": trace.phone},
                    made_by="system",
                    made_at=PLACED,
                ),
                AddressRow(
                    member_id=trace.member,
                    recipient_enc=vault.encrypt(trace.name),
                    phone_enc=vault.encrypt(trace.phone),
                    line_enc=vault.encrypt(trace.street),
                ),
                PreferenceRow(
                    member_id=trace.member,
                    kind="allergy",
                    value=trace.allergy,
                    stated=True,
                    source="chat",
                    at=PLACED,
                ),
                NoteRow(
                    member_id=trace.member,
                    text=f"{trace.name}：{trace.allergy}",
                    author="clerk",
                    at=PLACED,
                ),
                FollowUpRow(member_id=trace.member, text=trace.words, due_at=PLACED),
                InteractionRow(
                    member_id=trace.member,
                    source="mini_program",
                    kind="search",
                    at=PLACED,
                    detail={"text": trace.words},
                ),
                record("loyalty", trace.card, f"member:{trace.member}", trace, vault),
                record("shop", trace.order, f"order:{order.id}", trace, vault),
                record("pos", "R-1", None, trace, vault),
            ]
        )
    await engine.dispose()


def record(
    source: str, key: str, entity: str | None, trace: Trace, vault: Vault
) -> SourceRecordRow:
    """A raw record that names the person; without an entity it is held back."""
    raw = f'{{"name": "{trace.name}", "phone": "{trace.phone}"}}'
    return SourceRecordRow(
        source=source,
        record_key=key,
        file=f"{source}.csv",
        line=2,
        checksum="0" * 64,
        raw_enc=vault.encrypt(raw),
        state=RecordState.ACCEPTED if entity else RecordState.QUARANTINED,
        reason=None if entity else "no such product",
        entity=entity,
        imported_at=PLACED,
    )


async def _talk(store: SqlStore, trace: Trace) -> None:
    async with store.writing(SYSTEM) as work:
        talk = work.conversations
        said = f"我是{trace.name}，电话{trace.phone}，{trace.words}"
        [receipt] = await talk.receive(
            [InboundMessage(trace.key, "m1", said, member_id=trace.member)]
        )
        trace.conversation = receipt.conversation_id
        held = await talk.claim("w0", LEASE)
        assert held is not None
        parse = ParseRecord("greet", 0.9, "f", {"entities": [{"value": trace.phone}]})
        await talk.handled(held, receipt.message_id, parse=parse, language="zh")
        await talk.save_dialogue(held, {"slots": {"phone": trace.phone}})
        await talk.reply(
            trace.conversation, [NewReply(f"{trace.name}您好", {"to": trace.phone})], epoch=0
        )
        await work.handoffs.request(
            trace.conversation, HandoffReason.ASKED, {"asked": said}, epoch=0
        )
        await talk.release(held)


async def _ask_as_clerk(store: SqlStore, trace: Trace, shop: SmallShop) -> None:
    async with store.writing(SYSTEM) as work:
        talk = work.conversations
        asked = InboundMessage(CLERKS_KEY, "c1", f"查一下{trace.phone}", staff_id=shop.clerk)
        [receipt] = await talk.receive([asked])
        trace.clerks_conversation = receipt.conversation_id
        held = await talk.claim("w1", LEASE)
        assert held is not None
        assert held.conversation_id == trace.clerks_conversation
        await talk.handled(held, receipt.message_id, parse=None, language="zh")
        await talk.save_dialogue(held, {"member_in_focus": trace.member})
        await talk.reply(
            trace.clerks_conversation, [NewReply(f"{trace.name}，139****5678")], epoch=0
        )
        await talk.release(held)
    clerk = Actor(
        Role.CLERK,
        staff_id=shop.clerk,
        conversation_id=trace.clerks_conversation,
        purpose="member_lookup",
        surface=Surface.CLERK_CHAT,
    )
    async with store.reading(clerk) as work:
        assert await work.members.search(MemberQuery(phone=trace.phone))
