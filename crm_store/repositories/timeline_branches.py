"""Where the entries of a member's timeline come from: one branch a table.

Each branch says which rows are the member's, when they happened and how they read. A new source of
entries is a new branch; its rank decides among entries of the same moment.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, SQLColumnExpression, literal, select
from sqlalchemy.orm import InstrumentedAttribute, defer

from crm_store.models import (
    CaseRow,
    ConversationRow,
    CouponRow,
    InteractionRow,
    NoteRow,
    OrderRow,
    PointsEntryRow,
    ShipmentRow,
)
from crm_store.types.cases import CaseKind
from crm_store.types.timeline import TimelineEntry, TimelineKind

DESK, SERVICE, LOYALTY = "desk", "service", "loyalty"
"""Channels of entries whose table names none."""
TOLD_ELSEWHERE = ("ticket", "order")
"""Interactions that a case or an order tells already."""
INTERACTIONS: Mapping[str, TimelineKind] = {
    "browse": TimelineKind.BROWSE,
    "search": TimelineKind.SEARCH,
    "favourite": TimelineKind.FAVOURITE,
    "cart": TimelineKind.CART,
    "coupon": TimelineKind.COUPON,
    "campaign": TimelineKind.CAMPAIGN,
}
"""Any other interaction is a visit."""
CASES: Mapping[CaseKind, TimelineKind] = {
    CaseKind.RETURN: TimelineKind.RETURN,
    CaseKind.EXCHANGE: TimelineKind.RETURN,
    CaseKind.REFUND: TimelineKind.RETURN,
    CaseKind.REPAIR: TimelineKind.RETURN,
    CaseKind.COMPLAINT: TimelineKind.COMPLAINT,
}
"""Any other case is service."""
SUBJECTS = ("product_id", "query", "sku", "code", "campaign", "subject", "name")
"""Keys of an interaction's detail that may say what it was about, the first that is there."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One table's part of the timeline."""

    row: type[Any]
    at: InstrumentedAttribute[Any]
    key: InstrumentedAttribute[Any]
    owner: InstrumentedAttribute[Any]
    channel: SQLColumnExpression[str]
    kinds: Mapping[TimelineKind, ColumnElement[bool] | None]
    """The kinds of its entries, and which rows are of that kind; ``None``: all."""
    entry: Callable[..., TimelineEntry]
    """Makes an entry of a row (and its order)."""
    joined: bool = False
    """Whether the owner is found through the order."""
    only: ColumnElement[bool] | None = None
    """Which of the table's rows are entries at all."""
    hidden: tuple[InstrumentedAttribute[Any], ...] = ()
    """Sealed columns that no entry shows: they are neither read nor opened."""
    for_staff: bool = False

    def keys(self, *columns: SQLColumnExpression[Any]) -> Select[Any]:
        """Select these columns of the rows that have a time."""
        query = self._with_order(select(*columns).where(self.at.is_not(None)))
        return query if self.only is None else query.where(self.only)

    def rows(self, keys: BindParameter[Any]) -> Select[Any]:
        """Select whole rows by their keys, with their orders when these are joined."""
        wanted = (self.row, OrderRow) if self.joined else (self.row,)
        query = self._with_order(select(*wanted).where(self.key.in_(keys)))
        return query.options(*(defer(column, raiseload=True) for column in self.hidden))

    def _with_order(self, query: Select[Any]) -> Select[Any]:
        return query.join(OrderRow, OrderRow.id == ShipmentRow.order_id) if self.joined else query


def _kinds(
    column: SQLColumnExpression[Any], named: Mapping[Any, TimelineKind], rest: TimelineKind
) -> dict[TimelineKind, ColumnElement[bool] | None]:
    """Return the condition of each kind, when a column's words name some and the rest is one."""
    found: dict[TimelineKind, ColumnElement[bool] | None] = {
        kind: column.in_([word for word, means in named.items() if means is kind])
        for kind in named.values()
    }
    return {**found, rest: column.not_in(list(named))}


def _interaction(row: InteractionRow) -> TimelineEntry:
    detail = row.detail or {}
    subject = next((str(detail[key]) for key in SUBJECTS if detail.get(key)), "")
    kind = INTERACTIONS.get(row.kind, TimelineKind.VISIT)
    return TimelineEntry(
        ref=f"interaction:{row.id}",
        kind=kind,
        at=row.at,
        channel=row.source,
        subject="" if kind is TimelineKind.SEARCH else subject,
        state=str(detail.get("action", "")),
        text=subject if kind is TimelineKind.SEARCH else "",
        detail=detail,
    )


def _order(row: OrderRow) -> TimelineEntry:
    return TimelineEntry(
        ref=f"order:{row.id}",
        kind=TimelineKind.ORDER,
        at=row.placed_at,
        channel=row.channel,
        subject=row.number,
        state=row.state.value,
        amount=row.total,
        currency=row.currency,
        detail={"store": row.store_id} if row.store_id else {},
    )


def _shipment(row: ShipmentRow, order: OrderRow) -> TimelineEntry:
    if row.shipped_at is None:
        raise AssertionError("only parcels that left come here")
    return TimelineEntry(
        ref=f"shipment:{row.id}",
        kind=TimelineKind.SHIPMENT,
        at=row.shipped_at,
        channel=order.channel,
        subject=row.tracking_number,
        state=row.state.value,
        detail={"carrier": row.carrier, "order": order.number},
    )


def _case(row: CaseRow) -> TimelineEntry:
    return TimelineEntry(
        ref=f"case:{row.id}",
        kind=CASES.get(row.kind, TimelineKind.SERVICE),
        at=row.opened_at,
        channel=SERVICE,
        subject=row.number,
        state=row.state,
        text=row.reason,
        detail={"kind": row.kind.value},
    )


def _points(row: PointsEntryRow) -> TimelineEntry:
    return TimelineEntry(
        ref=f"points:{row.id}",
        kind=TimelineKind.POINTS,
        at=row.at,
        channel=row.source,
        subject=row.reference,
        state=row.kind.value,
        points=row.points,
    )


def _coupon(row: CouponRow) -> TimelineEntry:
    if row.issued_at is None:
        raise AssertionError("only coupons that were issued come here")
    return TimelineEntry(
        ref=f"coupon:{row.code}",
        kind=TimelineKind.COUPON,
        at=row.issued_at,
        channel=LOYALTY,
        subject=row.code,
        state=row.state,
        detail={"zh": row.title_zh, "en": row.title_en},
    )


def _conversation(row: ConversationRow) -> TimelineEntry:
    return TimelineEntry(
        ref=f"conversation:{row.id}",
        kind=TimelineKind.CONVERSATION,
        at=row.created_at,
        channel=row.channel,
        state=row.owner.value,
    )


def _note(row: NoteRow) -> TimelineEntry:
    return TimelineEntry(
        ref=f"note:{row.id}",
        kind=TimelineKind.NOTE,
        at=row.at,
        channel=DESK,
        text=row.text,
        detail={"author": row.author},
    )


BRANCHES: tuple[Branch, ...] = (
    Branch(
        InteractionRow,
        InteractionRow.at,
        InteractionRow.id,
        InteractionRow.member_id,
        InteractionRow.source,
        _kinds(InteractionRow.kind, INTERACTIONS, TimelineKind.VISIT),
        _interaction,
        only=InteractionRow.kind.not_in(TOLD_ELSEWHERE),
    ),
    Branch(
        OrderRow,
        OrderRow.placed_at,
        OrderRow.id,
        OrderRow.member_id,
        OrderRow.channel,
        {TimelineKind.ORDER: None},
        _order,
        hidden=(OrderRow.remark,),
    ),
    Branch(
        ShipmentRow,
        ShipmentRow.shipped_at,
        ShipmentRow.id,
        OrderRow.member_id,
        OrderRow.channel,
        {TimelineKind.SHIPMENT: None},
        _shipment,
        joined=True,
        hidden=(OrderRow.remark,),
    ),
    Branch(
        CaseRow,
        CaseRow.opened_at,
        CaseRow.id,
        CaseRow.member_id,
        literal(SERVICE),
        _kinds(CaseRow.kind, CASES, TimelineKind.SERVICE),
        _case,
        hidden=(CaseRow.detail,),
    ),
    Branch(
        PointsEntryRow,
        PointsEntryRow.at,
        PointsEntryRow.id,
        PointsEntryRow.member_id,
        PointsEntryRow.source,
        {TimelineKind.POINTS: None},
        _points,
    ),
    Branch(
        CouponRow,
        CouponRow.issued_at,
        CouponRow.code,
        CouponRow.member_id,
        literal(LOYALTY),
        {TimelineKind.COUPON: None},
        _coupon,
    ),
    Branch(
        ConversationRow,
        ConversationRow.created_at,
        ConversationRow.id,
        ConversationRow.member_id,
        ConversationRow.channel,
        {TimelineKind.CONVERSATION: None},
        _conversation,
    ),
    Branch(
        NoteRow,
        NoteRow.at,
        NoteRow.id,
        NoteRow.member_id,
        literal(DESK),
        {TimelineKind.NOTE: None},
        _note,
        for_staff=True,
    ),
)
"""Ranked: among entries of one moment, the first branch is the newest."""
