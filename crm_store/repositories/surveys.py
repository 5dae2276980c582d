"""Satisfaction surveys."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, or_, select

from crm_store.errors import ConflictError, InvalidRecordError
from crm_store.models import ConsentRow, HandoffRow, SurveyRow
from crm_store.repositories.handoff_moves import to_handoff
from crm_store.repositories.timeline import Timeline
from crm_store.types.actors import Role
from crm_store.types.handoffs import Handoff, HandoffState
from crm_store.types.privacy import Purpose
from crm_store.types.surveys import HIGHEST, LOWEST, NewSurvey, Survey


class SurveysRepository(Timeline):
    """The port's `Surveys`."""

    async def may_ask(self, conversation_id: int, since: datetime) -> bool:
        """Whether the conversation's customer was not asked since then, and may be at all."""
        row = await self._row(conversation_id)
        if await self._shown(row) is None or row is None or row.staff_id is not None:
            return False
        asked = select(SurveyRow.id).where(
            SurveyRow.asked_at > since, _of_customer(row.id, row.member_id)
        )
        if await self._session.scalar(asked.limit(1)) is not None:
            return False
        return row.member_id is None or not await self._refuses(row.member_id)

    async def ask(self, survey: NewSurvey) -> Survey:
        """Note that the question is asked, once a day."""
        self._context.require(Role.SYSTEM)
        row = await self._locked(survey.conversation_id)
        values = {
            "conversation_id": row.id,
            "member_id": row.member_id,
            "handoff_id": survey.handoff_id,
            "about": survey.about,
            "day": survey.day,
            "asked_at": self._now(),
        }
        insert = self._context.insert(SurveyRow).values(values)
        asked = insert.on_conflict_do_nothing().returning(SurveyRow.id)
        made = (await self._session.execute(asked)).scalar_one_or_none()
        if made is None:
            raise ConflictError("the customer was asked today")
        return _to_survey(await self._session.get_one(SurveyRow, made))

    async def rate(self, conversation_id: int, day: date, score: int) -> Survey | None:
        """Note a score; the last tap counts."""
        if not LOWEST <= score <= HIGHEST:
            raise InvalidRecordError(f"score: expected {LOWEST} to {HIGHEST}")
        row = await self._asked(conversation_id, day)
        if row is None:
            return None
        row.score, row.answered_at = score, self._now()
        await self._session.flush()
        return _to_survey(row)

    async def add_word(self, conversation_id: int, day: date, word: str) -> Survey | None:
        """Note what the customer adds in words."""
        row = await self._asked(conversation_id, day)
        if row is None:
            return None
        row.word = word
        await self._session.flush()
        return _to_survey(row)

    async def of_day(self, conversation_id: int, day: date) -> Survey | None:
        """Return what was asked on a day in a conversation that the actor may see."""
        if await self.get(conversation_id) is None:
            return None
        row = await self._session.scalar(_of_day(conversation_id, day))
        return None if row is None else _to_survey(row)

    async def unasked_handoffs(self, now: datetime, within: timedelta) -> list[Handoff]:
        """Return handoffs resolved within so long that nobody was asked about."""
        self._context.require(Role.SYSTEM)
        asked = exists(select(SurveyRow.id).where(SurveyRow.handoff_id == HandoffRow.id))
        rows = await self._session.scalars(
            select(HandoffRow)
            .where(
                HandoffRow.state == HandoffState.RESOLVED,
                HandoffRow.taken_at.is_not(None),
                HandoffRow.closed_at > now - within,
                ~asked,
            )
            .order_by(HandoffRow.id)
        )
        return [to_handoff(row) for row in rows]

    async def _asked(self, conversation_id: int, day: date) -> SurveyRow | None:
        """Return the survey of a day, its conversation locked and the actor's own."""
        await self._locked(conversation_id)
        row: SurveyRow | None = await self._session.scalar(_of_day(conversation_id, day))
        return row

    async def _refuses(self, member_id: int) -> bool:
        granted = await self._session.scalar(
            select(ConsentRow.granted)
            .where(
                ConsentRow.member_id == member_id,
                ConsentRow.purpose == Purpose.RESEARCH.value,
            )
            .order_by(ConsentRow.at.desc(), ConsentRow.id.desc())
            .limit(1)
        )
        return granted is False


def _of_customer(conversation_id: int, member_id: int | None) -> ColumnElement[bool]:
    here = SurveyRow.conversation_id == conversation_id
    return here if member_id is None else or_(here, SurveyRow.member_id == member_id)


def _of_day(conversation_id: int, day: date) -> Select[SurveyRow]:
    return (
        select(SurveyRow)
        .where(SurveyRow.conversation_id == conversation_id, SurveyRow.day == day)
        .execution_options(populate_existing=True)
    )


def _to_survey(row: SurveyRow) -> Survey:
    return Survey(
        id=row.id,
        conversation_id=row.conversation_id,
        member_id=row.member_id,
        about=row.about,
        asked_at=row.asked_at,
        score=row.score,
        word=row.word,
        answered_at=row.answered_at,
        handoff_id=row.handoff_id,
    )
