"""Port of what staff look up and write to each other at the desk."""

from collections.abc import Collection, Sequence
from typing import Protocol

from crm_store.types.conversations import Message
from crm_store.types.desk import FoundTalk, Glance


class DeskRecords(Protocol):
    """Notes that no customer sees, and looking up conversations."""

    async def glances(self, conversations: Sequence[int]) -> dict[int, Glance]:
        """Return what a queue shows of conversations, by id; staff and system only.

        A handful of queries, however many conversations there are. The look at the queue itself
        is audited by `Handoffs.open`.
        """

    async def note(self, conversation_id: int, text: str, mentions: Collection[int]) -> Message:
        """Leave a note in a conversation, for staff alone; agents and managers only.

        ``mentions`` are the staff ids of colleagues who should look. It is part of the timeline,
        so what holds for messages holds for it: it is sealed, exported and erased with them.
        """

    async def talks_of(self, member_id: int, *, limit: int = 20) -> list[FoundTalk]:
        """Return a member's conversations, the latest first; staff and system only."""

    async def talks_with(self, words: str, *, limit: int = 20) -> list[FoundTalk]:
        """Return conversations of customers in which words were written lately, latest first.

        Staff and system only. Messages are sealed one by one, so only the latest
        thousands are read; whoever is found has been looked at, which is audited.
        """
