"""What staff look up and write to each other at the desk."""

from dataclasses import dataclass
from datetime import datetime

from crm_store.types.conversations import Author, Owner

NOTE = "note"
"""Event of a message that only staff see."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What a queue shows of one conversation."""

    conversation_id: int
    channel: str
    member: str | None
    """The member's name; ``None`` for a guest."""
    words: str
    """What the customer wrote last; a pressed button by its title."""
    last_by: Author | None
    """Who spoke last, of the customer, the bot and the agents."""
    mentioned: frozenset[int]
    """Staff ids of colleagues named in a note who have not written here since."""


@dataclass(frozen=True, slots=True)
class FoundTalk:
    """A conversation that a search brought up."""

    conversation_id: int
    channel: str
    owner: Owner
    handoff_id: int | None
    """The latest handoff; ``None`` when no human was ever asked for."""
    member: str | None
    """The member's name; ``None`` for a guest."""
    words: str
    """The message that was found, or the latest one."""
    at: datetime
