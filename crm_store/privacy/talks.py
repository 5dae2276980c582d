"""What staff said to the assistant about a person, in conversations that are the staff's own."""

import json

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.models import ConversationRow, DialogueStateRow, MessageRow
from crm_store.privacy.person import Person, chunks, mentions
from crm_store.types.conversations import JSON
from crm_store.types.privacy import Place

NAME = "staff conversations"


async def blank_talks(session: AsyncSession, person: Person, values: frozenset[str]) -> Place:
    """Blank every message in which the person is named, where the audit says they were looked at.

    Whoever is answering there loses the lease: the answer may hold what was just erased. The
    clerk's message stays unhandled, and is answered anew.
    """
    found = 0
    for some in chunks(person.staff_talks):
        rows = await session.scalars(
            select(MessageRow).where(MessageRow.conversation_id.in_(some)).order_by(MessageRow.id)
        )
        for row in rows:
            if mentions(f"{row.text} {_dumped(row.payload)} {_dumped(row.parse)}", values):
                row.text, row.payload, row.parse = "", {}, None
                found += 1
        await session.flush()
        found += await _forget(session, [int(talk) for talk in some], person, values)
    session.expunge_all()
    return Place(NAME, found, anonymised=found)


async def _forget(
    session: AsyncSession, talks: list[int], person: Person, values: frozenset[str]
) -> int:
    """Empty dialogue states about the person; return how many."""
    states = await session.scalars(
        select(DialogueStateRow).where(DialogueStateRow.conversation_id.in_(talks))
    )
    forgotten = 0
    for row in states:
        in_focus = row.state.get("member_in_focus") in person.member_ids
        if in_focus or mentions(_dumped(row.state), values):
            row.state = {}
            forgotten += 1
    await session.flush()
    await session.execute(
        update(ConversationRow)
        .where(ConversationRow.id.in_(talks))
        .values(lease_token=ConversationRow.lease_token + 1, lease_worker=None, lease_until=None)
    )
    return forgotten


def _dumped(value: object) -> str:
    found: JSON = dict(value) if isinstance(value, dict) else {}
    return json.dumps(found, ensure_ascii=False)
