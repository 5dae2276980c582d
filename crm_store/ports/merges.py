"""Port of merges: two members that are one person, and the way back."""

from collections.abc import Collection, Sequence
from typing import Protocol

from crm_store.resolution.judging import StoredPerson
from crm_store.types.merges import (
    Evidence,
    MatchCandidate,
    MatchState,
    MemberMatch,
    Merge,
    MergeReason,
)


class Merges(Protocol):
    """Merges and proposals to merge; agent, manager and system only.

    Nothing here writes a message to anybody, and nothing is deleted.
    """

    async def merge(
        self,
        kept_id: int,
        merged_id: int,
        *,
        reason: MergeReason = MergeReason.MANUAL,
        evidence: Sequence[Evidence] = (),
    ) -> Merge:
        """Make two members one: all that belongs to ``merged_id`` passes to ``kept_id``.

        Raises `NotFoundError` for a member that does not exist, `ConflictError` when both are
        the same or one of them is merged or erased already. Nothing is changed then.
        """

    async def unmerge(self, merge_id: int) -> Merge:
        """Undo a merge: each member has again what was its own.

        What arrived since stays with the kept member, unless it came by an identifier of the
        other one. Raises `NotFoundError`; `ConflictError` when it is undone already, when a later
        merge stands on it (undo that one first), or when a member has been erased since.
        """

    async def get(self, merge_id: int) -> Merge | None:
        """Return one entry of the ledger."""

    async def about(self, member_id: int) -> list[Merge]:
        """Return the merges that a member was part of, newest first."""

    async def propose(self, matches: Sequence[MemberMatch]) -> int:
        """Keep matches for review; return how many are new. System only.

        A pair that was proposed before gets its new weight; one that was decided stays decided.
        """

    async def candidates(
        self,
        states: Collection[MatchState] = (MatchState.OPEN, MatchState.LATER),
        *,
        limit: int = 50,
    ) -> list[MatchCandidate]:
        """Return proposals between members who are still two: open ones, then the strongest."""

    async def candidate(self, candidate_id: int) -> MatchCandidate | None:
        """Return one proposal."""

    async def accept(self, candidate_id: int, keep_id: int) -> Merge:
        """Merge the two of a proposal into one of them; raises what `merge` does."""

    async def decline(self, candidate_id: int, state: MatchState) -> MatchCandidate:
        """Decide that the two are distinct, or put the decision off.

        Raises `ConflictError` when somebody else has decided meanwhile.
        """

    async def people(self) -> list[StoredPerson]:
        """Return all active members as a run compares them, decrypted; system only, audited."""

    async def distinct(self) -> frozenset[tuple[int, int]]:
        """Return the pairs (lower id first) that somebody found to be two people; system only."""
