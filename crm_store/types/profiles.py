"""What is known about a member, where it comes from, and which value is believed."""

from dataclasses import dataclass
from datetime import datetime

from crm_store.types.analytics import MemberAnalytics
from crm_store.types.loyalty import TierStatus
from crm_store.types.people import MemberCard, Preference
from crm_store.types.text import LocalText


@dataclass(frozen=True, slots=True)
class NewFact:
    """What a source says about one field."""

    field: str
    """One of the fields in ``crm_store/profile/survivors.yml``: ``name``, ``birthday`` ..."""
    value: str
    source: str
    """Who says so: ``clerk``, ``chat``, or the name of an imported source."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement with its provenance."""

    id: int
    field: str
    value: str
    source: str
    at: datetime
    attested: bool
    """Whether the source vouches for it, rather than only repeating what it was told."""
    confidence: float
    """0 to 1, as the table of sources says."""
    source_record_id: int | None = None


@dataclass(frozen=True, slots=True)
class ProfileField:
    """The value that is believed, why, and everything that was said."""

    field: str
    name: LocalText
    fact: Fact
    why: LocalText
    others: tuple[Fact, ...] = ()
    """What lost, best first."""

    @property
    def contradicted(self) -> bool:
        """Whether another source says something else."""
        return any(other.value != self.fact.value for other in self.others)


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known about a member: stated things are kept apart from inferred ones."""

    fields: tuple[ProfileField, ...]
    stated: tuple[Preference, ...]
    """Allergy, skin type, size, hobbies, family, contact hours: in the member's words."""
    inferred: tuple[Preference, ...]
    """Favourite categories, price band, channel, store, purchase cycle: from what they did."""


@dataclass(frozen=True, slots=True)
class CompleteCard:
    """Everything that a clerk sees at once; identifiers are masked."""

    card: MemberCard
    profile: Profile
    loyalty: TierStatus
    analytics: MemberAnalytics | None
    """``None`` for who never bought, or before the first run."""
