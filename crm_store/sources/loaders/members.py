"""Card holders of a loyalty programme, which vouches for card and phone."""

from collections.abc import Sequence
from datetime import date

from crm_store.repositories.imports import Batch
from crm_store.repositories.imports_members import save_members
from crm_store.sources.fields import Fields
from crm_store.sources.loaders.base import Loader, Outcome, Record, named
from crm_store.sources.loaders.identities import identity, said
from crm_store.sources.words import Gender, Language
from crm_store.types.imports import MemberDraft
from crm_store.types.people import IdentityKind, NewIdentity, Tier
from crm_store.types.places import NOWHERE, Place


def _draft(records: Sequence[Record]) -> MemberDraft:
    record, fields = records[-1], records[-1].fields
    identities = _identities(fields)
    return MemberDraft(
        name=fields.need("name", str),
        identities=identities,
        joined_on=fields.need("joined_on", date),
        language=fields.get("language", Language) or Language.CHINESE,
        gender=fields.get("gender", Gender),
        birthday=fields.get("birthday", date),
        tier=fields.need("tier", Tier),
        home_store_id=fields.get("home_store", str),
        place=fields.get("address", Place) or NOWHERE,
        consent=fields.get("consent", bool),
        withdrawn=said(record.before, _identities, identities),
        leading=True,
        record_id=record.id,
    )


def _identities(fields: Fields) -> tuple[NewIdentity, ...]:
    return (
        *identity(IdentityKind.LOYALTY_CARD, fields.get("card", str), attested=True),
        *identity(IdentityKind.PHONE, fields.get("phone", str), attested=True),
        *identity(IdentityKind.EMAIL, fields.get("email", str)),
    )


async def _save(batch: Batch, drafts: Sequence[MemberDraft]) -> list[Outcome]:
    return named("member", await save_members(batch, drafts))


MEMBERS = Loader(_draft, _save)
