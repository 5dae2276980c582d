"""Ports of consent, and of what a person may ask about their data."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol, TypeAlias

from crm_store.types.privacy import (
    Consent,
    DataRequest,
    DataSummary,
    Look,
    PersonalData,
    Place,
    Proof,
    Purpose,
    Request,
    Retained,
    RetentionRules,
    UnmaskPurpose,
    Wording,
)

Elsewhere: TypeAlias = Callable[[Collection[str]], Sequence[Place]]
"""Looks for identifiers in files and indexes, and says what it found."""


class Consents(Protocol):
    """Who agreed to what. Nothing said is no consent; the newest decision counts."""

    async def wording(self, purpose: Purpose) -> Wording:
        """Return the newest text to ask with; for everybody."""

    async def give(
        self, member_id: int, purpose: Purpose, channel: str, wording: str, *, source: str = ""
    ) -> Consent:
        """Note that the member agreed to a wording; members themselves, staff and system.

        Raises `InvalidRecordError` when there is no such wording for that purpose.
        """

    async def withdraw(
        self, member_id: int, purpose: Purpose, channel: str = "all", *, source: str = ""
    ) -> Consent:
        """Note that the member agrees no more; at once, and in every channel by default."""

    async def current(self, member_id: int) -> list[Consent]:
        """Return the decision in force for each purpose and channel that was ever decided on."""

    async def history(self, member_id: int) -> list[Consent]:
        """Return every decision, newest first."""

    async def may(self, member_id: int, purpose: Purpose, channel: str, at: datetime) -> bool:
        """Whether the member may be contacted (or data so used) then.

        ``at`` is in the retailer's zone. Contact needs an hour that suits the member: the stated
        preference ``contact_hours`` (``18:00-21:00``), else 09:00 to 21:00.
        """


class Privacy(Protocol):
    """What a person may ask about their data. Members may ask for themselves."""

    async def unmask(self, identity_id: int, purpose: UnmaskPurpose) -> str:
        """Return a whole identifier; agents, managers and system only. Audited with the purpose.

        Raises `NotFoundError` when there is no such identity.
        """

    async def looked_at(self, member_id: int, *, limit: int = 100) -> list[Look]:
        """Return who of the staff looked (role, time, purpose), newest first."""

    async def summary(self, member_id: int) -> DataSummary | None:
        """Return what is known about the member, in numbers; ``None`` when not permitted."""

    async def export(self, member_id: int) -> PersonalData:
        """Return everything about the member; they themselves, managers and system only.

        Raises `NotFoundError` when there is no such member.
        """

    async def request(
        self,
        member_id: int,
        request: Request,
        *,
        conversation_id: int | None = None,
        ticket: str | None = None,
        at: datetime | None = None,
    ) -> DataRequest:
        """Put a request on file, due in 15 days; an open one of that kind is returned as it is.

        ``ticket`` and ``at`` name the confirmation that it comes from, and the case's number
        follows from them.
        """

    async def erase(self, member_id: int, *, elsewhere: Elsewhere | None = None) -> Proof:
        """Erase a person, all or nothing; managers and system only. Returns the proof.

        ``elsewhere`` looks for the person's identifiers outside the database. Erasing again
        sweeps again, and returns the last proof when there is nothing left to do. Raises
        `NotFoundError` when there was no such member, and `NotErasedError` when something
        personal would be left.
        """

    async def proof(self, erasure_id: int) -> Proof | None:
        """Return the proof of an erasure; managers and system only."""

    async def verify(self, proof: Proof) -> bool:
        """Whether this store signed that proof and nothing in it was changed."""

    async def retain(
        self, rules: RetentionRules, *, dry_run: bool = False, limit: int = 1000
    ) -> Retained:
        """Delete what is older than the rules allow, at most ``limit`` rows a rule; system only.

        Repeat until nothing is counted. ``dry_run`` counts everything that would go.
        """

    async def take_chore(self, name: str, worker: str, every_hours: int) -> bool:
        """Whether this worker is to do a chore now: nobody has for so long; system only."""
