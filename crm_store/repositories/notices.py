"""Notices: finding news for members who agreed to be told, and noting what they were told."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from crm_store.models import ConversationRow, NoticeRow
from crm_store.privacy import retaining
from crm_store.repositories import news
from crm_store.repositories.context import Repository
from crm_store.repositories.timeline import to_conversation
from crm_store.types.actors import Role
from crm_store.types.conversations import Conversation, Owner, Verification
from crm_store.types.notices import News, NewsWindow, NoticeKind

CHANNELS = ("telegram", "web")
"""Pushed, or fetched when the member comes back; a console is nobody's letter box."""
CHORE = "notices"


class NoticesRepository(Repository):
    """The port's `Notices`."""

    async def news(self, window: NewsWindow, kinds: Collection[NoticeKind]) -> Sequence[News]:
        """Return news for members who once agreed, and were not told."""
        self._context.require(Role.SYSTEM)
        found = [
            *await news.of_parcels(self._session, window),
            *await news.of_refunds(self._session, window),
            *await news.of_cases(self._session, window),
        ]
        wanted = [one for one in found if one.kind in kinds]
        told = await self._told([one.event for one in wanted])
        return [one for one in wanted if one.event not in told]

    async def places(self, member_id: int, quiet_since: datetime) -> Sequence[Conversation]:
        """Return where a member can be told, the conversation last used first."""
        self._context.require(Role.SYSTEM)
        kept = await self._context.kept_member(member_id)
        rows = await self._session.scalars(
            select(ConversationRow)
            .where(
                ConversationRow.member_id == kept,
                ConversationRow.verification == Verification.ATTESTED,
                ConversationRow.channel.in_(CHANNELS),
                ConversationRow.owner == Owner.BOT,
                ConversationRow.pending_since.is_(None),
                ConversationRow.updated_at <= quiet_since,
            )
            .order_by(ConversationRow.updated_at.desc(), ConversationRow.id.desc())
        )
        return [to_conversation(row) for row in rows]

    async def note(self, news: News, conversation_id: int) -> bool:
        """Note that a member is told; ``False`` when they were already."""
        self._context.require(Role.SYSTEM)
        insert = self._context.insert(NoticeRow).values(
            event=news.event,
            kind=news.kind,
            member_id=news.member_id,
            conversation_id=conversation_id,
            sent_at=self._now(),
        )
        fresh = insert.on_conflict_do_nothing(index_elements=["event"]).returning(NoticeRow.event)
        return (await self._session.execute(fresh)).first() is not None

    async def take_turn(self, worker: str, every: timedelta) -> bool:
        """Whether this worker is to look for news now."""
        self._context.require(Role.SYSTEM)
        return await retaining.take_chore(self._context, CHORE, worker, self._now(), every)

    async def _told(self, events: Sequence[str]) -> frozenset[str]:
        told: set[str] = set()
        for start in range(0, len(events), news.AT_ONCE):
            some = events[start : start + news.AT_ONCE]
            told.update(
                await self._session.scalars(
                    select(NoticeRow.event).where(NoticeRow.event.in_(some))
                )
            )
        return frozenset(told)
