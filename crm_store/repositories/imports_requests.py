"""Signed requests that were answered: the same request gets the same answer."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from crm_store.models.records import IngestRequestRow
from crm_store.repositories.context import Context
from crm_store.types.records import IngestAnswer


async def answer_to(context: Context, digest: str) -> IngestAnswer | None:
    """Return what a request with this digest was answered; None when it is new."""
    query = select(IngestRequestRow.answer).where(IngestRequestRow.digest == digest)
    found: Any = await context.session.scalar(query)
    if found is None:
        return None
    reasons = tuple((line, reason) for line, reason in found["reasons"])
    return IngestAnswer(**{**found, "reasons": reasons})


async def keep_answer(
    context: Context, source: str, digest: str, answer: IngestAnswer
) -> IngestAnswer:
    """Keep an answer; of two for one request, the one that came first stands."""
    on_postgres = context.session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if on_postgres else sqlite.insert)(IngestRequestRow)
    row = {"digest": digest, "source": source, "answer": asdict(answer), "at": context.clock()}
    await context.session.execute(insert.values(row).on_conflict_do_nothing())
    return await answer_to(context, digest) or answer


async def forget_requests(context: Context, before: datetime) -> None:
    """Forget answers that nobody can ask for again."""
    await context.session.execute(delete(IngestRequestRow).where(IngestRequestRow.at < before))
