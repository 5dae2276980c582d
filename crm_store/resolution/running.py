"""One run over a store: compare all members, merge what is certain, propose what is likely."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from crm_store.errors import ConflictError
from crm_store.ports import CrmStore
from crm_store.resolution.judging import Thresholds, Verdict, judge
from crm_store.resolution.matching import find_matches
from crm_store.types.actors import Actor, Role
from crm_store.types.merges import MemberMatch, Merge, MergeReason

RUN = Actor(Role.SYSTEM, purpose="identity resolution")
BATCH = 20
"""Merges in one transaction: others may write in between."""

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told the step, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class ResolutionReport:
    """What a run found and did."""

    members: int
    verdict: Verdict
    merges: Sequence[Merge]
    """Empty after a dry run."""
    proposed: int
    """Proposals that are new."""


async def resolve_members(
    store: CrmStore,
    thresholds: Thresholds | None = None,
    *,
    dry: bool = False,
    progress: Progress = lambda step, done, total: None,  # noqa: ARG005 - tells nobody
) -> ResolutionReport:
    """Find members who are one person; merge the certain ones and keep the likely for review.

    A ``dry`` run changes nothing. Raises `ResolutionError` without the ``resolution`` extra.
    """
    progress("Reading members", 0, 1)
    async with store.reading(RUN) as work:
        people = await work.merges.people()
        distinct = await work.merges.distinct()
    progress("Comparing members", 0, 1)
    # In a thread of its own, so that a server goes on answering.
    records = [one.record for one in people]
    matches = await asyncio.to_thread(find_matches, records, linked=True)
    verdict = judge(matches, {one.record.key: one for one in people}, distinct, thresholds)
    progress("Comparing members", 1, 1)
    if dry:
        return ResolutionReport(len(people), verdict, (), 0)
    merges = await _merge(store, verdict.merges, progress)
    async with store.writing(RUN) as work:
        proposed = await work.merges.propose(verdict.reviews)
        done = {"members": len(people), "merged": len(merges), "proposed": proposed}
        await work.audit.record("members.resolve", "members", done)
    return ResolutionReport(len(people), verdict, merges, proposed)


async def _merge(store: CrmStore, wanted: Sequence[MemberMatch], progress: Progress) -> list[Merge]:
    merges: list[Merge] = []
    for start in range(0, len(wanted), BATCH):
        async with store.writing(RUN) as work:
            for match in wanted[start : start + BATCH]:
                try:
                    merges.append(
                        await work.merges.merge(
                            match.left_id,
                            match.right_id,
                            reason=MergeReason.AUTOMATIC,
                            evidence=match.evidence,
                        )
                    )
                except ConflictError:  # somebody merged or erased one of them meanwhile
                    continue
        progress("Merging", min(start + BATCH, len(wanted)), len(wanted))
    return merges
