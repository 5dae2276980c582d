"""Tickets of the service centre: a case each, and a line in the member's history.

A ticket belongs to the member whose card is on it, else to whom the order on it belongs, else to
the member with that attested phone and that name. Who rang up and is none of these becomes a
member of their own with a claimed phone, one for each phone and name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crm_store.identifiers import mask
from crm_store.repositories.imports import Batch
from crm_store.repositories.imports_cases import save_cases
from crm_store.repositories.imports_events import save_interactions
from crm_store.repositories.imports_members import save_members
from crm_store.repositories.imports_people import claimants_of, find_bearers
from crm_store.sources.loaders.base import Loader, Outcome, Record, named
from crm_store.sources.loaders.identities import identity
from crm_store.sources.words import TicketState
from crm_store.types.cases import CaseKind
from crm_store.types.conversations import JSON
from crm_store.types.imports import Bearer, CaseDraft, InteractionDraft, MemberDraft
from crm_store.types.people import IdentityKind

TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket's case and the record it came in."""

    record: Record
    case: CaseDraft


def _draft(records: Sequence[Record]) -> Ticket:
    record, fields = records[-1], records[-1].fields
    state = fields.need("state", TicketState)
    opened_at = fields.need("opened_at", datetime)
    order_number = fields.get("order", str)
    detail: dict[str, JSON] = {
        name: fields.text(name) for name in ("channel", "subject", "content", "agent")
    }
    case = CaseDraft(
        number=fields.need("number", str),
        kind=fields.need("kind", CaseKind),
        state=state,
        bearer=Bearer(
            card=fields.get("card", str),
            phone=fields.get("phone", str),
            name=fields.get("name", str),
            order_number=order_number,
        ),
        opened_at=opened_at,
        closed_at=_closed_at(fields.get("closed_at", datetime), state, opened_at),
        order_number=order_number,
        reason=fields.text("subject"),
        detail={**detail, "satisfaction": fields.get("satisfaction", int)},
    )
    return Ticket(record, case)


def _closed_at(
    closed_at: datetime | None, state: TicketState, opened_at: datetime
) -> datetime | None:
    """Return when a ticket was closed; a closed one without a time counts from its opening."""
    if state is not TicketState.CLOSED:
        return None
    return closed_at or opened_at


async def _save(batch: Batch, tickets: Sequence[Ticket]) -> list[Outcome]:
    owners = await find_bearers(batch, [one.case.bearer for one in tickets])
    owners = await _with_strangers(batch, tickets, owners)
    ids = await save_cases(
        batch,
        [
            replace(one.case, bearer=Bearer(member_id=owner))
            for one, owner in zip(tickets, owners, strict=True)
        ],
    )
    events = [
        InteractionDraft(
            member_id=owner,
            kind=TICKET,
            at=one.case.opened_at,
            detail={"number": one.case.number, "kind": one.case.kind, "subject": one.case.reason},
            record_id=one.record.id,
        )
        for one, owner in zip(tickets, owners, strict=True)
    ]
    corrected = [one.record.id for one in tickets if one.record.before is not None]
    await save_interactions(batch, events, corrected)
    return named("case", ids)


async def _with_strangers(
    batch: Batch, tickets: Sequence[Ticket], owners: Sequence[int | None]
) -> list[int | None]:
    """Return the owners, those filled in who are known to the service centre alone."""
    strangers = [
        one.case
        for one, owner in zip(tickets, owners, strict=True)
        if owner is None and identity(IdentityKind.PHONE, one.case.bearer.phone)
    ]
    callers = {_caller(case): case for case in reversed(strangers)}
    known = await claimants_of(batch, callers)
    new = [(caller, case) for caller, case in callers.items() if caller not in known]
    made = await save_members(batch, [_profile(*caller, case) for caller, case in new])
    known |= {caller: key for (caller, _), key in zip(new, made, strict=True)}
    return [
        known.get(_caller(one.case)) if owner is None else owner
        for one, owner in zip(tickets, owners, strict=True)
    ]


def _caller(case: CaseDraft) -> tuple[str, str]:
    """Return phone and name; a nameless caller goes by the masked phone."""
    phone = case.bearer.phone or ""
    return phone, case.bearer.name or mask(IdentityKind.PHONE, phone)


def _profile(phone: str, name: str, case: CaseDraft) -> MemberDraft:
    return MemberDraft(
        name=name,
        identities=identity(IdentityKind.PHONE, phone),
        joined_on=case.opened_at.date(),
    )


TICKETS = Loader(_draft, _save)
