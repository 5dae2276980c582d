"""Members over HTTP, for staff: find one by phone, read the complete card, page the timeline.

The caller is a staff account with the token of its own conversation (`aud` = `huike:staff`).
Identifiers are masked, and every look is audited in the same transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime

from bot.api.callers import ConversationCaller, limited_address
from bot.api.parts import ApiDep
from bot.api.problems import ProblemError
from bot.api.views import View
from crm_store.errors import InvalidRecordError
from crm_store.ports.timeline import LONGEST_PAGE, PAGE
from crm_store.types.actors import SYSTEM, Actor, Surface
from crm_store.types.conversations import JSON
from crm_store.types.people import Member, MemberQuery, Tier
from crm_store.types.profiles import CompleteCard
from crm_store.types.timeline import TimelineEntry, TimelineFilter, TimelineKind

LARGEST_ID = 2**53
MemberId = Annotated[int, Path(ge=1, le=LARGEST_ID)]

router = APIRouter(
    prefix="/api/v1/members", tags=["members"], dependencies=[Depends(limited_address)]
)


class MemberView(View):
    """A member in a list."""

    id: int
    name: str
    tier: Tier


class MembersView(View):
    """Members that were found."""

    members: list[MemberView]


class EntryView(View):
    """One entry of a timeline; what is empty does not apply."""

    ref: str
    kind: TimelineKind
    at: datetime
    channel: str
    subject: str
    state: str
    text: str
    amount: Decimal | None
    currency: str
    points: int | None
    detail: Mapping[str, JSON]


class TimelineView(View):
    """One page, newest first."""

    entries: list[EntryView]
    next: str | None
    """Send it as ``after`` for the next page; ``null`` on the last."""


async def staff_caller(api: ApiDep, claims: ConversationCaller) -> Actor:
    """Return the staff account that calls; anybody else is refused."""
    if claims.staff_id is None:
        raise ProblemError(403, "staff_only", "only staff may look at members")
    async with api.store.reading(SYSTEM) as uow:
        account = await uow.staff.get(claims.staff_id)
    if account is None or not account.active:
        raise ProblemError(403, "staff_only", "the account is switched off")
    surface = Surface.MEMBER_API
    return Actor(account.role, staff_id=account.id, store_id=account.store_id, surface=surface)


def timeline_filter(
    kind: Annotated[list[TimelineKind] | None, Query()] = None,
    channel: Annotated[list[str] | None, Query(max_length=20)] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> TimelineFilter:
    """Return what of a timeline is wanted; `kind` and `channel` may be repeated."""
    return TimelineFilter(frozenset(kind or ()), frozenset(channel or ()), since, until)


StaffCaller = Annotated[Actor, Depends(staff_caller)]


@router.get("")
async def find(
    api: ApiDep, caller: StaffCaller, phone: Annotated[str, Query(min_length=5, max_length=32)]
) -> MembersView:
    """Find members by a phone number, attested ones first."""
    async with api.store.reading(caller) as uow:
        found = await uow.members.search(MemberQuery(phone=phone))
    return MembersView(members=[_member(one) for one in found])


@router.get("/{member_id}")
async def card(api: ApiDep, caller: StaffCaller, member_id: MemberId) -> CompleteCard:
    """Return everything about a member at once; a merged one answers as the member kept."""
    async with api.store.reading(caller) as uow:
        complete = await uow.profiles.complete(member_id)
    if complete is None:
        raise _unknown()
    return complete


@router.get("/{member_id}/timeline")
async def timeline(
    api: ApiDep,
    caller: StaffCaller,
    member_id: MemberId,
    wanted: Annotated[TimelineFilter, Depends(timeline_filter)],
    after: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = PAGE,
) -> TimelineView:
    """Return what happened with a member, newest first, page by page."""
    async with api.store.reading(caller) as uow:
        if await uow.members.get(member_id) is None:
            raise _unknown()
        try:
            page = await uow.timelines.page(member_id, wanted, after=after, limit=limit)
        except InvalidRecordError as error:
            raise ProblemError(422, "bad_cursor", str(error)) from error
    return TimelineView(entries=[_entry(one) for one in page.entries], next=page.next)


def _unknown() -> ProblemError:
    return ProblemError(404, "unknown_member", "no such member")


def _member(member: Member) -> MemberView:
    return MemberView(id=member.id, name=member.name, tier=member.tier)


def _entry(entry: TimelineEntry) -> EntryView:
    return EntryView(
        ref=entry.ref,
        kind=entry.kind,
        at=entry.at,
        channel=entry.channel,
        subject=entry.subject,
        state=entry.state,
        text=entry.text,
        amount=entry.amount,
        currency=entry.currency,
        points=entry.points,
        detail=entry.detail,
    )
