"""A small shop, written into the tables that no port writes: orders, points, coupons, cases."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

from argon2 import PasswordHasher
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.engine import make_engine
from crm_store.models import (
    CaseRow,
    CouponRow,
    NoteRow,
    OrderLineRow,
    OrderRow,
    PaymentRow,
    PointsEntryRow,
    PreferenceRow,
    ShipmentEventRow,
    ShipmentRow,
    StaffRow,
)
from crm_store.ports import CrmStore
from crm_store.repositories.identities import tail_index
from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.cases import CaseKind
from crm_store.types.loyalty import PointsKind
from crm_store.types.orders import OrderState, ShipmentState
from crm_store.types.people import IdentityKind, IdentityStatus, NewIdentity, NewMember, Tier
from crm_store.types.text import LocalText
from crm_store.vault import Vault

PLACED = datetime(2026, 2, 20, 3, 0, tzinfo=UTC)
PHONE = "13800138000"


@dataclass(frozen=True)
class SmallShop:
    """Two members, staff of every role, and the numbers that tests ask for."""

    member: int
    other: int
    clerk: int
    agent: int
    agent2: int
    manager: int
    order: str = "O2026-1"
    tail: str = "8000"
    waiting_order: str = "O2026-3"
    """A guest's, paid and not yet sent."""
    waiting_line: int = 0
    """The only position of that order."""
    case: str = "C-1"
    ticket: str = "7-1"
    """The confirmation that opened the case."""

    def actor(self, role: Role) -> Actor:
        """Return an actor of that role; the customer is ``member``."""
        staff = {Role.CLERK: self.clerk, Role.AGENT: self.agent, Role.MANAGER: self.manager}
        if role is Role.CUSTOMER:
            return Actor(role, member_id=self.member)
        return Actor(role, staff_id=staff.get(role), surface=Surface.DESK)


async def open_shop(store: CrmStore, url: str, vault: Vault) -> SmallShop:
    """Write the shop's people through the port, and everything else into the tables."""
    phone = NewIdentity(IdentityKind.PHONE, PHONE, IdentityStatus.ATTESTED, "pos")
    card = NewIdentity(IdentityKind.LOYALTY_CARD, "vip-0007", IdentityStatus.ATTESTED, "pos")
    async with store.writing(SYSTEM) as work:
        member = await work.members.add(
            NewMember("王小明", tier=Tier.GOLD, identities=(phone, card))
        )
        other = await work.members.add(NewMember("李雷", language="en"))
    staff = staff_accounts()
    engine = make_engine(url, vault)
    async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
        session.add_all(staff)
        orders = orders_of(member.id, vault)
        waiting = waiting_order()
        session.add_all([*orders, waiting])
        await session.flush()
        session.add_all(belongings_of(member.id, orders[0].id))
    await engine.dispose()
    people = (member.id, other.id, *(account.id for account in staff))
    return SmallShop(*people, waiting_line=waiting.lines[0].id)


def staff_accounts() -> list[StaffRow]:
    """Return a clerk, two agents and a manager, all with the password ``secret``."""
    people = {
        "clerk": Role.CLERK,
        "agent": Role.AGENT,
        "agent2": Role.AGENT,
        "manager": Role.MANAGER,
    }
    return [
        StaffRow(
            login=login,
            name=login,
            password_hash=quick_hash(),
            role=role,
            store_id="SH01",
            languages=["zh", "en"],
            active=True,
        )
        for login, role in people.items()
    ]


@cache
def quick_hash() -> str:
    """A hash of ``secret`` that takes no time: tests log in often."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("secret")


def orders_of(member_id: int, vault: Vault) -> list[OrderRow]:
    """Return two orders, the newer one cancelled."""
    first = OrderRow(
        number="O2026-1",
        member_id=member_id,
        channel="telegram",
        state=OrderState.SHIPPED,
        placed_at=PLACED,
        total=Decimal("299.90"),
        phone_enc=vault.encrypt(PHONE),
        phone_tail_index=tail_index(vault, PHONE),
    )
    name = LocalText("保湿面霜", "Moisturiser")
    first.lines = [
        OrderLineRow(
            sku="COS-1", product_id="COS", name=name, quantity=2, unit_price=Decimal("149.95")
        )
    ]
    track = ShipmentEventRow(
        at=PLACED + timedelta(days=1),
        state=ShipmentState.PICKED_UP,
        place=LocalText("上海", "Shanghai"),
    )
    first.shipments = [
        ShipmentRow(
            carrier="SF", tracking_number="SF1", state=ShipmentState.PICKED_UP, events=[track]
        )
    ]
    first.payments = [
        PaymentRow(method="wechat", amount=Decimal("299.90"), state="paid", at=PLACED)
    ]
    cancelled = OrderRow(
        number="O2026-2",
        member_id=member_id,
        channel="pos",
        state=OrderState.CANCELLED,
        placed_at=PLACED + timedelta(days=2),
        total=Decimal("50.00"),
    )
    return [first, cancelled]


def waiting_order() -> OrderRow:
    """Return a guest's order that is paid and not yet sent."""
    order = OrderRow(
        number="O2026-3",
        channel="web",
        state=OrderState.PAID,
        placed_at=PLACED,
        total=Decimal("80.00"),
    )
    order.lines = [
        OrderLineRow(
            sku="COS-0012-50",
            name=LocalText("保湿面霜", "Moisturiser"),
            quantity=1,
            unit_price=Decimal(80),
        )
    ]
    order.payments = [PaymentRow(method="alipay", amount=Decimal(80), state="paid", at=PLACED)]
    return order


def belongings_of(member_id: int, order_id: int) -> list[object]:
    """Return points, coupons, an open and a closed case, a preference and a note."""
    return [
        *points_of(member_id),
        _coupon("OLD", member_id, date(2026, 1, 31)),
        _coupon("SOON", member_id, date(2026, 3, 31)),
        _case("C-1", member_id, order_id, None, ticket="7-1"),
        _case("C-2", member_id, order_id, PLACED + timedelta(days=3)),
        PreferenceRow(
            member_id=member_id, kind="allergy", value="酒精", stated=True, source="chat", at=PLACED
        ),
        NoteRow(member_id=member_id, text="喜欢试用装", author="clerk", at=PLACED),
    ]


def points_of(member_id: int) -> list[PointsEntryRow]:
    """Return 100 points that lapse in April and 50 in June, 30 of which are spent."""
    bookings = [
        (PointsKind.EARN, 100, date(2026, 4, 30)),
        (PointsKind.EARN, 50, date(2026, 6, 30)),
        (PointsKind.SPEND, -30, None),
    ]
    return [
        PointsEntryRow(
            member_id=member_id,
            kind=kind,
            points=points,
            at=PLACED + timedelta(hours=number),
            expires_on=expires_on,
            reference=f"O2026-{number}",
            source="pos",
            source_key=str(number),
        )
        for number, (kind, points, expires_on) in enumerate(bookings)
    ]


def _coupon(code: str, member_id: int, valid_to: date) -> CouponRow:
    return CouponRow(
        code=code,
        member_id=member_id,
        title=LocalText("九折", "10% off"),
        valid_from=date(2026, 1, 1),
        valid_to=valid_to,
        percent_off=10,
    )


def _case(
    number: str,
    member_id: int,
    order_id: int,
    closed_at: datetime | None,
    ticket: str | None = None,
) -> CaseRow:
    return CaseRow(
        number=number,
        kind=CaseKind.RETURN,
        state="open" if closed_at is None else "closed",
        member_id=member_id,
        order_id=order_id,
        ticket=ticket,
        reason="颜色不对",
        opened_at=PLACED,
        closed_at=closed_at,
    )
