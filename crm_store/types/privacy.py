"""What a person may ask about their data, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from crm_store.types.conversations import JSON, JSONObject
from crm_store.types.text import LocalText


class Purpose(StrEnum):
    """What a person agrees to, or not."""

    MEMBERSHIP = "membership"
    """Being a member at all: name, contacts, purchases and points are kept for it."""
    MARKETING = "marketing"
    PROFILING = "profiling"
    """Inferring tastes, segments and worth."""
    RESEARCH = "research"
    """Surveys, and conversations read to make the assistant better."""
    SERVICE = "service"
    """Being told unasked what happens to one's orders."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What people are asked before they agree."""

    purpose: Purpose
    version: str
    text: LocalText


ANY_CHANNEL = "all"
"""A decision about every channel at once."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One decision; the newest one about a purpose and channel counts."""

    member_id: int
    purpose: Purpose
    channel: str
    """``sms``, ``email``, ``phone``, ``telegram``, ``post`` ... or `ANY_CHANNEL`."""
    granted: bool
    wording_version: str
    """Which text the person saw; see `crm_store.privacy.wordings`."""
    source: str
    """Where they said so."""
    at: datetime


class UnmaskPurpose(StrEnum):
    """Why somebody needs to see a whole identifier. Codes, for the audit keeps no free words."""

    CALL_BACK = "call_back"
    DELIVERY = "delivery"
    VERIFICATION = "verification"
    COMPLAINT = "complaint"
    PRIVACY_REQUEST = "privacy_request"


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a member, as the member may know of it: by which role, not by whom."""

    at: datetime
    role: str
    action: str
    purpose: str


ANSWERED_WITHIN = timedelta(days=15)
"""The time that handling a data subject's request may take (China's PIPL practice)."""


class Request(StrEnum):
    """What a person asks to be done with their data."""

    EXPORT = "export"
    CORRECTION = "correction"
    ERASURE = "erasure"


@dataclass(frozen=True, slots=True)
class DataRequest:
    """A request on file; ``number`` is that of its case."""

    number: str
    request: Request
    due_at: datetime


@dataclass(frozen=True, slots=True)
class DataSummary:
    """What is known about a person, in numbers."""

    counts: Mapping[str, int]
    """Rows by table; tables without any are left out."""
    consents: tuple[Consent, ...]
    looks: int
    """How often staff looked, all in all."""


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Everything about one person: rows by table, decrypted, as plain JSON."""

    member_id: int
    made_at: datetime
    tables: Mapping[str, tuple[JSONObject, ...]]
    records: tuple[JSONObject, ...]
    """Raw records as the sources sent them."""
    looks: tuple[Look, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One place that was checked for a person's data."""

    name: str
    found: int
    deleted: int = 0
    anonymised: int = 0
    kept: int = 0
    """Rows left as they are: nothing in them is personal once what they hang on is anonymous."""
    left: int = 0
    """Personal values still found there afterwards; anything but 0 stops the erasure."""
    why: str = ""
    """Why something stays."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What an erasure checked and did. Holds nothing personal."""

    id: int
    member_ids: tuple[int, ...]
    """The member and those merged into it; their numbers are not given to anybody else."""
    at: datetime
    by: str
    """The role, and the account's number: ``manager:3``."""
    places: tuple[Place, ...]
    suppressed: int
    """Source records that will not be loaded again."""
    signature: str
    """HMAC over all the rest; see `Privacy.verify`."""


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """How many days things are kept after they were last used; ``None`` keeps them for good."""

    source_records: int | None = 400
    """Raw records; keys and checksums stay, so that an import still knows them."""
    conversations: int | None = 730
    guest_conversations: int | None = 90
    interactions: int | None = 730
    audit: int | None = 1095
    """At least 366: the database itself refuses to delete younger rows."""


@dataclass(frozen=True, slots=True)
class Retained:
    """What a run of the retention rules did, or would do: rows by rule."""

    counts: Mapping[str, int] = field(default_factory=dict)


def plain(value: object) -> JSON:
    """Return a stored value as plain JSON."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
