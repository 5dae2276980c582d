"""A made-up retailer of any size, written with bulk inserts: what benchmarks of members read.

Everybody has a phone and a card that are attested, facts of two sources, points, preferences and a
note; orders are spread so that most members have few and some have many.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from crm_store.identifiers import mask
from crm_store.models import (
    Base,
    IdentityRow,
    InteractionRow,
    MemberRow,
    NoteRow,
    OrderLineRow,
    OrderRow,
    PaymentRow,
    PointsEntryRow,
    PreferenceRow,
    ProductRow,
    ProfileFactRow,
    ShipmentRow,
    StaffRow,
)
from crm_store.repositories.context import Context
from crm_store.repositories.imports import table_of
from crm_store.store import SqlStore
from crm_store.types.actors import Role
from crm_store.types.loyalty import PointsKind
from crm_store.types.orders import OrderState, ShipmentState
from crm_store.types.people import IdentityKind, IdentityStatus, MemberStatus, Tier

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
CATEGORIES = ("skincare", "outerwear", "coffee", "fragrance")
CHUNK = 2_000
Row = dict[str, Any]


def phone_of(number: int) -> str:
    """Return the phone of a member."""
    return f"+86138{number:08d}"


async def fill(store: SqlStore, members: int) -> None:
    """Write a retailer with so many members."""
    await _write(store, StaffRow, [_clerk()])
    await _write(store, ProductRow, [_product(category) for category in CATEGORIES])
    chance = random.Random(7)
    order_id = 0
    for start in range(1, members + 1, CHUNK):
        ids = range(start, min(start + CHUNK, members + 1))
        await _write(store, MemberRow, (_member(one, chance) for one in ids))
        async with store.importing() as context:
            await _insert(context, IdentityRow, _identities(context, ids))
            await _insert(context, ProfileFactRow, _facts(context, ids))
        await _write(store, PreferenceRow, (row for one in ids for row in _preferences(one)))
        await _write(store, NoteRow, (_note(one) for one in ids))
        orders = list(_orders(ids, order_id, chance))
        order_id += len(orders)
        await _write(store, OrderRow, orders)
        await _write(store, OrderLineRow, (row for one in orders for row in _lines(one, chance)))
        await _write(store, PaymentRow, map(_payment, orders))
        await _write(store, PointsEntryRow, map(_points, orders))


async def fill_timeline(store: SqlStore, member_id: int, entries: int) -> None:
    """Give one member so many entries: browsing for the most part, orders, parcels and points."""
    chance = random.Random(11)
    first = 10_000_000
    orders = [_order(first + number, member_id, chance) for number in range(entries // 10)]
    await _write(store, OrderRow, orders)
    await _write(store, ShipmentRow, map(_shipment, orders))
    await _write(store, PointsEntryRow, map(_points, orders))
    rest = range(entries - 3 * len(orders))
    await _write(store, InteractionRow, (_interaction(member_id, chance) for _ in rest))


async def _write(store: SqlStore, model: type[Base], rows: Iterable[Row]) -> None:
    async with store.importing() as context:
        await _insert(context, model, rows)


async def _insert(context: Context, model: type[Base], rows: Iterable[Row]) -> None:
    waiting = iter(rows)
    while part := list(islice(waiting, CHUNK)):
        await context.session.execute(table_of(model).insert(), part)


def _clerk() -> Row:
    person = {"login": "clerk", "name": "店员", "password_hash": "-", "role": Role.CLERK}
    return {"id": 1, **person, "store_id": "SH01", "languages": ["zh"], "active": True}


def _product(category: str) -> Row:
    return {
        "id": category,
        "name_zh": category,
        "name_en": category,
        "brand": "B",
        "category": category,
        "category_zh": category,
        "category_en": category,
        "line": "L",
        "description_zh": "",
        "description_en": "",
        "attributes": {},
        "checksum": "-",
    }


def _member(one: int, chance: random.Random) -> Row:
    return {
        "id": one,
        "name": f"会员{one}",
        "gender": chance.choice(("female", "male")),
        "language": "zh",
        "tier": chance.choice(list(Tier)),
        "joined_on": (NOW - timedelta(days=chance.randrange(30, 1500))).date(),
        "status": MemberStatus.ACTIVE,
    }


def _identities(context: Context, ids: Sequence[int]) -> Iterator[Row]:
    for one in ids:
        for kind, value in (
            (IdentityKind.PHONE, phone_of(one)),
            (IdentityKind.LOYALTY_CARD, f"VIP{one:09d}"),
        ):
            yield {
                "member_id": one,
                "kind": kind,
                "value_enc": context.vault.encrypt(value),
                "value_index": context.vault.blind_index(kind.value, value),
                "masked": mask(kind, value),
                "status": IdentityStatus.ATTESTED,
                "source": "loyalty",
            }


def _facts(context: Context, ids: Sequence[int]) -> Iterator[Row]:
    for one in ids:
        for source in ("loyalty", "shop"):
            for field, value in (("name", f"会员{one}"), ("language", "zh"), ("gender", "female")):
                yield {
                    "member_id": one,
                    "field": field,
                    "value": value,
                    "value_index": context.vault.blind_index(f"fact:{field}", value),
                    "source": source,
                    "origin": f"{source}:{one}",
                    "attested": source == "loyalty",
                    "confidence": 0.9,
                    "at": NOW,
                }


def _preferences(one: int) -> Iterator[Row]:
    for kind, value in (("allergy", "酒精"), ("skin_type", "敏感肌")):
        yield {
            "member_id": one,
            "kind": kind,
            "value": value,
            "stated": True,
            "source": "clerk",
            "at": NOW,
            "confidence": 1.0,
        }


def _note(one: int) -> Row:
    return {"member_id": one, "staff_id": 1, "text": "喜欢试用装", "author": "店员", "at": NOW}


def _orders(ids: Sequence[int], after: int, chance: random.Random) -> Iterator[Row]:
    number = after
    for one in ids:
        for _ in range(min(40, int(chance.expovariate(1 / 8)))):
            number += 1
            yield _order(number, one, chance)


def _order(number: int, member_id: int, chance: random.Random) -> Row:
    return {
        "id": number,
        "number": f"B{number:09d}",
        "member_id": member_id,
        "channel": chance.choice(("web", "pos", "mini_program")),
        "store_id": "SH01",
        "state": OrderState.COMPLETED,
        "placed_at": NOW - timedelta(minutes=chance.randrange(1, 1_000_000)),
        "total": Decimal(chance.randrange(2_000, 90_000)) / 100,
        "discount": Decimal(0),
        "shipping_fee": Decimal(0),
        "currency": "CNY",
    }


def _lines(order: Row, chance: random.Random) -> Iterator[Row]:
    for _ in range(2):
        category = chance.choice(CATEGORIES)
        yield {
            "order_id": order["id"],
            "sku": f"{category}-1",
            "product_id": category,
            "name_zh": "商品",
            "name_en": "Product",
            "quantity": 1,
            "unit_price": order["total"] / 2,
        }


def _payment(order: Row) -> Row:
    return {
        "order_id": order["id"],
        "method": "wechat",
        "amount": order["total"],
        "state": "success",
        "at": order["placed_at"],
    }


def _points(order: Row) -> Row:
    return {
        "member_id": order["member_id"],
        "kind": PointsKind.EARN,
        "points": int(order["total"]) + 1,
        "at": order["placed_at"],
        "expires_on": (NOW + timedelta(days=300)).date(),
        "reference": order["number"],
        "source": "points",
        "source_key": order["number"],
    }


def _shipment(order: Row) -> Row:
    return {
        "order_id": order["id"],
        "carrier": "SF",
        "tracking_number": f"SF{order['id']}",
        "state": ShipmentState.DELIVERED,
        "shipped_at": order["placed_at"] + timedelta(days=1),
    }


def _interaction(member_id: int, chance: random.Random) -> Row:
    return {
        "member_id": member_id,
        "source": "mini_program",
        "kind": chance.choice(("browse", "search", "cart", "favourite", "campaign")),
        "at": NOW - timedelta(seconds=chance.randrange(60, 60_000_000)),
        "detail": {"product_id": "skincare"},
    }
