"""Gathering the packet: from what the turn knew and from what the store says, nothing else.

It runs in the transaction that requests the handoff, so the packet tells how everything stood at
that moment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.handoff.attachments import ATTACHMENTS, brings_something, message_ids
from bot.handoff.packet import (
    CALM,
    Attached,
    Attempt,
    CaseFact,
    HandoffPacket,
    Line,
    MoodFact,
    OrderFact,
    Person,
    ProductFact,
    Source,
    Told,
    Transcript,
    Want,
)
from bot.handoff.steps import next_steps
from crm_store.ports import UnitOfWork
from crm_store.types.cases import Case
from crm_store.types.catalog import Product
from crm_store.types.conversations import JSON, Author, Conversation, Direction, Message
from crm_store.types.handoffs import HandoffReason
from crm_store.types.orders import Order, ShipmentState
from crm_store.types.people import IdentityKind, Preference
from crm_store.types.profiles import CompleteCard

LAST_MESSAGES: Final = 10
LOOKED_AT: Final = 50
"""Messages in which intents and the sources of slots are looked for."""
ORDERS: Final = 3
PRODUCTS: Final = 5
PREFERENCES: Final = 5
_OWN: Final = frozenset(
    {"ticket", "change", "proof", "confirm", "step", "rule", "failed", "attachments"}
)
"""Slots by which skills remember where they are; they say nothing about the customer's errand."""
_FIRST: Final = ("allergy", "skin_type", "size")


@dataclass(frozen=True, slots=True)
class Said:
    """What the turn that calls a human knew."""

    reason: HandoffReason
    detail: str
    language: str
    intent: str
    confidence: float
    fingerprint: str
    asked: str
    at: datetime
    slots: Mapping[str, JSON] = field(default_factory=dict)
    orders: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    misunderstood: int = 0
    attempts: tuple[Attempt, ...] = ()
    mood: MoodFact = CALM


async def gather(uow: UnitOfWork, conversation: Conversation, said: Said) -> HandoffPacket:
    """Return the packet of a conversation that is about to wait for a human."""
    messages = await uow.conversations.tail(conversation.id, limit=LOOKED_AT)
    slots = {name: value for name, value in said.slots.items() if name not in _OWN}
    numbers = _numbers(said, slots)
    cases = await uow.cases.for_conversation(conversation.id)
    return HandoffPacket(
        language=said.language,
        verification=conversation.verification.value,
        member_id=conversation.member_id,
        intent=said.intent,
        confidence=said.confidence,
        fingerprint=said.fingerprint,
        asked=said.asked,
        slots=slots,
        orders=numbers,
        products=said.products,
        misunderstood=said.misunderstood,
        reason=said.reason.value,
        detail=said.detail,
        made_at=said.at,
        person=await _person(uow, conversation.member_id),
        wants=_wants(messages),
        told=tuple(_told(name, value, messages) for name, value in slots.items()),
        attempts=said.attempts,
        order_facts=await _orders(uow, numbers),
        product_facts=await _products(uow, said.products),
        cases=tuple(_case(one) for one in cases if one.closed_at is None),
        attachments=_attachments(messages, cases),
        mood=said.mood,
        transcript=_transcript(conversation.id, messages),
        steps=next_steps(said.intent, slots, numbers),
    )


def _numbers(said: Said, slots: Mapping[str, JSON]) -> tuple[str, ...]:
    named = slots.get("order_number")
    found = (*([named] if isinstance(named, str) else []), *said.orders)
    return tuple(dict.fromkeys(found))[:ORDERS]


async def _person(uow: UnitOfWork, member_id: int | None) -> Person | None:
    card = None if member_id is None else await uow.profiles.complete(member_id)
    if card is None or member_id is None:
        return None
    cases = await uow.cases.for_member(member_id)
    found, analytics = card.card, card.analytics
    return Person(
        name=masked_name(found.member.name),
        tier=found.member.tier.value,
        joined_on=found.member.joined_on,
        phone=_phone(card),
        segment=analytics.segment.name if analytics else None,
        lifecycle=analytics.lifecycle_name if analytics else None,
        churn_risk=analytics.churn_risk if analytics else None,
        spent=found.total_spent,
        lifetime_value=analytics.clv if analytics else None,
        currency=analytics.currency if analytics else "CNY",
        orders=found.order_count,
        open_cases=tuple(_case(one) for one in cases),
        preferences=_preferences(found.preferences),
    )


def masked_name(name: str) -> str:
    """Return a name of which only the first character can be read: ``林**``, ``E**``."""
    return f"{name[:1]}**" if name else ""


def _phone(card: CompleteCard) -> str | None:
    phones = [one.masked for one in card.card.identities if one.kind is IdentityKind.PHONE]
    return next(iter(phones), None)


def _preferences(found: Sequence[Preference]) -> tuple[str, ...]:
    """Return what was stated; what could do harm comes first."""
    stated = [one for one in found if one.stated]
    stated.sort(key=lambda one: _FIRST.index(one.kind) if one.kind in _FIRST else len(_FIRST))
    return tuple(one.value for one in stated[:PREFERENCES])


def _wants(messages: Sequence[Message]) -> tuple[Want, ...]:
    return tuple(
        Want(
            one.parse.intent,
            round(one.parse.confidence, 4),
            one.parse.fingerprint,
            "" if one.text.startswith("/") else one.text,
            one.id,
            one.created_at,
        )
        for one in messages
        if one.parse is not None and one.author is Author.CUSTOMER
    )


def _told(name: str, value: JSON, messages: Sequence[Message]) -> Told:
    """Return a slot with the latest message of the customer's that brought it."""
    for message in reversed(messages):
        if message.author is not Author.CUSTOMER:
            continue
        if message.text.startswith("/"):
            if _spells(value) in message.text:
                return Told(name, value, Source.PRESSED, message.id)
        elif _brings(message, value):
            return Told(name, value, Source.SAID, message.id)
    return Told(name, value, Source.FOUND)


def _brings(message: Message, value: JSON) -> bool:
    entities = message.parse.detail.get("entities") if message.parse is not None else None
    read = isinstance(entities, list) and any(
        isinstance(one, dict) and one.get("value") == value for one in entities
    )
    return read or (isinstance(value, str) and bool(value) and value in message.text)


def _spells(value: JSON) -> str:
    """Return how a button's payload spells a value; never empty."""
    return f'"{value}"' if isinstance(value, str) else f": {value}"


async def _orders(uow: UnitOfWork, numbers: Sequence[str]) -> tuple[OrderFact, ...]:
    found = [await uow.orders.by_number(number) for number in numbers]
    return tuple(_order(one) for one in found if one is not None)


def _order(order: Order) -> OrderFact:
    under_way = [one for one in order.shipments if one.state is not ShipmentState.DELIVERED]
    parcel = next(iter((*under_way, *reversed(order.shipments))), None)
    return OrderFact(
        number=order.number,
        state=order.state.value,
        placed_at=order.placed_at,
        total=order.total,
        currency=order.currency,
        items=tuple(line.name for line in order.lines),
        parcel=parcel.state.value if parcel else None,
        expected_on=parcel.expected_on if parcel else None,
        store_id=order.store_id,
    )


async def _products(uow: UnitOfWork, ids: Sequence[str]) -> tuple[ProductFact, ...]:
    if not ids:
        return ()
    found = {one.id: one for one in await uow.catalog.products(list(ids))}
    in_stock = await uow.catalog.in_stock()
    shown = [found[one] for one in ids if one in found][:PRODUCTS]
    return tuple(_product(one, one.id in in_stock) for one in shown)


def _product(product: Product, in_stock: bool) -> ProductFact:
    prices = sorted(variant.price for variant in product.variants)
    currency = product.variants[0].currency if product.variants else "CNY"
    return ProductFact(product.id, product.name, prices[0] if prices else None, currency, in_stock)


def _case(case: Case) -> CaseFact:
    kept = tuple(message_ids(case.detail.get(ATTACHMENTS)))
    return CaseFact(case.number, case.kind.value, case.state, case.order_number, case.due_at, kept)


def _attachments(messages: Sequence[Message], cases: Sequence[Case]) -> tuple[Attached, ...]:
    """Return what the customer sent besides words, with the case it was sent for."""
    of_case = {
        message_id: case.number
        for case in cases
        for message_id in message_ids(case.detail.get(ATTACHMENTS))
    }
    return tuple(
        Attached(one.id, str(one.payload["attachment"]), one.created_at, of_case.get(one.id))
        for one in messages
        if one.author is Author.CUSTOMER and brings_something(one)
    )


def _transcript(conversation_id: int, messages: Sequence[Message]) -> Transcript:
    spoken = [one for one in messages if one.author is not Author.SYSTEM][-LAST_MESSAGES:]
    lines = tuple(Line(one.id, one.author.value, _words(one), one.created_at) for one in spoken)
    return Transcript(conversation_id, messages[-1].id if messages else 0, lines)


def _words(message: Message) -> str:
    """Return a message as its reader saw it: a pressed button is what stood on it."""
    title = message.payload.get("title") if message.direction is Direction.IN else None
    return str(title) if title else message.text
