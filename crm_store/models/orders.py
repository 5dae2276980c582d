"""Tables of orders, parcels, payments and after-sales cases."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, composite, relationship

from crm_store.models.base import Base, key, personal, plain
from crm_store.models.sealed import SealedJSON, SealedText
from crm_store.models.types import Word
from crm_store.types.cases import CaseKind
from crm_store.types.conversations import JSON
from crm_store.types.orders import OrderState, ShipmentState
from crm_store.types.text import LocalText


class OrderRow(Base):
    """An order. SKUs and stores are kept as codes: history outlives the catalogue."""

    __tablename__ = "orders"
    __table_args__ = (Index("ix_orders_member_placed", "member_id", "placed_at"),)

    id: Mapped[int] = key()
    number: Mapped[str] = plain(unique=True)
    member_id: Mapped[int | None] = plain(ForeignKey("members.id"))
    channel: Mapped[str] = plain()
    store_id: Mapped[str | None] = plain(index=True)
    state: Mapped[OrderState] = plain(Word(OrderState))
    placed_at: Mapped[datetime] = plain(index=True)
    total: Mapped[Decimal] = plain()
    discount: Mapped[Decimal] = plain(default=Decimal(0))
    shipping_fee: Mapped[Decimal] = plain(default=Decimal(0))
    currency: Mapped[str] = plain(default="CNY")
    recipient_enc: Mapped[str | None] = personal()
    phone_enc: Mapped[str | None] = personal()
    phone_tail_index: Mapped[str | None] = personal()
    address_enc: Mapped[str | None] = personal()
    remark: Mapped[str | None] = personal(SealedText())

    lines: Mapped[list["OrderLineRow"]] = relationship(order_by="OrderLineRow.id", lazy="raise")
    shipments: Mapped[list["ShipmentRow"]] = relationship(order_by="ShipmentRow.id", lazy="raise")
    payments: Mapped[list["PaymentRow"]] = relationship(order_by="PaymentRow.id", lazy="raise")


class OrderLineRow(Base):
    """One position, named as it was printed when it was sold."""

    __tablename__ = "order_lines"

    id: Mapped[int] = key()
    order_id: Mapped[int] = plain(ForeignKey("orders.id"), index=True)
    sku: Mapped[str] = plain(index=True)
    product_id: Mapped[str | None] = plain(index=True)
    name_zh: Mapped[str] = plain()
    name_en: Mapped[str] = plain()
    name: Mapped[LocalText] = composite("name_zh", "name_en")
    quantity: Mapped[int] = plain()
    unit_price: Mapped[Decimal] = plain()


class ShipmentRow(Base):
    """One parcel."""

    __tablename__ = "shipments"

    id: Mapped[int] = key()
    order_id: Mapped[int] = plain(ForeignKey("orders.id"), index=True)
    carrier: Mapped[str] = plain()
    tracking_number: Mapped[str] = plain(index=True)
    state: Mapped[ShipmentState] = plain(Word(ShipmentState))
    shipped_at: Mapped[datetime | None] = plain()
    delivered_at: Mapped[datetime | None] = plain()
    expected_on: Mapped[date | None] = plain()

    events: Mapped[list["ShipmentEventRow"]] = relationship(
        order_by="(ShipmentEventRow.at, ShipmentEventRow.id)", lazy="raise"
    )


class ShipmentEventRow(Base):
    """One entry of a parcel's track."""

    __tablename__ = "shipment_events"

    id: Mapped[int] = key()
    shipment_id: Mapped[int] = plain(ForeignKey("shipments.id"), index=True)
    at: Mapped[datetime] = plain()
    state: Mapped[ShipmentState] = plain(Word(ShipmentState))
    place_zh: Mapped[str] = plain()
    place_en: Mapped[str] = plain()
    place: Mapped[LocalText] = composite("place_zh", "place_en")


class PaymentRow(Base):
    """Money moved for an order; refunds are negative."""

    __tablename__ = "payments"
    __table_args__ = (Index("uq_payments_reference", "reference", unique=True),)

    id: Mapped[int] = key()
    order_id: Mapped[int] = plain(ForeignKey("orders.id"), index=True)
    method: Mapped[str] = plain()
    amount: Mapped[Decimal] = plain()
    state: Mapped[str] = plain()
    at: Mapped[datetime] = plain()
    reference: Mapped[str | None] = plain()
    """What a payment of our own was made for, such as a case: it is made once."""


class CaseRow(Base):
    """An after-sales case of any kind; what only one kind needs is in ``detail``."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_member_opened", "member_id", "opened_at"),
        Index("uq_cases_ticket", "ticket", unique=True),
    )

    id: Mapped[int] = key()
    number: Mapped[str] = plain(unique=True)
    kind: Mapped[CaseKind] = plain(Word(CaseKind))
    state: Mapped[str] = plain()
    member_id: Mapped[int | None] = plain(ForeignKey("members.id"))
    order_id: Mapped[int | None] = plain(ForeignKey("orders.id"), index=True)
    line_id: Mapped[int | None] = plain(ForeignKey("order_lines.id"))
    conversation_id: Mapped[int | None] = plain(ForeignKey("conversations.id"), index=True)
    reason: Mapped[str] = personal(SealedText(), default="")
    """In the customer's words, mostly."""
    detail: Mapped[Mapping[str, JSON]] = personal(SealedJSON(), default=dict)
    rule: Mapped[str | None] = plain()
    """Which rule of the house decided, for instance ``return_window``."""
    ticket: Mapped[str | None] = plain()
    """The confirmation that opened it; NULL for what other systems handled."""
    opened_at: Mapped[datetime] = plain()
    due_at: Mapped[datetime | None] = plain()
    closed_at: Mapped[datetime | None] = plain()
