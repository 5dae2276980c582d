"""Conversations: reading them, the inbox and the outbox, as one repository."""

from crm_store.repositories.inbox import Inbox
from crm_store.repositories.outbox import Outbox


class ConversationsRepository(Inbox, Outbox):
    """The port's `Conversations`."""
