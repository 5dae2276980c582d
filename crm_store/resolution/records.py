"""Records of people as they are compared, and what comparing them found."""

from dataclasses import dataclass

from crm_store.types.merges import Evidence


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """What one record says of a person, cleaned or not; anything but the key may be missing."""

    key: str
    name: str | None = None
    """The whole name in any order and script, where ``given`` and ``surname`` are not known."""
    given: str | None = None
    surname: str | None = None
    gender: str | None = None
    birthday: str | None = None
    """``1990-12-31`` or ``19901231``; what is no date counts as missing."""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    address: str | None = None
    city: str | None = None
    postcode: str | None = None
    national_id: str | None = None


@dataclass(frozen=True, slots=True)
class RecordMatch:
    """Two records that may be one person."""

    left: str
    right: str
    weight: float
    """Match weight: base-2 logarithm of the odds that they are one person."""
    probability: float
    evidence: tuple[Evidence, ...]
    """One entry a field; they add up to the weight, but for the prior odds."""
