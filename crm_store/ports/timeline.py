"""Port of a member's timeline."""

from typing import Protocol

from crm_store.types.timeline import TimelineFilter, TimelinePage

PAGE = 50
LONGEST_PAGE = 500


class Timelines(Protocol):
    """Everything that happened with a member, newest first, page by page."""

    async def page(
        self,
        member_id: int,
        wanted: TimelineFilter | None = None,
        *,
        after: str | None = None,
        limit: int = PAGE,
    ) -> TimelinePage:
        """Return entries after a cursor; the member themselves (without notes), staff, system.

        Empty when not permitted. What is added meanwhile shifts no page. Raises
        `InvalidRecordError` on a cursor that is none, and on a limit outside 1 to 500.
        """
