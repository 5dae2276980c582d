"""Consents."""

from datetime import datetime

from sqlalchemy import select

from crm_store.errors import InvalidRecordError, NotFoundError, NotPermittedError
from crm_store.models import ConsentRow, PreferenceRow
from crm_store.privacy import hours, wordings
from crm_store.repositories.context import Repository
from crm_store.types.actors import STAFF_ROLES, Role
from crm_store.types.privacy import ANY_CHANNEL, Consent, Purpose, Wording

LONGEST_CHANNEL = 30


class ConsentsRepository(Repository):
    """The port's `Consents`."""

    async def wording(self, purpose: Purpose) -> Wording:
        """Return the newest text to ask with."""
        return wordings.newest(Purpose(purpose))

    async def give(
        self, member_id: int, purpose: Purpose, channel: str, wording: str, *, source: str = ""
    ) -> Consent:
        """Note that the member agreed to a wording."""
        wordings.require(Purpose(purpose), wording)
        return await self._decide(member_id, purpose, channel, wording, source, granted=True)

    async def withdraw(
        self, member_id: int, purpose: Purpose, channel: str = ANY_CHANNEL, *, source: str = ""
    ) -> Consent:
        """Note that the member agrees no more."""
        wording = wordings.latest(Purpose(purpose))
        return await self._decide(member_id, purpose, channel, wording, source, granted=False)

    async def current(self, member_id: int) -> list[Consent]:
        """Return the decision in force for each purpose and channel."""
        newest: dict[tuple[str, str], Consent] = {}
        for consent in await self.history(member_id):
            newest.setdefault((consent.purpose, consent.channel), consent)
        return list(newest.values())

    async def history(self, member_id: int) -> list[Consent]:
        """Return every decision, newest first."""
        kept = await self._context.visible_member(member_id)
        if kept is None:
            return []
        await self._context.saw("consent.view", [f"member:{kept}"])
        rows = await self._session.scalars(
            select(ConsentRow)
            .where(ConsentRow.member_id == kept)
            .order_by(ConsentRow.at.desc(), ConsentRow.id.desc())
        )
        return [to_consent(row) for row in rows]

    async def may(self, member_id: int, purpose: Purpose, channel: str, at: datetime) -> bool:
        """Whether the member may be contacted then."""
        kept = await self._context.visible_member(member_id)
        if kept is None:
            return False
        granted = await self._session.scalar(
            select(ConsentRow.granted)
            .where(
                ConsentRow.member_id == kept,
                ConsentRow.purpose == Purpose(purpose).value,
                ConsentRow.channel.in_((channel, ANY_CHANNEL)),
                ConsentRow.at <= at,
            )
            .order_by(ConsentRow.at.desc(), ConsentRow.id.desc())
            .limit(1)
        )
        return bool(granted) and hours.suits(hours.hours_of(await self._hours(kept)), at)

    async def _hours(self, member_id: int) -> str | None:
        return await self._session.scalar(
            select(PreferenceRow.value)
            .where(
                PreferenceRow.member_id == member_id,
                PreferenceRow.kind == hours.PREFERENCE,
                PreferenceRow.stated,
            )
            .order_by(PreferenceRow.at.desc(), PreferenceRow.id.desc())
            .limit(1)
        )

    async def _decide(
        self,
        member_id: int,
        purpose: Purpose,
        channel: str,
        wording: str,
        source: str,
        *,
        granted: bool,
    ) -> Consent:
        self._context.require(Role.CUSTOMER, *STAFF_ROLES, Role.SYSTEM)
        if not 0 < len(channel) <= LONGEST_CHANNEL:
            raise InvalidRecordError(
                f"consent: expected a channel of 1 to {LONGEST_CHANNEL} letters"
            )
        kept = await self._context.visible_member(member_id)
        if kept is None and self._context.is_trusted:
            raise NotFoundError(f"no member {member_id}")
        if kept is None:
            raise NotPermittedError("not your own membership")
        row = ConsentRow(
            member_id=kept,
            purpose=Purpose(purpose).value,
            channel=channel,
            granted=granted,
            wording_version=wording,
            source=source or self._actor.role.value,
            at=self._now(),
        )
        self._session.add(row)
        await self._session.flush()
        action = "consent.give" if granted else "consent.withdraw"
        detail = {"purpose": row.purpose, "channel": channel, "wording": wording}
        await self._context.record(action, f"member:{kept}", dict(detail))
        return to_consent(row)


def to_consent(row: ConsentRow) -> Consent:
    """Return a row as its domain type."""
    return Consent(
        row.member_id,
        Purpose(row.purpose),
        row.channel,
        row.granted,
        row.wording_version,
        row.source,
        row.at,
    )
