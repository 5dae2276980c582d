"""Orders with lines, parcels, payments and cases, many at once.

The source is the master of an order: a corrected record replaces what its last version said. Rows
that something else may point at are kept: lines are updated in place, and payments that a case
booked by itself stay.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import zip_longest

from sqlalchemy import delete, select, update

from crm_store.models import (
    CaseRow,
    OrderLineRow,
    OrderRow,
    PaymentRow,
    ShipmentEventRow,
    ShipmentRow,
)
from crm_store.repositories.identities import tail_index
from crm_store.repositories.imports import Batch, Values
from crm_store.repositories.imports_cases import PAYMENT_ID, payment_row, save_cases
from crm_store.repositories.imports_catalog import products_of
from crm_store.repositories.imports_people import find_bearers
from crm_store.repositories.imports_regions import record_regions
from crm_store.types.imports import Bearer, LineDraft, OrderDraft, ShipmentDraft
from crm_store.types.orders import ShipmentState

Placed = Sequence[tuple[int, OrderDraft]]
"""Orders with their ids."""


async def save_orders(batch: Batch, drafts: Sequence[OrderDraft]) -> list[int]:
    """Insert or update orders by their number; return their ids in order."""
    if not drafts:
        return []
    owners = await find_bearers(batch, [one.bearer for one in drafts])
    known = await known_orders(batch, [one.number for one in drafts])
    rows = [_row(batch, one, owner) for one, owner in zip(drafts, owners, strict=True)]
    new = [row for row in rows if row["number"] not in known]
    ids = await batch.insert_ids(OrderRow, new)
    await batch.update(
        OrderRow, [{"id": known[row["number"]], **row} for row in rows if row["number"] in known]
    )
    all_ids = known | {row["number"]: key for row, key in zip(new, ids, strict=True)}
    placed = [(all_ids[one.number], one) for one in drafts]
    await _clear(batch, [(key, one) for key, one in placed if one.number in known])
    await _write_lines(batch, placed, set(known.values()))
    await _write_shipments(batch, placed)
    await batch.insert(
        PaymentRow, [payment_row(key, paid) for key, one in placed for paid in one.payments]
    )
    await _write_cases(batch, drafts, owners)
    await record_regions(batch, drafts, owners)
    return [key for key, _ in placed]


async def known_orders(batch: Batch, numbers: Sequence[str]) -> dict[str, int]:
    """Return ids of the orders that have these numbers."""
    found = await batch.session.execute(
        select(OrderRow.number, OrderRow.id).where(OrderRow.number.in_(numbers))
    )
    return {number: key for number, key in found}  # noqa: C416 - rows are no tuples


def _row(batch: Batch, draft: OrderDraft, owner: int | None) -> Values:
    return {
        "number": draft.number,
        "member_id": owner,
        "channel": draft.channel,
        "store_id": draft.store_id,
        "state": draft.state,
        "placed_at": draft.placed_at,
        "total": draft.total,
        "discount": draft.discount,
        "shipping_fee": draft.shipping_fee,
        "currency": draft.currency,
        "recipient_enc": batch.sealed(draft.recipient),
        "phone_enc": batch.sealed(draft.phone),
        "phone_tail_index": tail_index(batch.vault, draft.phone) if draft.phone else None,
        "address_enc": batch.sealed(draft.address),
        "remark": draft.remark,
    }


async def _clear(batch: Batch, placed: Placed) -> None:
    """Take away what the last version of these orders said."""
    if not placed:
        return
    ids = [key for key, _ in placed]
    parcels = select(ShipmentRow.id).where(ShipmentRow.order_id.in_(ids))
    await batch.session.execute(
        delete(ShipmentEventRow).where(ShipmentEventRow.shipment_id.in_(parcels))
    )
    await batch.delete(ShipmentRow, "order_id", ids)
    kept = await _clear_cases(batch, placed)
    await batch.session.execute(
        delete(PaymentRow).where(PaymentRow.order_id.in_(ids), PaymentRow.id.not_in(kept))
    )


async def _clear_cases(batch: Batch, placed: Placed) -> set[int]:
    """Take away refunds that a record no longer has; return payments that other cases booked."""
    found = await batch.session.execute(
        select(CaseRow.id, CaseRow.number, CaseRow.order_id, CaseRow.detail).where(
            CaseRow.order_id.in_([key for key, _ in placed])
        )
    )
    drafts = dict(placed)
    kept: set[int] = set()
    gone: list[int] = []
    for key, number, order_id, detail in found:
        draft = drafts[order_id or 0]
        stays = {case.number for case in draft.cases}
        if number.startswith(f"{draft.number}-R") and number not in stays:
            gone.append(key)
        elif isinstance(paid := detail.get(PAYMENT_ID), int):
            kept.add(paid)
    await batch.delete(CaseRow, "id", gone)
    return kept


async def _write_lines(batch: Batch, placed: Placed, known: Collection[int]) -> None:
    products = await products_of(batch, {line.sku for _, one in placed for line in one.lines})
    stored = await _stored_lines(batch, known)
    new, changed, gone = [], [], []
    for key, one in placed:
        for line_id, line in zip_longest(stored.get(key, ()), one.lines):
            if line is None:
                gone.append(line_id)
            elif line_id is None:
                new.append({"order_id": key, **_line(line, products)})
            else:
                changed.append({"id": line_id, **_line(line, products)})
    await batch.insert(OrderLineRow, new)
    await batch.update(OrderLineRow, changed)
    if gone:
        await batch.session.execute(
            update(CaseRow).where(CaseRow.line_id.in_(gone)).values(line_id=None)
        )
        await batch.delete(OrderLineRow, "id", gone)


def _line(line: LineDraft, products: dict[str, str]) -> Values:
    return {
        "sku": line.sku,
        "product_id": products.get(line.sku),
        "name_zh": line.name.zh,
        "name_en": line.name.en,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
    }


async def _stored_lines(batch: Batch, orders: Collection[int]) -> dict[int, list[int]]:
    stored: dict[int, list[int]] = {}
    if orders:
        row = OrderLineRow
        found = await batch.session.execute(
            select(row.order_id, row.id).where(row.order_id.in_(orders)).order_by(row.id)
        )
        for order_id, line_id in found:
            stored.setdefault(order_id, []).append(line_id)
    return stored


async def _write_shipments(batch: Batch, placed: Placed) -> None:
    parcels = [(key, parcel) for key, one in placed for parcel in one.shipments]
    ids = await batch.insert_ids(ShipmentRow, [_shipment(key, parcel) for key, parcel in parcels])
    events = [
        {
            "shipment_id": shipment_id,
            "at": event.at,
            "state": event.state,
            "place_zh": event.place.zh,
            "place_en": event.place.en,
        }
        for shipment_id, (_, parcel) in zip(ids, parcels, strict=True)
        for event in parcel.events
    ]
    await batch.insert(ShipmentEventRow, events)


def _shipment(order_id: int, parcel: ShipmentDraft) -> Values:
    """Return the row of a parcel, which stands where its last event left it."""
    last = max(parcel.events, key=lambda event: event.at, default=None)
    arrived = last if last and last.state is ShipmentState.DELIVERED else None
    return {
        "order_id": order_id,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "state": last.state if last else ShipmentState.CREATED,
        "shipped_at": parcel.shipped_at,
        "delivered_at": arrived.at if arrived else None,
        "expected_on": parcel.expected_on,
    }


async def _write_cases(
    batch: Batch, drafts: Sequence[OrderDraft], owners: Sequence[int | None]
) -> None:
    cases = [
        replace(case, bearer=Bearer(member_id=owner))
        for one, owner in zip(drafts, owners, strict=True)
        for case in one.cases
    ]
    await save_cases(batch, cases)
