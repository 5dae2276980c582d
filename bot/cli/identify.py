"""Whom a command means: a member's id, phone, loyalty card or e-mail."""

from crm_store.errors import NotFoundError
from crm_store.ports import UnitOfWork
from crm_store.types.actors import Actor, Role
from crm_store.types.people import IdentityKind

OPERATOR = Actor(Role.SYSTEM, purpose="command line")
NOBODY = "no member has the id, phone or card {who}"
LONGEST_ID = 9
"""Digits; a longer number is a phone or a card."""
KINDS = (IdentityKind.PHONE, IdentityKind.LOYALTY_CARD, IdentityKind.EMAIL)


async def member_id_of(uow: UnitOfWork, who: str) -> int:
    """Return the id that was named, or that of whom an identifier belongs to.

    Only what is attested for somebody names them. Raises `NotFoundError`.
    """
    if who.isascii() and who.isdigit() and len(who) <= LONGEST_ID:
        return int(who)
    for kind in KINDS:
        member = await uow.members.by_identity(kind, who)
        if member is not None:
            return member.id
    raise NotFoundError(NOBODY.format(who=who))
