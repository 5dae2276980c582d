"""Telling members what happened: found in the store, committed to the outbox, each once.

One process at a time looks. Each piece of news is a transaction of its own, in which consent,
contact hours and the owner of the conversation are looked at last: nobody is told who has stopped
it a moment before, and nothing is said into a human's conversation.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.dialogue.reply import Reply
from bot.notices.surveying import ask_about
from bot.notices.wording import worded
from bot.policies import Policies
from bot.replies import Phrasebook
from bot.turn.bell import Bell
from bot.turn.worker import worker_name
from crm_store.errors import ConflictError
from crm_store.ports import CrmStore, UnitOfWork
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import Conversation, NewReply
from crm_store.types.notices import News, NewsWindow, NoticeKind
from crm_store.types.privacy import Purpose
from crm_store.types.text import LocalText

log = logging.getLogger(__name__)

SURVEY = "survey"
"""How counts call the question after a colleague's conversation."""


@dataclass(frozen=True, slots=True)
class Announcer:
    """Looks for news and passes them on."""

    store: CrmStore
    phrasebook: Phrasebook
    policies: Policies
    clock: Callable[[], datetime]
    bell: Bell

    async def run(self) -> None:
        """Look now and then until cancelled."""
        name, every = worker_name(), timedelta(seconds=self.policies.notices.every_seconds)
        while True:
            try:
                await self.step(name, every)
            except Exception:
                log.exception("news could not be passed on; trying again")
            await asyncio.sleep(every.total_seconds())

    async def step(self, worker: str, every: timedelta) -> bool:
        """Pass news on if nobody has for so long; returns whether it was this worker's turn."""
        async with self.store.writing(SYSTEM) as uow:
            mine = await uow.notices.take_turn(worker, every)
        if mine:
            await self.announce()
        return mine

    async def announce(self, *, dry_run: bool = False) -> dict[str, int]:
        """Pass on what is new; returns messages by kind. ``dry_run`` only counts them."""
        now = self.clock()
        rules = self.policies.surveys
        async with self.store.reading(SYSTEM) as uow:
            news = await uow.notices.news(self._window(now), self._kinds())
            shops = {shop.id: shop.name for shop in await uow.catalog.shops()}
            within = timedelta(minutes=rules.after_human_minutes)
            handoffs = await uow.surveys.unasked_handoffs(now, within)
        told: Counter[str] = Counter()
        for one in news:
            told[one.kind.value] += await self._tell(one, shops, dry_run=dry_run)
        for handoff in handoffs:
            asking = ask_about(self.store, self.phrasebook, rules, handoff, now, dry_run=dry_run)
            told[SURVEY] += self._rung(await asking)
        return {kind: count for kind, count in told.items() if count}

    async def _tell(self, news: News, shops: Mapping[str, LocalText], *, dry_run: bool) -> bool:
        """Tell one member of one event, if they are to be told now."""
        try:
            async with self.store.writing(SYSTEM) as uow:
                place = await self._place(uow, news)
                if place is None or dry_run:
                    return place is not None
                if not await uow.notices.note(news, place.id):
                    return False
                speaker = self.phrasebook.speaker(place.language or "zh")
                shop = shops.get(str(news.facts.get("store_id")))
                await self._say(uow, place, worded(speaker, news, shop))
        except ConflictError:
            # A human took the conversation over at this very moment.
            return False
        return self._rung(place.id)

    async def _place(self, uow: UnitOfWork, news: News) -> Conversation | None:
        """Return where the member agreed to be told and may be now."""
        now = self.clock()
        local = now.astimezone(self.phrasebook.time_zone)
        quiet = now - timedelta(minutes=self.policies.notices.quiet_minutes)
        for place in await uow.notices.places(news.member_id, quiet):
            if await uow.consents.may(news.member_id, Purpose.SERVICE, place.key.channel, local):
                return place
        return None

    async def _say(self, uow: UnitOfWork, place: Conversation, reply: Reply) -> None:
        message = NewReply(reply.text, reply.to_payload())
        await uow.conversations.reply(place.id, [message], epoch=place.epoch)

    def _rung(self, conversation_id: int | None) -> bool:
        """Wake who delivers to a conversation; ``None``: nothing was said."""
        if conversation_id is None:
            return False
        for topic in (conversation_id, "outbox", "desk"):
            self.bell.ring(topic)
        return True

    def _kinds(self) -> list[NoticeKind]:
        return [NoticeKind(kind) for kind in self.policies.notices.kinds]

    def _window(self, now: datetime) -> NewsWindow:
        rules = self.policies.notices
        return NewsWindow(
            now=now,
            since=now - timedelta(hours=rules.fresh_hours),
            collect_by=now + timedelta(hours=rules.pickup_expires_hours),
            appointments_until=now + timedelta(hours=rules.appointment_hours),
        )
