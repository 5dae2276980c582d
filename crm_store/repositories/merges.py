"""Merges and the way back: a ledger whose entries say what to put back."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import or_, select

from crm_store.errors import ConflictError, NotFoundError
from crm_store.models import MemberRow, MergeRow
from crm_store.repositories.arrivals import arrived_for
from crm_store.repositories.belongings import belongings
from crm_store.repositories.facts import believe
from crm_store.repositories.match_candidates import MERGERS, MatchCandidates
from crm_store.repositories.members import subject_of
from crm_store.repositories.merge_ledger import (
    Moved,
    complete,
    part_fields,
    read_evidence,
    to_merge,
)
from crm_store.types.conversations import JSON
from crm_store.types.merges import Evidence, MatchState, Merge, MergeReason, plain_evidence
from crm_store.types.people import MemberStatus


class MergesRepository(MatchCandidates):
    """The port's `Merges`."""

    async def merge(
        self,
        kept_id: int,
        merged_id: int,
        *,
        reason: MergeReason = MergeReason.MANUAL,
        evidence: Sequence[Evidence] = (),
    ) -> Merge:
        """Make two members one: all that belongs to ``merged_id`` passes to ``kept_id``."""
        self._context.require(*MERGERS)
        if kept_id == merged_id:
            raise ConflictError(f"member {kept_id} cannot be merged with itself")
        kept, merged = await self._locked_pair(kept_id, merged_id)
        for row in (kept, merged):
            if row.status is not MemberStatus.ACTIVE:
                raise ConflictError(f"member {row.id} {_why_not(row)}")
        entry = MergeRow(
            kept_id=kept.id,
            merged_id=merged.id,
            moved=await self._pass_on(kept, merged),
            reason=reason.value,
            explained=cast("JSON", plain_evidence(evidence)),
            made_by=self._who(),
            made_at=self._now(),
        )
        self._session.add(entry)
        merged.status, merged.merged_into_id = MemberStatus.MERGED, kept.id
        await self._settle("member.merge", entry, MatchState.MERGED)
        await believe(self._session, {kept.id})
        return to_merge(entry)

    async def accept(self, candidate_id: int, keep_id: int) -> Merge:
        """Merge the two of a proposal into one of them."""
        self._context.require(*MERGERS)
        proposal = await self._undecided(candidate_id)
        pair = (proposal.left_id, proposal.right_id)
        if keep_id not in pair:
            raise ConflictError(f"member {keep_id} is not part of proposal {candidate_id}")
        other = pair[0] if keep_id == pair[1] else pair[1]
        evidence = read_evidence(proposal.explained)
        return await self.merge(keep_id, other, reason=MergeReason.REVIEWED, evidence=evidence)

    async def unmerge(self, merge_id: int) -> Merge:
        """Undo a merge: each member has again what was its own."""
        self._context.require(*MERGERS)
        entry = await self._session.get(MergeRow, merge_id)
        if entry is None:
            raise NotFoundError(f"no merge {merge_id}")
        kept, merged = await self._locked_pair(entry.kept_id, entry.merged_id)
        await self._session.refresh(entry)  # what stood before the lock may be undone meanwhile
        await self._check_undoable(entry, kept, merged)
        await self._give_back(entry, kept, merged)
        merged.status, merged.merged_into_id = MemberStatus.ACTIVE, None
        entry.undone_at = self._now()
        await self._settle("member.unmerge", entry, MatchState.DISTINCT)
        await believe(self._session, {kept.id, merged.id})
        return to_merge(entry)

    async def get(self, merge_id: int) -> Merge | None:
        """Return one entry of the ledger."""
        if self._actor.role not in MERGERS:
            return None
        row = await self._session.get(MergeRow, merge_id)
        return None if row is None else to_merge(row)

    async def about(self, member_id: int) -> list[Merge]:
        """Return the merges that a member was part of, newest first."""
        if self._actor.role not in MERGERS:
            return []
        rows = await self._session.scalars(
            select(MergeRow)
            .where(or_(MergeRow.kept_id == member_id, MergeRow.merged_id == member_id))
            .order_by(MergeRow.id.desc())
        )
        return [to_merge(row) for row in rows]

    async def _locked_pair(self, kept_id: int, merged_id: int) -> tuple[MemberRow, MemberRow]:
        """Lock both, so that nobody else merges or erases them meanwhile."""
        rows = await self._session.scalars(
            select(MemberRow)
            .where(MemberRow.id.in_((kept_id, merged_id)))
            .order_by(MemberRow.id)  # one order for all: two merges must not wait for each other
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        found = {row.id: row for row in rows}
        for member_id in (kept_id, merged_id):
            if member_id not in found:
                raise NotFoundError(f"no member {member_id}")
        return found[kept_id], found[merged_id]

    async def _pass_on(self, kept: MemberRow, merged: MemberRow) -> JSON:
        rows = {}
        for one in belongings():
            if keys := await one.move(self._session, merged.id, kept.id):
                rows[one.name] = keys
        return Moved(rows, complete(kept, merged)).to_json()

    async def _give_back(self, entry: MergeRow, kept: MemberRow, merged: MemberRow) -> None:
        rows = Moved.of(entry).rows
        late = await arrived_for(self._context, entry, rows)
        for one in belongings():
            keys = [*rows.get(one.name, ()), *late.get(one.name, ())]
            await one.hand_over(self._session, kept.id, merged.id, keys)
        part_fields(kept, entry, merged, await self._later(entry))

    async def _later(self, entry: MergeRow) -> list[tuple[MergeRow, MemberRow]]:
        """Return the later merges into the same member that stand, oldest first."""
        found = await self._session.execute(
            select(MergeRow, MemberRow)
            .join(MemberRow, MemberRow.id == MergeRow.merged_id)
            .where(
                MergeRow.kept_id == entry.kept_id,
                MergeRow.id > entry.id,
                MergeRow.undone_at.is_(None),
            )
            .order_by(MergeRow.id)
        )
        return [(above, other) for above, other in found]

    async def _check_undoable(self, entry: MergeRow, kept: MemberRow, merged: MemberRow) -> None:
        if entry.undone_at is not None:
            raise ConflictError(f"merge {entry.id} has been undone already")
        for row in (kept, merged):
            if row.status is MemberStatus.ERASED:
                raise ConflictError(f"member {row.id} has been erased: nothing can be put back")
        if kept.status is MemberStatus.MERGED:
            later = await self._session.scalar(
                select(MergeRow.id).where(
                    MergeRow.merged_id == kept.id, MergeRow.undone_at.is_(None)
                )
            )
            raise ConflictError(f"member {kept.id} was itself merged later: undo {later} first")

    async def _settle(self, action: str, entry: MergeRow, decided: MatchState) -> None:
        """Write it with its audit, note the decision, forget who was known to be merged."""
        await self._session.flush()
        self._context.forget_merges()
        await self._decide_pair(entry.kept_id, entry.merged_id, decided)
        about: dict[str, JSON] = {
            "merge": entry.id,
            "kept": entry.kept_id,
            "merged": entry.merged_id,
            "reason": entry.reason,
        }
        for member_id in (entry.kept_id, entry.merged_id):
            await self._context.record(action, subject_of(member_id), about)


def _why_not(row: MemberRow) -> str:
    if row.status is MemberStatus.MERGED:
        return f"is merged into member {row.merged_into_id} already"
    return "has been erased"
