"""What a person may ask about their data."""

import hmac
from datetime import datetime, timedelta

from sqlalchemy import select

from crm_store.errors import NotFoundError, NotPermittedError
from crm_store.models import CaseRow, ErasureRow, IdentityRow, MemberRow
from crm_store.ports.privacy import Elsewhere
from crm_store.privacy import erasing, exporting, proofs, retaining
from crm_store.privacy.person import Person, find_person, identifiers_of
from crm_store.privacy.places import reachable
from crm_store.repositories.consents import ConsentsRepository
from crm_store.repositories.context import Repository
from crm_store.types.actors import STAFF_ROLES, Role
from crm_store.types.cases import CaseKind, case_number
from crm_store.types.people import MemberStatus
from crm_store.types.privacy import (
    ANSWERED_WITHIN,
    DataRequest,
    DataSummary,
    Look,
    PersonalData,
    Proof,
    Request,
    Retained,
    RetentionRules,
    UnmaskPurpose,
)

REQUEST = "request"
OPEN, DONE = "open", "done"


class PrivacyRepository(Repository):
    """The port's `Privacy`."""

    async def unmask(self, identity_id: int, purpose: UnmaskPurpose) -> str:
        """Return a whole identifier; the audit row is written before anything is decrypted."""
        self._context.require(Role.AGENT, Role.MANAGER, Role.SYSTEM)
        row = await self._session.get(IdentityRow, identity_id, populate_existing=True)
        if row is None:
            raise NotFoundError(f"no identity {identity_id}")
        detail = {"identity": row.kind.value, "purpose": UnmaskPurpose(purpose).value}
        await self._context.record("identity.unmask", f"member:{row.member_id}", dict(detail))
        await self._session.flush()
        return self._context.vault.decrypt(row.value_enc)

    async def looked_at(self, member_id: int, *, limit: int = 100) -> list[Look]:
        """Return who of the staff looked, newest first."""
        person = await self._own_person(member_id)
        if person is None:
            return []
        return list(await exporting.looks_at(self._session, person.subjects, limit))

    async def summary(self, member_id: int) -> DataSummary | None:
        """Return what is known about the member, in numbers."""
        person = await self._own_person(member_id)
        if person is None:
            return None
        counts = {name: len(keys) for name, keys in person.rows.items() if keys}
        looks = await exporting.looks_at(self._session, person.subjects)
        consents = await ConsentsRepository(self._context).current(member_id)
        return DataSummary(counts, tuple(consents), len(looks))

    async def export(self, member_id: int) -> PersonalData:
        """Return everything about the member."""
        self._context.require(Role.CUSTOMER, Role.MANAGER, Role.SYSTEM)
        person = await self._own_person(member_id)
        if person is None and self._context.is_trusted:
            raise NotFoundError(f"no member {member_id}")
        if person is None:
            raise NotPermittedError("not your own membership")
        await self._context.record("member.export", person.subjects[0])
        return await exporting.export(self._session, self._context.vault, person, self._now())

    async def request(
        self,
        member_id: int,
        request: Request,
        *,
        conversation_id: int | None = None,
        ticket: str | None = None,
        at: datetime | None = None,
    ) -> DataRequest:
        """Put a request on file."""
        self._context.require(Role.CUSTOMER, *STAFF_ROLES, Role.SYSTEM)
        kept = await self._context.visible_member(member_id)
        if kept is None:
            raise NotPermittedError("not your own membership")
        wanted = Request(request)
        row = await self._open_request(kept, wanted)
        if row is None:
            row = self._new_request(kept, wanted, conversation_id, ticket, at or self._now())
            await self._session.flush()
            detail = {REQUEST: wanted.value}
            await self._context.record("privacy.request", f"member:{kept}", dict(detail))
        return DataRequest(row.number, wanted, row.due_at or row.opened_at + ANSWERED_WITHIN)

    async def erase(self, member_id: int, *, elsewhere: Elsewhere | None = None) -> Proof:
        """Erase a person, all or nothing."""
        self._context.require(Role.MANAGER, Role.SYSTEM)
        kept = await self._kept_or_erased(member_id)
        await erasing.lock_person(self._session, kept)
        person = await find_person(self._session, kept)
        last = await self._last_erasure(kept)
        if last is not None and not await self._is_anything_left(person):
            return proofs.to_proof(last)
        return await self._erase(person, elsewhere)

    async def proof(self, erasure_id: int) -> Proof | None:
        """Return the proof of an erasure."""
        if self._actor.role not in (Role.MANAGER, Role.SYSTEM):
            return None
        row = await self._session.get(ErasureRow, erasure_id)
        return None if row is None else proofs.to_proof(row)

    async def verify(self, proof: Proof) -> bool:
        """Whether this store signed that proof and nothing in it was changed."""
        genuine = proofs.signed(self._context.vault, proof)
        return hmac.compare_digest(genuine.signature, proof.signature)

    async def retain(
        self, rules: RetentionRules, *, dry_run: bool = False, limit: int = 1000
    ) -> Retained:
        """Delete what is older than the rules allow."""
        self._context.require(Role.SYSTEM)
        counts = await retaining.retain(
            self._session, rules, self._now(), dry_run=dry_run, limit=limit
        )
        if not dry_run and any(counts.values()):
            await self._context.record("retention.run", "retention", dict(counts))
        return Retained(counts)

    async def take_chore(self, name: str, worker: str, every_hours: int) -> bool:
        """Whether this worker is to do a chore now."""
        self._context.require(Role.SYSTEM)
        return await retaining.take_chore(
            self._context, name, worker, self._now(), timedelta(hours=every_hours)
        )

    async def _erase(self, person: Person, elsewhere: Elsewhere | None) -> Proof:
        vault, now = self._context.vault, self._now()
        row = ErasureRow(member_id=person.member_ids[0], at=now, proof={}, signature="")
        self._session.add(row)
        await self._session.flush()
        erasure_id = row.id
        await self._settle_requests(person)
        named = await identifiers_of(self._session, vault, person)
        outside = tuple(elsewhere(named)) if elsewhere is not None else ()
        erasing.require_nothing_left(outside)
        places, suppressed = await erasing.erase_rows(self._session, vault, person, erasure_id)
        proof = proofs.signed(
            vault,
            Proof(
                id=erasure_id,
                member_ids=person.member_ids,
                at=now,
                by=f"{self._actor.role}:{self._actor.staff_id or 0}",
                places=(*places, *outside),
                suppressed=suppressed,
                signature="",
            ),
        )
        stored = await self._session.get_one(ErasureRow, erasure_id)
        stored.proof, stored.signature = dict(proofs.to_json(proof)), proof.signature
        await self._context.record("member.erase", person.subjects[0], {"erasure": erasure_id})
        return proof

    async def _own_person(self, member_id: int) -> Person | None:
        """Return the person, for themselves, managers and the system; staff looks are audited."""
        if self._actor.role in (Role.CLERK, Role.AGENT):
            return None
        kept = await self._context.visible_member(member_id)
        if kept is None:
            return None
        await self._context.saw("privacy.view", [f"member:{kept}"])
        return await find_person(self._session, kept)

    async def _kept_or_erased(self, member_id: int) -> int:
        """Return the kept member, erased or not; raises `NotFoundError`."""
        row = await self._session.get(MemberRow, member_id, populate_existing=True)
        while row is not None and row.merged_into_id is not None:
            row = await self._session.get(MemberRow, row.merged_into_id, populate_existing=True)
        if row is None:
            raise NotFoundError(f"no member {member_id}")
        return row.id

    async def _last_erasure(self, member_id: int) -> ErasureRow | None:
        return await self._session.scalar(
            select(ErasureRow)
            .where(ErasureRow.member_id == member_id)
            .order_by(ErasureRow.id.desc())
            .limit(1)
        )

    async def _is_anything_left(self, person: Person) -> bool:
        """Whether an erased person has rows again, written by somebody who was under way."""
        rows = await self._session.scalars(
            select(MemberRow.status).where(MemberRow.id.in_(person.member_ids))
        )
        if any(status is not MemberStatus.ERASED for status in rows):
            return True
        return any(person.rows[table.name] for table in reachable() if table.name != "members")

    async def _open_request(self, member_id: int, request: Request) -> CaseRow | None:
        rows = await self._session.scalars(
            select(CaseRow).where(
                CaseRow.member_id == member_id,
                CaseRow.kind == CaseKind.PRIVACY,
                CaseRow.closed_at.is_(None),
            )
        )
        return next((row for row in rows if row.detail.get(REQUEST) == request.value), None)

    def _new_request(
        self,
        member_id: int,
        request: Request,
        conversation_id: int | None,
        ticket: str | None,
        now: datetime,
    ) -> CaseRow:
        ticket = ticket or f"privacy:{member_id}:{request}:{now.isoformat()}"
        row = CaseRow(
            number=case_number(CaseKind.PRIVACY, ticket, now),
            kind=CaseKind.PRIVACY,
            state=OPEN,
            member_id=member_id,
            conversation_id=conversation_id,
            detail={REQUEST: request.value},
            ticket=ticket,
            opened_at=now,
            due_at=now + ANSWERED_WITHIN,
        )
        self._session.add(row)
        return row

    async def _settle_requests(self, person: Person) -> None:
        for request in Request:
            row = await self._open_request(person.member_ids[0], request)
            if row is not None:
                row.state, row.closed_at = DONE, self._now()
        await self._session.flush()
