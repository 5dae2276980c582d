"""What the store knows of a member, in the short form in which dialogues state it."""

from collections.abc import Mapping
from typing import Any

from crm_store.ports import UnitOfWork


async def known_of(uow: UnitOfWork, member_id: int | None) -> Mapping[str, Any]:
    """Return fields, stated preferences, identifiers and consents; empty for nobody."""
    profile = await uow.profiles.profile(member_id) if member_id is not None else None
    if member_id is None or profile is None:
        return {}
    identities = await uow.members.identities(member_id)
    consents = await uow.consents.current(member_id)
    return {
        "fields": {one.field: one.fact.value for one in profile.fields},
        "stated": {one.kind: one.value for one in profile.stated},
        "identities": [f"{one.masked} {one.status.value}" for one in identities],
        "consents": {
            f"{one.purpose.value}/{one.channel}": one.wording_version if one.granted else False
            for one in consents
        },
    }
