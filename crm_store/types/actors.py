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


class Surface(StrEnum):
    """Where staff look at members. Each stands for a purpose, and no look is without one."""

    DESK = "desk"
    TELEGRAM_DESK = "telegram_desk"
    CLERK_CHAT = "clerk_chat"
    MATCH_REVIEW = "match_review"
    MEMBER_API = "member_api"
    HANDOFF_API = "handoff_api"


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
    """Why, where that is known more exactly than by the surface: ``member_lookup``."""
    surface: Surface | None = None
    """Where staff look from: the store refuses staff who do not say."""

    @property
    def is_staff(self) -> bool:
        """Whether a look at a member must be audited."""
        return self.role in STAFF_ROLES

    @property
    def why(self) -> str:
        """The purpose that goes into audit rows."""
        return self.purpose or (self.surface.value if self.surface else "")


SYSTEM = Actor(Role.SYSTEM, purpose="system")
