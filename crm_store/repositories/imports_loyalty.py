"""Bookings of points and coupons, many at once. An unknown card is refused, not guessed."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from crm_store.errors import InvalidRecordError
from crm_store.models import CouponRow, PointsEntryRow
from crm_store.repositories.imports import Batch
from crm_store.repositories.imports_people import owners_of
from crm_store.types.imports import CouponDraft, PointsDraft
from crm_store.types.people import IdentityKind

UNKNOWN_CARD = "card: expected the card of a known member"


async def save_points(
    batch: Batch, drafts: Sequence[PointsDraft]
) -> list[int | InvalidRecordError]:
    """Book points once for each key; return the members, or why not."""
    owners = await owners_of(batch, IdentityKind.LOYALTY_CARD, (one.card for one in drafts))
    rows = [
        {
            "member_id": owners[one.card],
            "kind": one.kind,
            "points": one.points,
            "at": one.at,
            "expires_on": one.expires_on,
            "reference": one.reference,
            "source": batch.source,
            "source_key": one.key,
        }
        for one in drafts
        if one.card in owners
    ]
    await batch.upsert(PointsEntryRow, ("source", "source_key"), rows)
    return [owners.get(one.card) or InvalidRecordError(UNKNOWN_CARD) for one in drafts]


async def save_coupons(
    batch: Batch, drafts: Sequence[CouponDraft]
) -> list[str | InvalidRecordError]:
    """Insert or update coupons; return their codes, or why not."""
    owners = await owners_of(batch, IdentityKind.LOYALTY_CARD, (one.card for one in drafts))
    rows = [
        {
            "code": one.code,
            "member_id": owners[one.card] if one.card else None,
            "title_zh": one.title.zh,
            "title_en": one.title.en,
            "state": one.state,
            "issued_at": datetime.combine(one.valid_from, time(), UTC),
            "valid_from": one.valid_from,
            "valid_to": one.valid_to,
            "min_spend": one.min_spend,
            "amount_off": one.amount_off,
            "percent_off": one.percent_off,
            "category": one.category,
        }
        for one in drafts
        if one.card is None or one.card in owners
    ]
    await batch.upsert(CouponRow, ("code",), rows)
    return [
        one.code if one.card is None or one.card in owners else InvalidRecordError(UNKNOWN_CARD)
        for one in drafts
    ]
