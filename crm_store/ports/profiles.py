"""Port of what is known about a member, and where it comes from."""

from typing import Protocol

from crm_store.types.people import Preference
from crm_store.types.profiles import CompleteCard, Fact, NewFact, Profile


class Profiles(Protocol):
    """Facts with provenance, stated and inferred preferences."""

    async def profile(self, member_id: int) -> Profile | None:
        """Return what is known; the member themselves, staff and system."""

    async def complete(self, member_id: int) -> CompleteCard | None:
        """Return everything that a clerk sees at once; staff and system only."""

    async def state(self, member_id: int, fact: NewFact) -> Fact:
        """Note what somebody says about a field; the member themselves, staff and system.

        It stands beside what other sources say; the rule of the field decides what is believed,
        and the member's own columns follow it. Raises `InvalidRecordError` on an unknown field or
        a value that is none.
        """

    async def prefer(self, member_id: int, kind: str, value: str, source: str) -> Preference:
        """Note a stated preference; the member themselves, staff and system.

        Kinds that can only be one (skin type, size ...) replace what was stated before. Raises
        `InvalidRecordError` on an unknown kind.
        """

    async def withdraw(self, member_id: int, kind: str, value: str | None = None) -> int:
        """Forget stated preferences of a kind (of one value); return how many there were."""
