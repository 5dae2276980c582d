"""The figures that supervisors look at."""

from collections import Counter
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, distinct, func, select
from sqlalchemy.orm import InstrumentedAttribute

from crm_store.models import ConversationRow, HandoffRow, MemberRow, MessageRow, StaffRow
from crm_store.models.surveys import SurveyRow
from crm_store.repositories.context import REPEATED_LOOK, Repository
from crm_store.repositories.timeline import subject_of
from crm_store.types.actors import Role
from crm_store.types.conversations import Author, Direction
from crm_store.types.reports import HandoffFact, Score, Span, TalkCount, UnknownQuestion

NOT_UNDERSTOOD = "out_of_scope"
READ_AT_MOST = 5000
"""Unknown questions that are read, the latest; they are sealed one by one."""


class ReportsRepository(Repository):
    """The port's `Reports`."""

    async def handoffs(self, span: Span) -> list[HandoffFact]:
        """Return every handoff that was requested in a span, oldest first."""
        if not self._may_look:
            return []
        talk, row = ConversationRow, HandoffRow
        answered = (
            select(func.min(MessageRow.created_at))
            .where(
                MessageRow.conversation_id == row.conversation_id,
                MessageRow.author == Author.AGENT,
                MessageRow.created_at >= row.requested_at,
                MessageRow.created_at <= func.coalesce(row.closed_at, span.ends),
            )
            .correlate(row)
            .scalar_subquery()
        )
        query = (
            _with_store(select(row, talk.channel, _STORE, answered), span)
            .where(row.requested_at >= span.begins, row.requested_at < span.ends)
            .order_by(row.requested_at, row.id)
        )
        found = await self._session.execute(query)
        return [_fact(*one) for one in found]

    async def talks(self, span: Span) -> list[TalkCount]:
        """Return the conversations with customers by day and channel."""
        if not self._may_look:
            return []
        said = await self._daily(MessageRow.created_at, MessageRow, span)
        asked = await self._daily(HandoffRow.requested_at, HandoffRow, span)
        keys = sorted(said.keys() | asked.keys())
        return [TalkCount(*key, max(said[key], asked[key]), asked[key]) for key in keys]

    async def scores(self, span: Span) -> list[Score]:
        """Return what customers said when they were asked how it was, oldest first."""
        if not self._may_look:
            return []
        query = (
            select(SurveyRow.answered_at, SurveyRow.score, ConversationRow.channel)
            .join(ConversationRow, ConversationRow.id == SurveyRow.conversation_id)
            .where(
                SurveyRow.score.is_not(None),
                SurveyRow.answered_at >= span.begins,
                SurveyRow.answered_at < span.ends,
            )
            .order_by(SurveyRow.answered_at, SurveyRow.id)
        )
        if span.channel:
            query = query.where(ConversationRow.channel == span.channel)
        found = await self._session.execute(query)
        return [
            Score(span.day_of(at), score, channel)
            for at, score, channel in found
            if at is not None and score is not None
        ]

    async def unknown(self, span: Span, *, limit: int = 20) -> list[UnknownQuestion]:
        """Return what was not understood, most frequent first; whose words it shows is audited."""
        if not self._may_look:
            return []
        query = (
            select(MessageRow, ConversationRow)
            .join(ConversationRow, ConversationRow.id == MessageRow.conversation_id)
            .where(
                MessageRow.intent == NOT_UNDERSTOOD,
                MessageRow.author == Author.CUSTOMER,
                MessageRow.created_at >= span.begins,
                MessageRow.created_at < span.ends,
            )
            .order_by(MessageRow.id.desc())
            .limit(READ_AT_MOST)
        )
        if span.channel:
            query = query.where(ConversationRow.channel == span.channel)
        rows = (await self._session.execute(query)).all()
        counts = Counter(_plain(message.text) for message, _ in rows)
        chosen = {words for words, _ in counts.most_common(limit) if words}
        await self._context.saw(
            "messages.review",
            {subject_of(talk) for message, talk in rows if _plain(message.text) in chosen},
            repeated=REPEATED_LOOK,
        )
        first: dict[str, tuple[str, datetime]] = {}
        for message, _ in rows:
            first.setdefault(_plain(message.text), (message.text, message.created_at))
        return [
            UnknownQuestion(first[words][0], count, first[words][1])
            for words, count in counts.most_common(limit)
            if words
        ]

    @property
    def _may_look(self) -> bool:
        return self._actor.role in (Role.MANAGER, Role.SYSTEM)

    async def _daily(
        self,
        moment: InstrumentedAttribute[datetime],
        table: type[MessageRow] | type[HandoffRow],
        span: Span,
    ) -> Counter[tuple[date, str]]:
        """Count conversations that something happened in, by day and channel."""
        # Where a day begins is known here; databases disagree on how to ask for it.
        number = case(*((moment < ends, n) for n, (_, _, ends) in enumerate(span.bounds)))
        talk = ConversationRow
        query = (
            select(number.label("day"), talk.channel, func.count(distinct(talk.id)))
            .select_from(table)
            .join(talk, talk.id == table.conversation_id)
            .where(moment >= span.begins, moment < span.ends, talk.staff_id.is_(None))
            .group_by("day", talk.channel)
        )
        if table is MessageRow:
            query = query.where(MessageRow.direction == Direction.IN)
        if span.channel:
            query = query.where(talk.channel == span.channel)
        if span.store_id:
            query = query.join(MemberRow, MemberRow.id == talk.member_id).where(
                MemberRow.home_store_id == span.store_id
            )
        days = span.days
        found = await self._session.execute(query)
        return Counter({(days[number], channel): count for number, channel, count in found})


_STORE = func.coalesce(StaffRow.store_id, MemberRow.home_store_id)


def _with_store(query: Any, span: Span) -> Any:  # noqa: ANN401 - SQLAlchemy's, by its columns
    """Join a handoff's conversation, agent and member, narrowed to channel and store."""
    query = (
        query.join(ConversationRow, ConversationRow.id == HandoffRow.conversation_id)
        .outerjoin(StaffRow, StaffRow.id == HandoffRow.taken_by)
        .outerjoin(MemberRow, MemberRow.id == ConversationRow.member_id)
    )
    if span.channel:
        query = query.where(ConversationRow.channel == span.channel)
    return query.where(span.store_id == _STORE) if span.store_id else query


def _fact(
    row: HandoffRow, channel: str, store_id: str | None, answered_at: datetime | None
) -> HandoffFact:
    return HandoffFact(
        handoff_id=row.id,
        reason=row.reason,
        state=row.state,
        channel=channel,
        store_id=store_id,
        agent_id=row.taken_by,
        requested_at=row.requested_at,
        taken_at=row.taken_at,
        answered_at=answered_at,
        closed_at=row.closed_at,
    )


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip("?？。.!！")
