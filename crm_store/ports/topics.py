"""Port of the topics in which agents follow handoffs on a messenger."""

from typing import Protocol

from crm_store.types.conversations import (
    ConversationKey,
    InboundMessage,
    Message,
    NewReply,
    Received,
)
from crm_store.types.topics import Topic, TopicWork


class Topics(Protocol):
    """Topics of handoffs, and the lines to them.

    A line is a conversation between the program and a topic, or an agent's private chat. What
    comes over it is handled with its commit, what goes over it is sent by the outbox.
    """

    async def plan(self, chat: int) -> None:
        """Want a topic for every open handoff that has none; system only."""

    async def working(self, chat: int) -> list[TopicWork]:
        """Return the group's topics, unless both they and their handoffs are closed.

        Oldest first; system only.
        """

    async def of(self, handoff_id: int) -> Topic | None:
        """Return a handoff's topic; agents, managers and system only."""

    async def at(self, chat: int, thread: int) -> Topic | None:
        """Return the topic with the messenger's id; agents, managers and system only."""

    async def change(self, topic: Topic) -> Topic:
        """Store a changed topic and return it with its new version; system only.

        Raises `ConflictError` when somebody else changed it first.
        """

    async def note(self, message: InboundMessage) -> Received:
        """Store what an agent did on a line, as handled; a replay is recognised.

        Agents, managers and system only.
        """

    async def post(self, line: ConversationKey, reply: NewReply) -> Message:
        """Queue a message for a line; agents, managers and system only."""
