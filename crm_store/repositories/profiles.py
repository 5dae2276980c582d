"""What is known about a member: facts, stated and inferred preferences, the complete card."""

from datetime import date

from sqlalchemy import delete, select

from crm_store.errors import InvalidRecordError, NotFoundError, NotPermittedError
from crm_store.models import MemberRow, PreferenceRow, ProfileFactRow
from crm_store.profile.places import area_of, place_of
from crm_store.profile.survivors import load_table, shown
from crm_store.repositories.analytics import to_analytics
from crm_store.repositories.context import Repository
from crm_store.repositories.facts import (
    FACT,
    REGION,
    Statement,
    believe,
    fields_of,
    member_origin,
    record_facts,
)
from crm_store.repositories.loyalty import standing
from crm_store.repositories.member_cards import head_of, member_card
from crm_store.repositories.preferences import preferences_of
from crm_store.types.people import Preference
from crm_store.types.profiles import CompleteCard, Fact, NewFact, Profile

LONGEST = 500
"""Characters of a value."""
LANGUAGES = ("zh", "en")
GENDERS = ("male", "female", "other")
MEMBER_SAYS = "chat"
"""The source of whatever members state themselves: they cannot speak for staff."""


class ProfilesRepository(Repository):
    """The port's `Profiles`."""

    async def profile(self, member_id: int) -> Profile | None:
        """Return what is known; ``None`` when not permitted."""
        kept = await self._context.visible_member(member_id)
        if kept is None:
            return None
        await self._context.saw("member.profile", [f"member:{kept}"])
        language = await self._session.scalar(
            select(MemberRow.language).where(MemberRow.id == kept)
        )
        return await self._profile(
            kept, await preferences_of(self._session, kept, language or "zh")
        )

    async def complete(self, member_id: int) -> CompleteCard | None:
        """Return everything that a clerk sees at once; staff and system only."""
        kept = await self._context.visible_member(member_id) if self._context.is_trusted else None
        if kept is None:
            return None
        await self._context.saw("member.card", [f"member:{kept}"])
        rules, head = self._context.rules, await head_of(self._context, kept)
        card = await member_card(self._context, head, with_notes=True)
        return CompleteCard(
            card=card,
            profile=await self._profile(kept, card.preferences),
            loyalty=standing(rules, card.member.tier, head.spending, head.points),
            analytics=to_analytics(head.analytics, rules.currency) if head.analytics else None,
        )

    async def state(self, member_id: int, fact: NewFact) -> Fact:
        """Note what somebody says about a field; see the port."""
        kept = await self._writable(member_id)
        value = _checked(fact)
        source = fact.source if self._context.is_trusted else MEMBER_SAYS
        origin, now = member_origin(kept), self._now()
        said = {fact.field: value}
        if fact.field == "address" and (region := place_of(value).region):
            said[REGION] = region
        statements = [
            Statement(kept, field, text, source, origin, now) for field, text in said.items()
        ]
        await record_facts(self._session, self._context.vault, statements)
        await believe(self._session, [kept])
        detail = {"field": fact.field, "source": source}
        await self._context.record("member.fact", f"member:{kept}", detail)
        row = ProfileFactRow
        written = await self._session.execute(
            select(*FACT).where(row.source == source, row.origin == origin, row.field == fact.field)
        )
        return Fact(*written.one())

    async def prefer(self, member_id: int, kind: str, value: str, source: str) -> Preference:
        """Note a stated preference; see the port."""
        rule = load_table().preferences.get(kind)
        value = value.strip()
        if rule is None or not 0 < len(value) <= LONGEST:
            raise InvalidRecordError(f"{kind}: expected a known kind of preference, and a value")
        kept = await self._writable(member_id)
        await self._forget(kept, kind, None if rule.one else value)
        row = PreferenceRow(
            member_id=kept, kind=kind, value=value, stated=True, source=source, at=self._now()
        )
        self._session.add(row)
        await self._context.record("member.preference", f"member:{kept}", {"kind": kind})
        return Preference(kind, value, True, source, row.at)

    async def withdraw(self, member_id: int, kind: str, value: str | None = None) -> int:
        """Forget stated preferences; see the port."""
        kept = await self._writable(member_id)
        forgotten = await self._forget(kept, kind, value)
        if forgotten:
            await self._context.record("member.preference.withdraw", f"member:{kept}")
        return forgotten

    async def _profile(self, member_id: int, preferences: tuple[Preference, ...]) -> Profile:
        return Profile(
            fields=tuple(map(shown, await fields_of(self._session, member_id))),
            stated=tuple(one for one in preferences if one.stated),
            inferred=tuple(one for one in preferences if not one.stated),
        )

    async def _writable(self, member_id: int) -> int:
        kept = await self._context.visible_member(member_id)
        if kept is None and self._context.is_trusted:
            raise NotFoundError(f"no member {member_id}")
        if kept is None:
            raise NotPermittedError("not your own profile")
        return kept

    async def _forget(self, member_id: int, kind: str, value: str | None) -> int:
        """Delete in Python's view of the values: they may be sealed."""
        rows = await self._session.scalars(
            select(PreferenceRow).where(
                PreferenceRow.member_id == member_id,
                PreferenceRow.kind == kind,
                PreferenceRow.stated,
            )
        )
        gone = [row.id for row in rows if value in (None, row.value)]
        if gone:
            await self._session.execute(delete(PreferenceRow).where(PreferenceRow.id.in_(gone)))
        return len(gone)


def _checked(fact: NewFact) -> str:
    """Return a value fit for its field; raises `InvalidRecordError`."""
    rule, value = load_table().fields.get(fact.field), fact.value.strip()
    if rule is None:
        raise InvalidRecordError(f"{fact.field}: expected one of the fields of a profile")
    if not 0 < len(value) <= LONGEST:
        raise InvalidRecordError(f"{fact.field}: expected 1 to {LONGEST} characters")
    allowed = {"gender": GENDERS, "language": LANGUAGES}.get(rule.kind)
    if allowed and value not in allowed:
        raise InvalidRecordError(f"{fact.field}: expected one of {', '.join(allowed)}")
    if rule.kind == "date":
        return _day(fact.field, value)
    if rule.kind == "region":
        return _region(fact.field, value)
    return value


def _day(field: str, value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise InvalidRecordError(f"{field}: expected a date such as 1990-05-17") from error


def _region(field: str, value: str) -> str:
    place = area_of(value)
    if place is None:
        raise InvalidRecordError(f"{field}: expected province, city and district alone")
    return place.region
