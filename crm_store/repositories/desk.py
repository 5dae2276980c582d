"""Notes between colleagues, and looking up conversations."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select

from crm_store.errors import InvalidRecordError, NotFoundError
from crm_store.models import ConversationRow, HandoffRow, MemberRow, MessageRow
from crm_store.repositories.context import REPEATED_LOOK
from crm_store.repositories.timeline import Timeline, subject_of, to_message
from crm_store.types.actors import Role
from crm_store.types.conversations import Author, Direction, Message, MessageState
from crm_store.types.desk import NOTE, FoundTalk, Glance

READ_AT_MOST = 5000
"""Messages that one search reads, the latest; each has to be opened to be read."""
MENTIONED_FOR = timedelta(days=7)
"""How long a note calls for whom it names."""
SHORTEST = 2
"""Characters; less would find everybody."""
_SPOKEN = (Author.CUSTOMER, Author.BOT, Author.AGENT)


class DeskRepository(Timeline):
    """The port's `DeskRecords`."""

    async def glances(self, conversations: Sequence[int]) -> dict[int, Glance]:
        """Return what a queue shows of conversations, by id; staff and system only."""
        if not self._context.is_trusted or not conversations:
            return {}
        talks = await self._session.execute(
            select(ConversationRow.id, ConversationRow.channel, MemberRow.name)
            .outerjoin(MemberRow, MemberRow.id == ConversationRow.member_id)
            .where(ConversationRow.id.in_(conversations))
        )
        said = await self._last_of(conversations, MessageRow.author == Author.CUSTOMER)
        spoken = await self._last_of(conversations, MessageRow.author.in_(_SPOKEN))
        named = await self._named_in_notes(conversations)
        return {
            number: Glance(
                number,
                channel,
                name,
                _words(said.get(number)),
                spoken[number].author if number in spoken else None,
                named.get(number, frozenset()),
            )
            for number, channel, name in talks
        }

    async def note(self, conversation_id: int, text: str, mentions: Collection[int]) -> Message:
        """Leave a note in a conversation, for staff alone; agents and managers only."""
        self._context.require(Role.AGENT, Role.MANAGER)
        if not text.strip():
            raise InvalidRecordError("a note without words")
        row = await self._row(conversation_id, lock=True)
        if row is None:
            raise NotFoundError(f"no conversation {conversation_id}")
        message = self._add_message(
            row,
            self._now(),
            direction=Direction.OUT,
            author=Author.SYSTEM,
            text=text,
            payload={"event": NOTE, "mentions": sorted(set(mentions))},
            # What is handled is on its way to nobody: no channel sends it, no customer sees it.
            state=MessageState.HANDLED,
            staff_id=self._actor.staff_id,
        )
        await self._context.saw("conversation.view", [subject_of(row)], repeated=REPEATED_LOOK)
        await self._session.flush()
        return to_message(message)

    async def talks_of(self, member_id: int, *, limit: int = 20) -> list[FoundTalk]:
        """Return a member's conversations, the latest first; staff and system only."""
        kept = await self._context.visible_member(member_id) if self._context.is_trusted else None
        if kept is None:
            return []
        rows = await self._session.scalars(
            select(ConversationRow)
            .where(ConversationRow.member_id == kept)
            .order_by(ConversationRow.updated_at.desc(), ConversationRow.id.desc())
            .limit(limit)
        )
        return await self._shown_as_found([(row, await self._last(row)) for row in rows])

    async def talks_with(self, words: str, *, limit: int = 20) -> list[FoundTalk]:
        """Return conversations of customers in which words were written lately, latest first."""
        wanted = words.casefold().strip()
        if not self._context.is_trusted or len(wanted) < SHORTEST:
            return []
        rows = await self._session.execute(
            select(ConversationRow, MessageRow)
            .join(MessageRow, MessageRow.conversation_id == ConversationRow.id)
            .where(ConversationRow.staff_id.is_(None), MessageRow.author.in_(_SPOKEN))
            .order_by(MessageRow.id.desc())
            .limit(READ_AT_MOST)
        )
        found: dict[int, tuple[ConversationRow, MessageRow | None]] = {}
        for talk, message in rows:
            if wanted in message.text.casefold():
                found.setdefault(talk.id, (talk, message))
        return await self._shown_as_found(list(found.values())[:limit])

    async def _last_of(
        self, conversations: Sequence[int], which: ColumnElement[bool]
    ) -> dict[int, MessageRow]:
        """Return the last message of each conversation, of a kind."""
        last = (
            select(func.max(MessageRow.id))
            .where(MessageRow.conversation_id.in_(conversations), which)
            .group_by(MessageRow.conversation_id)
        )
        rows = await self._session.scalars(select(MessageRow).where(MessageRow.id.in_(last)))
        return {row.conversation_id: row for row in rows}

    async def _named_in_notes(self, conversations: Sequence[int]) -> dict[int, frozenset[int]]:
        """Return who is named in notes of the last days and has not written there since."""
        rows = await self._session.scalars(
            select(MessageRow)
            .where(
                MessageRow.conversation_id.in_(conversations),
                MessageRow.direction == Direction.OUT,
                MessageRow.staff_id.is_not(None),
                MessageRow.created_at > self._now() - MENTIONED_FOR,
            )
            .order_by(MessageRow.id)
        )
        named: dict[int, frozenset[int]] = {}
        for row in rows:
            before = named.get(row.conversation_id, frozenset()) - {row.staff_id}
            named[row.conversation_id] = before | _mentions(row)
        return named

    async def _last(self, row: ConversationRow) -> MessageRow | None:
        last: MessageRow | None = await self._session.scalar(
            select(MessageRow)
            .where(MessageRow.conversation_id == row.id, MessageRow.author.in_(_SPOKEN))
            .order_by(MessageRow.id.desc())
            .limit(1)
        )
        return last

    async def _shown_as_found(
        self, found: Sequence[tuple[ConversationRow, MessageRow | None]]
    ) -> list[FoundTalk]:
        talks = [row for row, _ in found]
        await self._context.saw(
            "conversation.view", [subject_of(row) for row in talks], repeated=REPEATED_LOOK
        )
        handoffs = await self._latest_handoffs([row.id for row in talks])
        members = [row.member_id for row in talks if row.member_id is not None]
        names = {
            row.id: row.name
            for row in await self._session.scalars(
                select(MemberRow).where(MemberRow.id.in_(members))
            )
        }
        return [
            FoundTalk(
                row.id,
                row.channel,
                row.owner,
                handoffs.get(row.id),
                names.get(row.member_id) if row.member_id is not None else None,
                message.text if message else "",
                message.created_at if message else row.updated_at,
            )
            for row, message in found
        ]

    async def _latest_handoffs(self, conversations: Sequence[int]) -> dict[int, int]:
        rows = await self._session.execute(
            select(HandoffRow.conversation_id, HandoffRow.id)
            .where(HandoffRow.conversation_id.in_(conversations))
            .order_by(HandoffRow.id)
        )
        return {row.conversation_id: row.id for row in rows}  # the latest of each wins


def _words(row: MessageRow | None) -> str:
    if row is None:
        return ""
    title = row.payload.get("title")
    return str(title) if title else row.text


def _mentions(row: MessageRow) -> frozenset[int]:
    named = row.payload.get("mentions") if row.payload.get("event") == NOTE else None
    return (
        frozenset(one for one in named if isinstance(one, int))
        if isinstance(named, list)
        else frozenset()
    )
