"""Retention: what is older than the rules allow goes, some rows at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.models import (
    AuditRow,
    CaseRow,
    ChoreRow,
    ConversationRow,
    DialogueStateRow,
    ExampleRow,
    HandoffRow,
    InteractionRow,
    MessageRow,
    NoticeRow,
    SourceRecordRow,
    SurveyRow,
    TopicRow,
)
from crm_store.repositories.context import Context
from crm_store.types.conversations import Owner
from crm_store.types.privacy import RetentionRules

NOTHING = ""
"""What is left of a raw record: nothing to decrypt."""


async def retain(
    session: AsyncSession, rules: RetentionRules, now: datetime, *, dry_run: bool, limit: int
) -> dict[str, int]:
    """Apply the rules; return rows by rule. At most ``limit`` go by each, unless only counted."""
    counts: dict[str, int] = {}
    for name, condition in _conditions(rules, now).items():
        if dry_run:
            query = select(func.count(_KEYS[name])).where(condition)
            counts[name] = await session.scalar(query) or 0
            continue
        key = _KEYS[name]
        ids = (await session.scalars(select(key).where(condition).order_by(key).limit(limit))).all()
        await _REMOVALS[name](session, ids)
        counts[name] = len(ids)
    return counts


def _conditions(rules: RetentionRules, now: datetime) -> dict[str, ColumnElement[bool]]:
    found: dict[str, ColumnElement[bool]] = {}
    talk, idle = ConversationRow, ConversationRow.owner == Owner.BOT
    if rules.guest_conversations is not None:
        nobodys = talk.member_id.is_(None) & talk.staff_id.is_(None)
        before = now - timedelta(days=rules.guest_conversations)
        found["guest_conversations"] = idle & nobodys & (talk.updated_at < before)
    if rules.conversations is not None:
        found["conversations"] = idle & (
            talk.updated_at < now - timedelta(days=rules.conversations)
        )
    if rules.interactions is not None:
        found["interactions"] = InteractionRow.at < now - timedelta(days=rules.interactions)
    if rules.source_records is not None:
        found["source_records"] = (SourceRecordRow.raw_enc != NOTHING) & (
            SourceRecordRow.imported_at < now - timedelta(days=rules.source_records)
        )
    if rules.audit is not None:
        found["audit"] = AuditRow.at < now - timedelta(days=rules.audit)
    return found


async def _remove_conversations(session: AsyncSession, ids: Sequence[int]) -> None:
    """Delete conversations with everything in them; cases stay and forget where they began."""
    if not ids:
        return
    await session.execute(
        update(CaseRow).where(CaseRow.conversation_id.in_(ids)).values(conversation_id=None)
    )
    await session.execute(
        delete(TopicRow).where(or_(TopicRow.conversation_id.in_(ids), TopicRow.line_id.in_(ids)))
    )
    for row in (ExampleRow, SurveyRow, NoticeRow, HandoffRow, DialogueStateRow, MessageRow):
        await session.execute(delete(row).where(row.conversation_id.in_(ids)))
    await session.execute(delete(ConversationRow).where(ConversationRow.id.in_(ids)))


async def _remove_interactions(session: AsyncSession, ids: Sequence[int]) -> None:
    await session.execute(delete(InteractionRow).where(InteractionRow.id.in_(ids)))


async def _empty_records(session: AsyncSession, ids: Sequence[int]) -> None:
    """Empty raw records; key and checksum stay, so that an import still knows them."""
    await session.execute(
        update(SourceRecordRow)
        .where(SourceRecordRow.id.in_(ids))
        .values(raw_enc=NOTHING, changes_enc=None)
    )


async def _remove_audit(session: AsyncSession, ids: Sequence[int]) -> None:
    await session.execute(delete(AuditRow).where(AuditRow.id.in_(ids)))


_KEYS = {
    "guest_conversations": ConversationRow.id,
    "conversations": ConversationRow.id,
    "interactions": InteractionRow.id,
    "source_records": SourceRecordRow.id,
    "audit": AuditRow.id,
}
_REMOVALS = {
    "guest_conversations": _remove_conversations,
    "conversations": _remove_conversations,
    "interactions": _remove_interactions,
    "source_records": _empty_records,
    "audit": _remove_audit,
}


async def take_chore(
    context: Context, name: str, worker: str, now: datetime, every: timedelta
) -> bool:
    """Whether nobody did the chore for so long; then it is this worker's now."""
    fresh = context.insert(ChoreRow).values(name=name, worker=worker, started_at=now)
    taken = fresh.on_conflict_do_update(
        index_elements=["name"],
        set_={"worker": worker, "started_at": now},
        where=ChoreRow.started_at <= now - every,
    ).returning(ChoreRow.name)
    return (await context.session.execute(taken)).first() is not None
