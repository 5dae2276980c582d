"""Ports of members and of the staff who serve them."""

from collections.abc import Collection
from typing import Protocol

from crm_store.types.actors import Role
from crm_store.types.people import (
    Identity,
    IdentityKind,
    Member,
    MemberCard,
    MemberQuery,
    NewIdentity,
    NewMember,
    Staff,
)


class Members(Protocol):
    """Members and their identities."""

    async def get(self, member_id: int) -> Member | None:
        """Return the member, following a merge to the member that was kept."""

    async def by_identity(self, kind: IdentityKind, value: str) -> Member | None:
        """Return whom an *attested* identity belongs to; staff and system only."""

    async def search(self, query: MemberQuery, *, limit: int = 10) -> list[Member]:
        """Return members that match every given field, best first; staff and system only."""

    async def card(self, member_id: int) -> MemberCard | None:
        """Return the profile card; the member themselves, staff and system only."""

    async def identities(self, member_id: int) -> list[Identity]:
        """Return identities, masked."""

    async def add(self, member: NewMember) -> Member:
        """Enrol a member; raises `ConflictError` when an attested identity is taken."""

    async def attach(self, member_id: int, identity: NewIdentity) -> Identity:
        """Add an identity; raises `ConflictError` when it is attested for somebody else."""

    async def replace_phone(self, member_id: int, phone: str, *, source: str) -> Identity:
        """Attest a member's new phone; the old ones stay, claimed: they prove nothing any more.

        System only. Raises `ConflictError` when the new one is attested for somebody else.
        """

    async def sample(self, limit: int) -> list[Member]:
        """Return members to log in as in a demonstration, system only: some wait for a parcel."""


class StaffAccounts(Protocol):
    """Staff accounts."""

    async def authenticate(self, login: str, password: str) -> Staff | None:
        """Return the active account whose password this is; wrong and unknown look alike."""

    async def get(self, staff_id: int) -> Staff | None:
        """Return an account."""

    async def add(
        self, login: str, name: str, password: str, role: Role, store_id: str | None = None
    ) -> Staff:
        """Add an account (password stored by Argon2id); raises `ConflictError` when taken."""

    async def all(self) -> list[Staff]:
        """Return all accounts; manager and system only."""

    async def telegram_link(self, staff_id: int) -> str:
        """Return a token (192 random bits) that ties a Telegram account to an account.

        It works once, for ten minutes, and voids earlier ones; only its digest is stored. For the
        account itself, managers and the system.
        """

    async def bind_telegram(self, token: str, telegram_user: str) -> Staff | None:
        """Tie a Telegram account to the account whose link this is; system only.

        ``None`` when the link is unknown, used or too old.
        """

    async def by_telegram(self, telegram_user: str) -> Staff | None:
        """Return the active account that a Telegram account acts for; system only."""

    async def arrange(
        self,
        staff_id: int,
        *,
        skills: Collection[str] | None = None,
        languages: Collection[str] | None = None,
        max_load: int | None = None,
    ) -> Staff:
        """Change what somebody is given to do; manager and system only.

        Raises `NotFoundError` when there is no such account, `InvalidRecordError` on a load below
        0 or no language.
        """
