"""Bookings of points, and coupons."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from crm_store.errors import InvalidRecordError
from crm_store.repositories.imports import Batch
from crm_store.repositories.imports_loyalty import save_coupons, save_points
from crm_store.sources.loaders.base import Loader, Outcome, Record, named
from crm_store.sources.words import CouponState
from crm_store.types.imports import CouponDraft, PointsDraft
from crm_store.types.loyalty import PointsKind
from crm_store.types.text import LocalText


def _booking(records: Sequence[Record]) -> PointsDraft:
    fields = records[-1].fields
    return PointsDraft(
        key=fields.need("key", str),
        card=fields.need("card", str),
        kind=fields.need("kind", PointsKind),
        points=fields.need("points", int),
        at=fields.need("at", datetime),
        expires_on=fields.get("expires_on", date),
        reference=fields.text("reference"),
    )


async def _save_points(batch: Batch, drafts: Sequence[PointsDraft]) -> list[Outcome]:
    return named("member", await save_points(batch, drafts))


def _coupon(records: Sequence[Record]) -> CouponDraft:
    fields = records[-1].fields
    coupon = CouponDraft(
        code=fields.need("code", str),
        card=fields.get("card", str),
        title=fields.need("title", LocalText),
        state=fields.need("state", CouponState),
        valid_from=fields.need("valid_from", date),
        valid_to=fields.need("valid_to", date),
        min_spend=fields.get("min_spend", Decimal),
        amount_off=fields.get("amount_off", Decimal),
        percent_off=fields.get("percent_off", int),
        category=fields.get("category", str),
    )
    if coupon.valid_to < coupon.valid_from:
        raise InvalidRecordError("valid_to: expected a date that is not before valid_from")
    if coupon.amount_off is not None and coupon.percent_off is not None:
        raise InvalidRecordError("amount_off: expected nothing beside percent_off")
    return coupon


async def _save_coupons(batch: Batch, drafts: Sequence[CouponDraft]) -> list[Outcome]:
    codes = await save_coupons(batch, drafts)
    return [code if isinstance(code, InvalidRecordError) else f"coupon:{code}" for code in codes]


POINTS = Loader(_booking, _save_points)
COUPONS = Loader(_coupon, _save_coupons)
