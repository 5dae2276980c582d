"""Who asks. Every unit of work carries an actor, and the repositories decide what it may see."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an actor is, from least to most trusted; ``SYSTEM`` is the machinery itself."""

    GUEST = "guest"
    CUSTOMER = "customer"
    CLERK = "clerk"
    AGENT = "agent"
    MANAGER = "manager"
    SYSTEM = "system"


STAFF_ROLES = frozenset({Role.CLERK, Role.AGENT, Role.MANAGER})


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or machine on whose behalf a query runs."""

    role: Role
    member_id: int | None = None
    """The member a customer is attested to be."""
    staff_id: int | None = None
    store_id: str | None = None
    """The store a clerk works in."""
    conversation_id: int | None = None
    """The conversation in which the question was asked; goes into the audit row."""
    purpose: str = ""
    """Why: goes into the audit row, for instance ``member_lookup``."""

    @property
    def is_staff(self) -> bool:
        """Whether a look at a member must be audited."""
        return self.role in STAFF_ROLES


SYSTEM = Actor(Role.SYSTEM, purpose="system")
