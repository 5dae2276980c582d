"""Port of what analytics runs found."""

from typing import Protocol

from crm_store.types.analytics import AnalyticsRun, MemberAnalytics, SegmentCount
from crm_store.types.places import Place


class Analytics(Protocol):
    """Segments, churn risk and value of members; `crm_store.analytics.run` computes them."""

    async def of_member(self, member_id: int) -> MemberAnalytics | None:
        """Return what the last run found about a buyer; staff and system only."""

    async def last_run(self) -> AnalyticsRun | None:
        """Return the last finished run; staff and system only."""

    async def segments(self, place: Place | None = None) -> list[SegmentCount]:
        """Return every segment in numbers, best first; staff and system only.

        ``place`` narrows them to the members of a province, city or district.
        """

    async def members_in(self, segment: str, *, limit: int = 100) -> list[int]:
        """Return members of a segment, the most valuable first; manager and system only."""
