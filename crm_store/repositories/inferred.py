"""Preferences inferred from purchases: as an analytics run finds them, and as people read them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, insert, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.models import (
    OrderLineRow,
    OrderRow,
    PreferenceRow,
    ProductRow,
    VariantRow,
)
from crm_store.models.types import Money
from crm_store.repositories.context import Context
from crm_store.repositories.spending import UNPAID
from crm_store.types.analytics import Buyer

ANALYTICS = "analytics"
"""The source of inferred preferences."""
CATEGORY, BAND, CHANNEL, STORE, CYCLE = (
    "favourite_category",
    "price_band",
    "preferred_channel",
    "preferred_store",
    "purchase_cycle",
)
FAVOURITES = 3
LEAST_SHARE = 0.2
"""Of what somebody bought, for a category to be a favourite."""
CLEAR_SHARE = 0.5
"""Of the orders, for a channel or a store to be preferred."""
LOW, HIGH = 0.8, 1.25
"""Prices paid over the usual price of the categories: below is the lower band, above the upper."""

Found = tuple[str, str, float]
"""Kind, value, confidence."""


async def save_inferred(context: Context, buyers: Sequence[Buyer]) -> None:
    """Replace what was inferred about these buyers."""
    ids = [buyer.member_id for buyer in buyers]
    found: dict[int, list[Found]] = defaultdict(list)
    await _categories(context, ids, found)
    await _places(context.session, ids, found)
    for buyer in buyers:
        if buyer.cycle:
            sure = min(1.0, (buyer.purchases - 1) / 10)
            found[buyer.member_id].append((CYCLE, str(round(buyer.cycle)), sure))
    row = PreferenceRow
    await context.session.execute(
        delete(row).where(row.member_id.in_(ids), row.source == ANALYTICS)
    )
    now = context.clock()
    rows = [
        {"member_id": member_id, "kind": kind, "value": value, "confidence": round(sure, 2)}
        | {"stated": False, "source": ANALYTICS, "at": now}
        for member_id, preferences in found.items()
        for kind, value, sure in preferences
    ]
    if rows:
        await context.session.execute(insert(row), rows)


async def _categories(
    context: Context, ids: Collection[int], found: dict[int, list[Found]]
) -> None:
    """Note favourite categories by what was bought, and the price band by what was paid."""
    usual = await _usual_prices(context)
    bought: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    paid: dict[int, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    row = OrderLineRow
    spent = type_coerce(func.sum(row.unit_price * row.quantity), Money())
    for member_id, category, currency, units, amount in await context.session.execute(
        select(OrderRow.member_id, ProductRow.category, OrderRow.currency, _units(), spent)
        .join(OrderRow, OrderRow.id == row.order_id)
        .join(ProductRow, ProductRow.id == row.product_id)
        .where(OrderRow.member_id.in_(ids), OrderRow.state.not_in(UNPAID))
        .group_by(OrderRow.member_id, ProductRow.category, OrderRow.currency)
    ):
        bought[member_id][category] += int(units)
        if category in usual:
            paid[member_id][0] += amount * context.rules.rates.get(currency, Decimal(0))
            paid[member_id][1] += usual[category] * int(units)
    for member_id, units_by_category in bought.items():
        found[member_id] += _favourites(units_by_category)
    for member_id, (actual, expected) in paid.items():
        if expected:
            found[member_id].append((BAND, _band(float(actual / expected)), CLEAR_SHARE))


def _units() -> Any:  # noqa: ANN401 - an SQL expression
    return func.sum(OrderLineRow.quantity)


def _favourites(units: Mapping[str, int]) -> list[Found]:
    total = sum(units.values())
    ranked = sorted(units.items(), key=lambda one: (-one[1], one[0]))[:FAVOURITES]
    return [
        (CATEGORY, category, count / total)
        for category, count in ranked
        if total and count / total >= LEAST_SHARE
    ]


def _band(ratio: float) -> str:
    return "low" if ratio < LOW else "high" if ratio > HIGH else "middle"


async def _usual_prices(context: Context) -> dict[str, Decimal]:
    """Return the mean catalogue price of each category, in the programme's currency."""
    rates = context.rules.rates
    prices: dict[str, list[Decimal]] = defaultdict(list)
    for category, currency, price in await context.session.execute(
        select(ProductRow.category, VariantRow.currency, VariantRow.price).join(
            VariantRow, VariantRow.product_id == ProductRow.id
        )
    ):
        if currency in rates:
            prices[category].append(price * rates[currency])
    return {category: sum(each, Decimal(0)) / len(each) for category, each in prices.items()}


async def _places(
    session: AsyncSession, ids: Collection[int], found: dict[int, list[Found]]
) -> None:
    """Note the channel and the store of most orders."""
    for kind, column in ((CHANNEL, OrderRow.channel), (STORE, OrderRow.store_id)):
        counts: dict[int | None, dict[str | None, int]] = defaultdict(dict)
        for member_id, place, orders in await session.execute(
            select(OrderRow.member_id, column, func.count())
            .where(OrderRow.member_id.in_(ids), OrderRow.state.not_in(UNPAID))
            .group_by(OrderRow.member_id, column)
        ):
            counts[member_id][place] = orders
        for member_id, orders_by_place in counts.items():
            place, most = max(orders_by_place.items(), key=lambda one: (one[1], one[0] or ""))
            share = most / sum(orders_by_place.values())
            if member_id is not None and place is not None and share >= CLEAR_SHARE:
                found[member_id].append((kind, place, share))
