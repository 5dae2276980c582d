"""Identities out of cleaned fields."""

from collections.abc import Callable

from crm_store.errors import InvalidRecordError
from crm_store.identifiers import normalise
from crm_store.sources.fields import Fields
from crm_store.types.people import IdentityKind, IdentityStatus, NewIdentity


def identity(
    kind: IdentityKind, value: str | None, *, attested: bool = False
) -> tuple[NewIdentity, ...]:
    """Return one identity, or none when the value is missing or cannot be one of that kind.

    Loosely cleaned phones and e-mails may be anything; what comes out is normalised.
    """
    if value is None or not is_identifier(kind, value):
        return ()
    status = IdentityStatus.ATTESTED if attested else IdentityStatus.CLAIMED
    return (NewIdentity(kind, value, status),)


def is_identifier(kind: IdentityKind, value: str) -> bool:
    """Return whether a cleaned value is an identifier of that kind, in the form that is stored."""
    if kind is IdentityKind.PHONE:
        return value.startswith("+")
    try:
        return normalise(kind, value) == value
    except InvalidRecordError:
        return False


def said(
    before: Fields | None,
    identities: Callable[[Fields], tuple[NewIdentity, ...]],
    now: tuple[NewIdentity, ...],
) -> tuple[NewIdentity, ...]:
    """Return the identities that a corrected record named before and does not name any more."""
    if before is None:
        return ()
    return tuple(one for one in identities(before) if one not in now)
