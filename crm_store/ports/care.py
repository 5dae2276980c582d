"""Port of what clerks write down about members, and of the lists they work through."""

from datetime import datetime
from typing import Protocol

from crm_store.types.care import Days, FollowUp, MembersFound, MembersWanted, RunningOut
from crm_store.types.people import Note


class Care(Protocol):
    """Notes, follow-ups and members of a store; for staff and the system only."""

    async def note(self, member_id: int, text: str, *, staff_id: int) -> Note:
        """Write a note; raises `NotFoundError` without member, `InvalidRecordError` if empty."""

    async def follow_up(
        self, member_id: int, text: str, due_at: datetime, *, staff_id: int
    ) -> FollowUp:
        """Promise to contact a member; raises like `note`."""

    async def due(self, staff_id: int, until: datetime, *, limit: int = 50) -> list[FollowUp]:
        """Return the open promises of somebody up to a time, the oldest first."""

    async def settle(self, follow_up_id: int, *, staff_id: int) -> FollowUp | None:
        """Mark a promise of one's own as kept; ``None`` when it is not open, or somebody else's."""

    async def find(self, wanted: MembersWanted, *, limit: int = 10) -> MembersFound:
        """Return the members that fit: by what they spent, or those who bought last first."""

    async def running_out(
        self, store_id: str | None, days: Days, *, limit: int = 10
    ) -> list[RunningOut]:
        """Return what members of a store bought last that will be used up on one of these days."""
