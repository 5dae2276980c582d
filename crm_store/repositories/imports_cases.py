"""After-sales cases that other systems handled, many at once."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from crm_store.models import CaseRow, OrderLineRow, OrderRow, PaymentRow
from crm_store.repositories.imports import Batch, Values
from crm_store.repositories.imports_people import find_bearers
from crm_store.types.imports import CaseDraft, PaymentDraft

PAYMENT_ID = "payment_id"
"""Key in a case's detail: the payment that was booked for the case itself."""


async def save_cases(batch: Batch, drafts: Sequence[CaseDraft]) -> list[int]:
    """Insert or update cases by their number; return their ids in order."""
    if not drafts:
        return []
    orders = await _order_ids(batch, (one.order_number for one in drafts))
    lines = await _line_ids(batch, orders.values())
    owners = await find_bearers(batch, [one.bearer for one in drafts])
    details = await _details(batch, drafts, orders)
    rows = []
    for draft, owner, detail in zip(drafts, owners, details, strict=True):
        order_id = orders.get(draft.order_number or "")
        line_id = None if order_id is None else lines.get((order_id, draft.sku or ""))
        rows.append(_row(draft, owner, order_id, line_id, detail))
    latest = {row["number"]: row for row in rows}
    found = await batch.upsert(CaseRow, ("number",), list(latest.values()), ("number", "id"))
    ids = {one.number: one.id for one in found}
    return [ids[draft.number] for draft in drafts]


async def known_cases(batch: Batch, numbers: Sequence[str]) -> set[str]:
    """Return which of these case numbers exist."""
    query = select(CaseRow.number).where(CaseRow.number.in_(numbers))
    return set(await batch.session.scalars(query))


def payment_row(order_id: int, payment: PaymentDraft) -> Values:
    """Return the row of a payment."""
    return {
        "order_id": order_id,
        "method": payment.method,
        "amount": payment.amount,
        "state": payment.state,
        "at": payment.at,
    }


async def _details(
    batch: Batch, drafts: Sequence[CaseDraft], orders: dict[str, int]
) -> list[dict[str, Any]]:
    """Book the payments that only the cases know of; return the details with their ids."""
    paying = [one for one in drafts if one.payment and one.order_number in orders]
    booked = await _booked(batch, [one.number for one in paying])
    fresh = [one for one in paying if one.number not in booked]
    ids = await batch.insert_ids(PaymentRow, [_payment(one, orders) for one in fresh])
    await batch.update(
        PaymentRow,
        [
            {"id": booked[one.number], **_payment(one, orders)}
            for one in paying
            if one.number in booked
        ],
    )
    booked |= {one.number: key for one, key in zip(fresh, ids, strict=True)}
    return [
        {**one.detail, PAYMENT_ID: booked[one.number]} if one.number in booked else {**one.detail}
        for one in drafts
    ]


def _payment(draft: CaseDraft, orders: dict[str, int]) -> Values:
    if draft.payment is None or draft.order_number is None:
        raise AssertionError("only cases with a payment and an order come here")
    return payment_row(orders[draft.order_number], draft.payment)


async def _booked(batch: Batch, numbers: Sequence[str]) -> dict[str, int]:
    if not numbers:
        return {}
    found = await batch.session.execute(
        select(CaseRow.number, CaseRow.detail).where(CaseRow.number.in_(numbers))
    )
    ids = {number: detail.get(PAYMENT_ID) for number, detail in found}
    return {number: key for number, key in ids.items() if isinstance(key, int)}


async def _order_ids(batch: Batch, numbers: Iterable[str | None]) -> dict[str, int]:
    wanted = {number for number in numbers if number}
    if not wanted:
        return {}
    found = await batch.session.execute(
        select(OrderRow.number, OrderRow.id).where(OrderRow.number.in_(wanted))
    )
    return {number: key for number, key in found}  # noqa: C416 - rows are no tuples


async def _line_ids(batch: Batch, orders: Iterable[int]) -> dict[tuple[int, str], int]:
    wanted = set(orders)
    if not wanted:
        return {}
    row = OrderLineRow
    found = await batch.session.execute(
        select(row.order_id, row.sku, row.id)
        .where(row.order_id.in_(wanted))
        .order_by(row.id.desc())
    )
    return {(order_id, sku): line_id for order_id, sku, line_id in found}


def _row(
    draft: CaseDraft,
    owner: int | None,
    order_id: int | None,
    line_id: int | None,
    detail: dict[str, Any],
) -> Values:
    return {
        "number": draft.number,
        "kind": draft.kind,
        "state": draft.state,
        "member_id": owner,
        "order_id": order_id,
        "line_id": line_id,
        "reason": draft.reason,
        "detail": detail,
        "opened_at": draft.opened_at,
        "closed_at": draft.closed_at,
    }
