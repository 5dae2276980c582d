"""Identifiers of members: sealed on the way in, found by their blind index."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.errors import ConflictError, InvalidRecordError
from crm_store.identifiers import TAIL_LENGTH, mask, normalise, phone_tail
from crm_store.models import IdentityRow
from crm_store.types.people import Identity, IdentityKind, IdentityStatus, NewIdentity
from crm_store.vault import Vault

TAIL_DOMAIN = "phone_tail"
SHOWN_IDENTITY = (
    IdentityRow.id,
    IdentityRow.member_id,
    IdentityRow.kind,
    IdentityRow.masked,
    IdentityRow.status,
    IdentityRow.source,
)
"""The columns of an `Identity`, in its order."""


def tail_index(vault: Vault, phone: str) -> str | None:
    """Return the blind index of a phone's last four digits; None when it has fewer."""
    tail = phone_tail(phone)
    return vault.blind_index(TAIL_DOMAIN, tail) if len(tail) == TAIL_LENGTH else None


def value_index(vault: Vault, kind: IdentityKind, value: str) -> str:
    """Return the blind index of an identifier; raises `InvalidRecordError` on a malformed one."""
    return vault.blind_index(kind.value, normalise(kind, value))


def lookup_index(vault: Vault, kind: IdentityKind, value: str) -> str | None:
    """Return the blind index to search by; None when the value can belong to nobody."""
    try:
        return value_index(vault, kind, value)
    except InvalidRecordError:
        return None


def sealed(vault: Vault, member_id: int, identity: NewIdentity, now: datetime) -> IdentityRow:
    """Return the row of an identifier; raises `InvalidRecordError` on a malformed one."""
    value = normalise(identity.kind, identity.value)
    attested = identity.status is IdentityStatus.ATTESTED
    return IdentityRow(
        member_id=member_id,
        kind=identity.kind,
        value_enc=vault.encrypt(value),
        value_index=vault.blind_index(identity.kind.value, value),
        tail_index=tail_index(vault, value) if identity.kind is IdentityKind.PHONE else None,
        masked=mask(identity.kind, value),
        status=identity.status,
        source=identity.source,
        verified_at=now if attested else None,
    )


async def attach_identity(session: AsyncSession, row: IdentityRow) -> IdentityRow:
    """Store an identifier, or strengthen the one its member has already.

    Raises `ConflictError` when it is attested for somebody else. Two units of work that attest
    one identifier at once meet at the partial unique index: the second one fails there.
    """
    known = list(
        await session.scalars(
            select(IdentityRow).where(
                IdentityRow.kind == row.kind, IdentityRow.value_index == row.value_index
            )
        )
    )
    attested = row.status is IdentityStatus.ATTESTED
    if attested and any(_is_attested_for_other(other, row.member_id) for other in known):
        raise ConflictError("this identifier is attested for another member")
    # A merged member may hold one twice, claimed and attested: then the attested one counts.
    known.sort(key=lambda other: other.status is not IdentityStatus.ATTESTED)
    own = next((other for other in known if other.member_id == row.member_id), None)
    if own is None:
        session.add(row)
    elif attested and own.status is not IdentityStatus.ATTESTED:
        own.status, own.source, own.verified_at = row.status, row.source, row.verified_at
    await session.flush()
    return own or row


def to_identity(row: IdentityRow) -> Identity:
    """Return the masked view of a row."""
    return Identity(row.id, row.member_id, row.kind, row.masked, row.status, row.source)


def _is_attested_for_other(other: IdentityRow, member_id: int) -> bool:
    return other.status is IdentityStatus.ATTESTED and other.member_id != member_id
