"""Followers on social platforms.

Only the profile's own id is attested, by the platform. Nickname, name, phone and e-mail are what
somebody wrote about themselves: they are kept as claimed and join nobody to anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crm_store.repositories.imports import Batch
from crm_store.repositories.imports_events import save_interactions, save_interests
from crm_store.repositories.imports_members import save_members
from crm_store.sources.fields import Fields
from crm_store.sources.loaders.base import Loader, Outcome, Record, named
from crm_store.sources.loaders.identities import identity, said
from crm_store.sources.words import Language
from crm_store.types.conversations import JSON
from crm_store.types.imports import InteractionDraft, MemberDraft
from crm_store.types.people import IdentityKind, NewIdentity

FOLLOW = "follow"


@dataclass(frozen=True, slots=True)
class Follower:
    """A profile and the record it came in."""

    record: Record
    profile: MemberDraft


def _draft(records: Sequence[Record]) -> Follower:
    record, fields = records[-1], records[-1].fields
    identities = _identities(fields)
    account = fields.need("account", str)
    profile = MemberDraft(
        name=fields.get("name", str) or fields.get("nickname", str) or account,
        identities=identities,
        joined_on=fields.need("followed_at", datetime).date(),
        language=fields.get("language", Language) or Language.CHINESE,
        withdrawn=said(record.before, _identities, identities),
        record_id=record.id,
        said_at=fields.get("last_active_at", datetime) or fields.need("followed_at", datetime),
    )
    return Follower(record, profile)


def _identities(fields: Fields) -> tuple[NewIdentity, ...]:
    return (
        *identity(IdentityKind.SOCIAL, fields.need("account", str), attested=True),
        *identity(IdentityKind.PHONE, fields.get("phone", str)),
        *identity(IdentityKind.EMAIL, fields.get("email", str)),
    )


def _follow(follower: Follower, member_id: int) -> InteractionDraft:
    fields = follower.record.fields
    active_at = fields.get("last_active_at", datetime)
    detail: dict[str, JSON] = {
        "platform": fields.need("platform", str),
        "nickname": fields.text("nickname"),
        "city": fields.text("city"),
        "tags": list(fields.get("tags", tuple) or ()),
        "last_active_at": active_at.isoformat() if active_at else None,
    }
    at = fields.need("followed_at", datetime)
    return InteractionDraft(member_id, FOLLOW, at, detail, follower.record.id)


async def _save(batch: Batch, followers: Sequence[Follower]) -> list[Outcome]:
    ids = await save_members(batch, [one.profile for one in followers])
    placed = list(zip(followers, ids, strict=True))
    corrected = [one.record.id for one in followers if one.record.before is not None]
    await save_interactions(batch, [_follow(one, key) for one, key in placed], corrected)
    await save_interests(
        batch,
        {
            key: (
                one.record.fields.need("followed_at", datetime),
                one.record.fields.get("tags", tuple) or (),
            )
            for one, key in placed
        },
    )
    return named("member", ids)


SOCIAL_PROFILES = Loader(_draft, _save)
