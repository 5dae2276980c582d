"""Till receipts, a record for each of their lines.

A receipt's sold lines are one order; its returned lines are a settled return case of the original
receipt, with the money that went back booked on the original order. A receipt belongs to the
member whose card is on it; a phone that the cashier typed names a member only together with the
member's very name (see `crm_store.repositories.imports_people`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from crm_store.errors import InvalidRecordError
from crm_store.repositories.imports import Batch
from crm_store.repositories.imports_cases import known_cases, save_cases
from crm_store.repositories.imports_orders import known_orders, save_orders
from crm_store.sources.fields import Fields
from crm_store.sources.loaders.base import Loader, Outcome, Record
from crm_store.sources.loaders.sales import NOTHING, SETTLED
from crm_store.sources.words import ReceiptKind, SaleChannel
from crm_store.types.cases import CaseKind
from crm_store.types.conversations import JSON
from crm_store.types.imports import Bearer, CaseDraft, LineDraft, OrderDraft, PaymentDraft
from crm_store.types.orders import OrderState
from crm_store.types.text import LocalText

CASH = "cash"
PAID = "success"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says: goods sold, goods taken back, or both."""

    sale: OrderDraft | None
    takeback: CaseDraft | None


def _draft(records: Sequence[Record]) -> Receipt:
    rows = sorted((record.fields for record in records), key=lambda row: row.need("row", int))
    sold = [row for row in rows if _is_sale(row)]
    returned = [row for row in rows if not _is_sale(row)]
    return Receipt(_sale(sold) if sold else None, _takeback(returned) if returned else None)


def _is_sale(row: Fields) -> bool:
    """Return whether a row sells; raises `InvalidRecordError` when its quantity contradicts."""
    sells = row.need("kind", ReceiptKind) is ReceiptKind.SALE
    count = row.need("quantity", int)
    if count == 0 or (count > 0) is not sells:
        raise InvalidRecordError("quantity: expected more than 0 for a sale, less for a return")
    return sells


def _sale(rows: Sequence[Fields]) -> OrderDraft:
    first = rows[0]
    total = _paid(rows)
    at = first.need("at", datetime)
    return OrderDraft(
        number=first.need("number", str),
        bearer=_bearer(rows),
        channel=SaleChannel.POS,
        store_id=first.need("store", str),
        state=OrderState.COMPLETED,
        placed_at=at,
        total=total,
        discount=sum((row.get("discount", Decimal) or NOTHING for row in rows), NOTHING),
        shipping_fee=NOTHING,
        currency=first.get("currency", str) or "CNY",
        phone=_bearer(rows).phone,
        lines=tuple(_line(row) for row in rows),
        payments=(PaymentDraft(first.text("method") or CASH, total, PAID, at),),
    )


def _takeback(rows: Sequence[Fields]) -> CaseDraft:
    first, amount = rows[0], _paid(rows)
    at, original = first.need("at", datetime), first.need("original", str)
    goods: list[JSON] = [
        {"sku": row.need("sku", str), "quantity": -row.need("quantity", int)} for row in rows
    ]
    bearer = _bearer(rows)
    return CaseDraft(
        number=first.need("number", str),
        kind=CaseKind.RETURN,
        state=SETTLED,
        bearer=Bearer(bearer.card, bearer.phone, bearer.name, original),
        opened_at=at,
        closed_at=at,
        order_number=original,
        sku=first.need("sku", str),
        detail={
            "amount": str(-amount),
            "lines": goods,
            "original": original,
            "store": first.need("store", str),
        },
        payment=PaymentDraft(first.text("method") or CASH, amount, PAID, at),
    )


def _line(row: Fields) -> LineDraft:
    return LineDraft(
        sku=row.need("sku", str),
        name=row.need("product", LocalText),
        quantity=row.need("quantity", int),
        unit_price=row.need("price", Decimal),
    )


def _paid(rows: Sequence[Fields]) -> Decimal:
    return sum((row.need("paid", Decimal) for row in rows), NOTHING)


def _bearer(rows: Sequence[Fields]) -> Bearer:
    """Return who showed a card or gave a phone; a receipt may name them on any of its rows."""

    def first(name: str) -> str | None:
        return next((found for row in rows if (found := row.get(name, str))), None)

    return Bearer(card=first("card"), phone=first("phone"), name=first("name"))


async def _save(batch: Batch, receipts: Sequence[Receipt]) -> list[Outcome]:
    """Write sales first: a return may take back what the same batch sold."""
    sales = [one.sale for one in receipts if one.sale is not None]
    orders = dict(
        zip((sale.number for sale in sales), await save_orders(batch, sales), strict=True)
    )
    cases = [one.takeback for one in receipts if one.takeback is not None]
    taken = dict(zip((case.number for case in cases), await save_cases(batch, cases), strict=True))
    return [
        f"order:{orders[one.sale.number]}"
        if one.sale is not None
        else f"case:{taken[one.takeback.number]}"
        if one.takeback is not None
        else None
        for one in receipts
    ]


async def _known(batch: Batch, numbers: Sequence[str]) -> set[str]:
    return set(await known_orders(batch, numbers)) | await known_cases(batch, numbers)


RECEIPTS = Loader(_draft, _save, _known)
