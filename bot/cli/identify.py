"""Whom a command means: a member's id or phone."""

from crm_store.errors import NotFoundError
from crm_store.ports import UnitOfWork
from crm_store.types.actors import Actor, Role
from crm_store.types.people import IdentityKind

OPERATOR = Actor(Role.SYSTEM, purpose="command line")
LONGEST_ID = 9
"""Digits; a longer number is a phone."""


async def member_id_of(uow: UnitOfWork, who: str) -> int:
    """Return the id that was named, or that of whom a phone belongs to; else `NotFoundError`."""
    if who.isascii() and who.isdigit() and len(who) <= LONGEST_ID:
        return int(who)
    member = await uow.members.by_identity(IdentityKind.PHONE, who)
    if member is None:
        raise NotFoundError(f"no member has the id or phone {who}")
    return member.id
