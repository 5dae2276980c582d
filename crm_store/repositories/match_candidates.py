"""Proposals to merge: kept until somebody decides, and the decision kept for good."""

from collections.abc import Collection, Sequence
from typing import cast

from sqlalchemy import case, select
from sqlalchemy.orm import aliased

from crm_store.errors import ConflictError, NotFoundError
from crm_store.models import MatchCandidateRow, MemberRow
from crm_store.repositories.context import Repository
from crm_store.repositories.merge_ledger import read_evidence
from crm_store.repositories.resolution_people import stored_people
from crm_store.resolution.judging import StoredPerson
from crm_store.types.actors import Role
from crm_store.types.conversations import JSON
from crm_store.types.merges import MatchCandidate, MatchState, MemberMatch, plain_evidence
from crm_store.types.people import MemberStatus

MERGERS = (Role.AGENT, Role.MANAGER, Role.SYSTEM)
UNDECIDED = (MatchState.OPEN, MatchState.LATER)


class MatchCandidates(Repository):
    """The half of the port's `Merges` that only proposes."""

    async def propose(self, matches: Sequence[MemberMatch]) -> int:
        """Keep matches for review; return how many are new. System only."""
        self._context.require(Role.SYSTEM)
        known = {(row.left_id, row.right_id): row for row in await self._all()}
        new = 0
        for match in matches:
            row = known.get(_pair(match.left_id, match.right_id))
            if row is None:
                row = self._new_row(*_pair(match.left_id, match.right_id))
                new += 1
            elif row.state not in UNDECIDED:
                continue
            row.weight, row.probability = match.weight, match.probability
            row.explained = cast("JSON", plain_evidence(match.evidence))
        await self._session.flush()
        return new

    async def candidates(
        self, states: Collection[MatchState] = UNDECIDED, *, limit: int = 50
    ) -> list[MatchCandidate]:
        """Return proposals between members who are still two: open ones, then the strongest."""
        if self._actor.role not in MERGERS:
            return []
        left, right, row = aliased(MemberRow), aliased(MemberRow), MatchCandidateRow
        rows = await self._session.scalars(
            select(row)
            .join(left, left.id == row.left_id)
            .join(right, right.id == row.right_id)
            .where(
                row.state.in_(states),
                left.status == MemberStatus.ACTIVE,
                right.status == MemberStatus.ACTIVE,
            )
            .order_by(case((row.state == MatchState.OPEN, 0), else_=1), row.weight.desc(), row.id)
            .limit(limit)
        )
        return [_to_candidate(one) for one in rows]

    async def candidate(self, candidate_id: int) -> MatchCandidate | None:
        """Return one proposal."""
        if self._actor.role not in MERGERS:
            return None
        row = await self._session.get(MatchCandidateRow, candidate_id)
        return None if row is None else _to_candidate(row)

    async def decline(self, candidate_id: int, state: MatchState) -> MatchCandidate:
        """Decide that the two are distinct, or put the decision off."""
        self._context.require(*MERGERS)
        if state not in (MatchState.DISTINCT, MatchState.LATER):
            raise ConflictError(f"a proposal is not declined by calling it {state}")
        row = await self._undecided(candidate_id)
        self._decide(row, state)
        await self._record_decision(row)
        await self._session.flush()
        return _to_candidate(row)

    async def people(self) -> list[StoredPerson]:
        """Return all active members as a run compares them, decrypted."""
        self._context.require(Role.SYSTEM)
        people = await stored_people(self._context)
        await self._context.record("members.compare", "members", {"members": len(people)})
        return people

    async def distinct(self) -> frozenset[tuple[int, int]]:
        """Return the pairs (lower id first) that somebody found to be two people."""
        self._context.require(Role.SYSTEM)
        row = MatchCandidateRow
        found = await self._session.execute(
            select(row.left_id, row.right_id).where(row.state == MatchState.DISTINCT)
        )
        return frozenset((left, right) for left, right in found)

    async def _undecided(self, candidate_id: int) -> MatchCandidateRow:
        row = await self._session.get(
            MatchCandidateRow, candidate_id, with_for_update=True, populate_existing=True
        )
        if row is None:
            raise NotFoundError(f"no proposal {candidate_id}")
        if row.state not in UNDECIDED:
            raise ConflictError(f"proposal {candidate_id} was decided already: {row.state}")
        return row

    async def _decide_pair(self, one: int, other: int, state: MatchState) -> None:
        """Note what was decided about two members, whether it had been proposed or not."""
        left, right = _pair(one, other)
        row = await self._session.scalar(
            select(MatchCandidateRow).where(
                MatchCandidateRow.left_id == left, MatchCandidateRow.right_id == right
            )
        )
        self._decide(row or self._new_row(left, right), state)
        await self._session.flush()

    def _new_row(self, left: int, right: int) -> MatchCandidateRow:
        row = MatchCandidateRow(
            left_id=left,
            right_id=right,
            weight=0.0,
            probability=0.0,
            explained=[],
            state=MatchState.OPEN,
            found_at=self._now(),
        )
        self._session.add(row)
        return row

    def _decide(self, row: MatchCandidateRow, state: MatchState) -> None:
        row.state, row.decided_at, row.decided_by = state, self._now(), self._who()

    def _who(self) -> str:
        return f"staff:{self._actor.staff_id}" if self._actor.is_staff else self._actor.role.value

    async def _record_decision(self, row: MatchCandidateRow) -> None:
        about: dict[str, JSON] = {"proposal": row.id, "left": row.left_id, "right": row.right_id}
        for member_id in (row.left_id, row.right_id):
            await self._context.record(f"match.{row.state}", f"member:{member_id}", about)

    async def _all(self) -> Sequence[MatchCandidateRow]:
        return (await self._session.scalars(select(MatchCandidateRow))).all()


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _to_candidate(row: MatchCandidateRow) -> MatchCandidate:
    evidence = read_evidence(row.explained)
    match = MemberMatch(row.left_id, row.right_id, row.weight, row.probability, evidence)
    return MatchCandidate(row.id, match, row.state, row.found_at)
