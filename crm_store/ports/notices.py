"""Port of notices."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from crm_store.types.conversations import Conversation
from crm_store.types.notices import News, NewsWindow, NoticeKind


class Notices(Protocol):
    """What members are told unasked. All of it is the machinery's; system only."""

    async def news(self, window: NewsWindow, kinds: Collection[NoticeKind]) -> Sequence[News]:
        """Return what happened to members who once agreed to `Purpose.SERVICE`, and were not told.

        Whether they still agree, and whether it is a time to write, is asked of `Consents.may`.
        """

    async def places(self, member_id: int, quiet_since: datetime) -> Sequence[Conversation]:
        """Return where a member can be told, the conversation last used first.

        Only what the bot owns, on a channel that can be pushed or is fetched by its client, and in
        which nobody has written since ``quiet_since``.
        """

    async def note(self, news: News, conversation_id: int) -> bool:
        """Note that a member is told; ``False`` when they were already."""

    async def take_turn(self, worker: str, every: timedelta) -> bool:
        """Whether this worker is to look for news now: nobody has for so long."""
