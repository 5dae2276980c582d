"""Members found or made out of profiles, many at once; the rule stands in `imports_people`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from crm_store.identifiers import mask
from crm_store.models import ConsentRow, IdentityRow, MemberRow
from crm_store.repositories.facts import record_profiles
from crm_store.repositories.identities import tail_index
from crm_store.repositories.imports import Batch, Values
from crm_store.repositories.imports_people import kept_members
from crm_store.types.imports import MemberDraft
from crm_store.types.people import (
    IdentityKind,
    IdentityStatus,
    MemberStatus,
    NewIdentity,
    Tier,
)

IdentityKey = tuple[IdentityKind, str]
"""Kind and blind index."""
MARKETING = "marketing"


@dataclass(frozen=True, slots=True)
class Held:
    """An identity of a person; without an id while it is not stored."""

    attested: bool
    source: str
    id: int | None = None


@dataclass(eq=False, slots=True)
class Person:
    """A member while a batch runs; without an id while not stored."""

    id: int | None = None
    profile: MemberDraft | None = None
    """What to store about them."""
    held: dict[IdentityKey, Held] = field(default_factory=dict)


async def save_members(batch: Batch, drafts: Sequence[MemberDraft]) -> list[int]:
    """Find or make the member of each profile; return their ids in order."""
    work = _Profiles(batch)
    await work.look_up(drafts)
    people = [work.place(draft) for draft in drafts]
    await work.write()
    ids = [person.id for person in people if person.id is not None]
    await _write_consents(batch, ids, drafts)
    await record_profiles(batch, ids, drafts)
    return ids


class _Profiles:
    """Places the profiles of one batch among the members, then writes all at once."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._attested: dict[IdentityKey, Person] = {}
        self._people: dict[int, Person] = {}
        self._touched: dict[Person, None] = {}
        self._new: dict[tuple[Person, IdentityKey], NewIdentity] = {}
        self._confirmed: list[int] = []
        self._withdrawn: list[int] = []

    async def look_up(self, drafts: Sequence[MemberDraft]) -> None:
        """Load the members for whom something that the profiles name is attested."""
        wanted: dict[IdentityKind, set[str]] = {}
        for draft in drafts:
            for one in draft.identities:
                kind, index = self._key(one)
                wanted.setdefault(kind, set()).add(index)
        found: set[int] = set()
        for kind, indexes in wanted.items():
            query = select(IdentityRow.member_id).where(
                IdentityRow.kind == kind,
                IdentityRow.value_index.in_(indexes),
                IdentityRow.status == IdentityStatus.ATTESTED,
            )
            found.update(await self._batch.session.scalars(query))
        await self._load(found)

    async def _load(self, members: Collection[int]) -> None:
        row = IdentityRow
        kept = await kept_members(self._batch, members)
        stored = await self._batch.session.execute(
            select(row.id, row.member_id, row.kind, row.value_index, row.status, row.source).where(
                row.member_id.in_({*members, *kept.values()})
            )
        )
        for row_id, member_id, kind, index, status, source in stored:
            end = kept.get(member_id, member_id)
            person = self._people.setdefault(end, Person(end))
            attested = status is IdentityStatus.ATTESTED
            person.held[kind, index] = Held(attested, source, row_id)
            if attested:
                self._attested[kind, index] = person

    def place(self, draft: MemberDraft) -> Person:
        """Return whose profile this is, and note what has to be written."""
        keyed = [(self._key(one), one) for one in draft.identities]
        owners = [
            self._attested[key]
            for key, one in keyed
            if one.status is IdentityStatus.ATTESTED and key in self._attested
        ]
        person = owners[0] if owners else Person()
        if draft.leading or (person.id is None and person.profile is None):
            person.profile = draft
        self._touched[person] = None
        for one in draft.withdrawn:
            self._withdraw(person, self._key(one))
        for key, one in keyed:
            self._hold(person, key, one)
        return person

    def _withdraw(self, person: Person, key: IdentityKey) -> None:
        held = person.held.get(key)
        if held is None or held.id is None or held.source != self._batch.source:
            return
        self._withdrawn.append(held.id)
        del person.held[key]
        if self._attested.get(key) is person:
            del self._attested[key]

    def _hold(self, person: Person, key: IdentityKey, one: NewIdentity) -> None:
        attested = one.status is IdentityStatus.ATTESTED and key not in self._attested
        held = person.held.get(key)
        if held is None or (attested and held.id is None):
            status = IdentityStatus.ATTESTED if attested else IdentityStatus.CLAIMED
            self._new[person, key] = NewIdentity(one.kind, one.value, status)
            person.held[key] = Held(attested, self._batch.source)
        elif attested and held.id is not None:
            self._confirmed.append(held.id)
            person.held[key] = Held(True, self._batch.source, held.id)
        if attested:
            self._attested[key] = person

    async def write(self) -> None:
        """Write members, then their identities."""
        fresh = [(one, one.profile) for one in self._touched if one.id is None and one.profile]
        believed = [
            {"id": one.id, **_member_values(one.profile)}
            for one in self._touched
            if one.id is not None and one.profile is not None
        ]
        rows = [{**_member_values(profile), "status": MemberStatus.ACTIVE} for _, profile in fresh]
        ids = await self._batch.insert_ids(MemberRow, rows)
        for (person, _), member_id in zip(fresh, ids, strict=True):
            person.id = member_id
        await self._batch.update(MemberRow, believed)
        await self._write_identities()

    async def _write_identities(self) -> None:
        await self._batch.delete(IdentityRow, "id", self._withdrawn)
        confirmed = {
            "status": IdentityStatus.ATTESTED,
            "source": self._batch.source,
            "verified_at": self._batch.now,
        }
        await self._batch.update(
            IdentityRow, [{"id": row_id, **confirmed} for row_id in self._confirmed]
        )
        rows = [self._row(person, key, one) for (person, key), one in self._new.items()]
        await self._batch.insert(IdentityRow, rows)

    def _row(self, person: Person, key: IdentityKey, one: NewIdentity) -> Values:
        vault, attested = self._batch.vault, one.status is IdentityStatus.ATTESTED
        return {
            "member_id": person.id,
            "kind": one.kind,
            "value_enc": vault.encrypt(one.value),
            "value_index": key[1],
            "tail_index": tail_index(vault, one.value) if one.kind is IdentityKind.PHONE else None,
            "masked": mask(one.kind, one.value),
            "status": one.status,
            "source": self._batch.source,
            "verified_at": self._batch.now if attested else None,
        }

    def _key(self, one: NewIdentity) -> IdentityKey:
        return one.kind, self._batch.vault.blind_index(one.kind.value, one.value)


async def _write_consents(batch: Batch, ids: Sequence[int], drafts: Sequence[MemberDraft]) -> None:
    """Note the decisions that differ from the last one known."""
    said = {
        member_id: draft.consent
        for member_id, draft in zip(ids, drafts, strict=True)
        if draft.consent is not None
    }
    if not said:
        return
    row = ConsentRow
    found = await batch.session.execute(
        select(row.member_id, row.granted)
        .where(row.member_id.in_(said), row.purpose == MARKETING)
        .order_by(row.at, row.id)
    )
    last = {member_id: granted for member_id, granted in found}  # noqa: C416 - rows are no tuples
    decision = {"purpose": MARKETING, "channel": "all", "wording_version": "import"}
    rows = [
        {"member_id": key, "granted": granted, "source": batch.source, "at": batch.now, **decision}
        for key, granted in said.items()
        if last.get(key) != granted
    ]
    await batch.insert(ConsentRow, rows)


def _member_values(profile: MemberDraft) -> Values:
    return {
        "name": profile.name,
        "gender": profile.gender,
        "birthday": profile.birthday,
        "language": profile.language,
        "tier": profile.tier or Tier.REGULAR,
        "home_store_id": profile.home_store_id,
        "joined_on": profile.joined_on,
    }
