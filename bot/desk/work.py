"""What an agent does at the desk, from the tap to the store and back."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from nicegui import ui

from bot.desk import acts
from bot.desk.canned import CannedReply
from bot.desk.composer import Hands
from bot.desk.dialogs import ask_destination, ask_instruction, ask_resolution, ask_snooze
from bot.desk.errands import DeskErrand, errands
from bot.desk.forms import fill_form
from bot.desk.head import Taps
from bot.desk.picking import Catalogue, card_of, pick_canned, pick_products
from bot.desk.snapshot import OpenConversation, Snapshot
from bot.desk.wording import Wording
from bot.dialogue.reply import Reply
from bot.handoff.packet import HandoffPacket, NextStep
from crm_store.errors import StoreError
from crm_store.types.conversations import JSONObject
from crm_store.types.handoffs import AgentOnDuty, Handoff, HandoffState

if TYPE_CHECKING:
    from bot.desk.page import Desk

IDLE: Final = timedelta(minutes=2)
"""After so long without a sign of their page, a colleague counts as away."""
_MENTION: Final = re.compile(r"@(\S+)")


class Work:
    """Acts on the conversation that a desk has open."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._say = desk.say

    def taps(self) -> Taps:
        """Return what the buttons above the conversation do."""
        return Taps(
            back=lambda: self._desk.choose(None),
            take=self.take,
            take_over=lambda: self._on_handoff(acts.take_over),
            transfer=self.transfer,
            snooze=self.snooze,
            wake=lambda: self._on_handoff(acts.wake),
            hand_back=self.hand_back,
            resolve=self.resolve,
            reopen=lambda: self._on_handoff(acts.reopen),
            errand=self.errand,
        )

    def hands(self) -> Hands:
        """Return what the composer does."""
        return Hands(self.answer, self.note, self.canned, self.products, self.types)

    async def take(self) -> None:
        """Take the open handoff and begin to write."""
        if await self._on_handoff(acts.take):
            self._desk.composer.focus()

    async def take_next(self) -> None:
        """Take what comes first of what fits me, and open it."""
        taken = await self._perform(acts.take_next(), None)
        if isinstance(taken, Handoff):
            await self._desk.choose(taken.id)
            self._desk.composer.focus()
        elif taken is None:
            ui.notify(self._say("nothing_for_you"))

    async def answer(self, text: str) -> bool:
        """Answer the customer."""
        if (shown := self._open) is None:
            return False
        self._desk.parts.presence.stopped(shown.conversation.id, "agent")
        return await self._act(acts.answer(shown.handoff.id, text))

    async def note(self, text: str) -> bool:
        """Leave a note; ``@name`` calls a colleague."""
        if (shown := self._open) is None:
            return False
        named = {word.casefold() for word in _MENTION.findall(text)}
        mentions = [
            one.staff_id
            for one in await self._agents()
            if any(word.startswith(one.name.casefold()) for word in named)
        ]
        return await self._act(acts.note(shown.conversation.id, text, mentions))

    def types(self) -> None:
        """Let the customer see that somebody writes."""
        shown = self._open
        if shown and self._desk.parts.presence.typed(shown.conversation.id, "agent"):
            self._desk.parts.bell.ring(shown.conversation.id)

    async def canned(self) -> None:
        """Choose a canned reply and put it into the box."""
        if (shown := self._open) is None:
            return
        values = self._values(shown)
        replies = self._desk.parts.canned(_language(shown))

        def fill(reply: CannedReply) -> str:
            return reply.filled(values)

        with self._desk.dialogs:
            text = await pick_canned(self._say, replies, fill)
        if text:
            self._desk.composer.insert(text)

    async def products(self) -> None:
        """Choose products and send them as cards, in the customer's language."""
        if (shown := self._open) is None:
            return
        parts = self._desk.parts
        with self._desk.dialogs:
            catalogue = Catalogue(parts.store, parts.search)
            chosen = await pick_products(self._say, catalogue, self._desk.session.actor)
        if not chosen:
            return
        to_customer = Wording(parts.phrasebook.speaker(shown.conversation.language or "zh"))
        cards = tuple(card_of(to_customer, product) for product in chosen)
        reply = Reply(to_customer("products_for_you"), cards)
        await self._act(acts.answer(shown.handoff.id, reply.text, reply.to_payload()))

    async def transfer(self) -> None:
        """Pass it on to an agent, to people with a skill, or to a shop."""
        if (shown := self._open) is None:
            return
        agents = [one for one in await self._agents() if one.staff_id != shown.handoff.taken_by]
        async with self._desk.parts.store.reading(self._desk.session.actor) as uow:
            shops = await uow.catalog.shops()
        with self._desk.dialogs:
            to = await ask_destination(self._say, agents, self._desk.parts.skills, shops)
        if to is None:
            return
        here = shown.handoff.id
        await self._act(
            acts.requeue(here, skill=to.skill, store_id=to.store_id)
            if to.staff_id is None
            else acts.reassign(here, to.staff_id)
        )

    async def snooze(self) -> None:
        """Put it aside until a time."""
        with self._desk.dialogs:
            until = await ask_snooze(self._say, datetime.now(UTC))
        if until is not None:
            await self._on_handoff(lambda handoff_id: acts.snooze(handoff_id, until))

    async def resolve(self) -> None:
        """Close it with a reason code."""
        with self._desk.dialogs:
            found = await ask_resolution(self._say, self._desk.parts.resolutions)
        if found is not None:
            words = found.note or self._say.of("resolution", found.code)
            await self._on_handoff(lambda handoff: acts.resolve(handoff, words, found.code))

    async def hand_back(self) -> None:
        """Give it back to the bot, told what to do."""
        with self._desk.dialogs:
            instruction = await ask_instruction(self._say)
        if instruction is not None:
            await self._on_handoff(lambda handoff_id: acts.hand_back(handoff_id, instruction))

    async def step(self, step: NextStep) -> None:
        """Do what the packet suggests: a form for an errand, else the bot goes on with it."""
        if step.skill in errands(self._desk.parts.runner.skills):
            await self.errand(step.skill, step.slots)
        else:
            await self._on_handoff(lambda handoff: acts.hand_back(handoff, step.payload))

    async def errand(self, flow: str, slots: JSONObject | None = None) -> None:
        """Run an after-sales flow as a form, and offer its words for the customer."""
        if (shown := self._open) is None:
            return
        runner = self._desk.parts.runner
        errand = DeskErrand(
            runner.services,
            runner.nlu,
            runner.skills[flow],
            shown.conversation,
            self._desk.session.actor,
            self._say.speaker.language,
        )
        known = HandoffPacket.from_json(shown.handoff.packet)
        begun = slots or ({"order_number": known.orders[0]} if known.orders else {})
        with self._desk.dialogs:
            words = await fill_form(self._say, errand, self._say.name("topics", flow), begun)
        if words:
            self._desk.composer.insert(words)

    def tell_mentions(self, before: Snapshot, now: Snapshot) -> None:
        """Say it when a colleague's note newly calls for me."""
        known = {entry.handoff.id for entry in before.queue if entry.mentioned}
        for entry in now.queue:
            if entry.mentioned and entry.handoff.id not in known and before.queue:
                with self._desk.client:
                    ui.notify(self._say("mentioned_you", name=entry.customer or self._say("guest")))

    @property
    def _open(self) -> OpenConversation | None:
        return self._desk.snapshot.open

    async def _agents(self) -> list[AgentOnDuty]:
        async with self._desk.parts.store.reading(self._desk.session.actor) as uow:
            return await uow.handoffs.on_duty(IDLE)

    def _values(self, shown: OpenConversation) -> dict[str, str]:
        packet = HandoffPacket.from_json(shown.handoff.packet)
        return {
            "customer": shown.card.member.name if shown.card else "",
            "agent": self._desk.staff.name,
            "order": packet.orders[0] if packet.orders else "",
        }

    async def _on_handoff(self, act: Callable[[int], acts.Act]) -> bool:
        shown = self._open
        return shown is not None and await self._act(act(shown.handoff.id))

    async def _act(self, act: acts.Act) -> bool:
        """Do something to the open handoff; what is refused is told, nothing is half-done."""
        shown = self._open
        return await self._perform(act, shown.conversation.id if shown else None) is not False

    async def _perform(self, act: acts.Act, conversation_id: int | None) -> object:
        parts = self._desk.parts
        try:
            done = await acts.perform(
                parts.store, parts.bell, self._desk.session.actor, act, conversation_id
            )
        except StoreError:
            await self._desk.refresh()
            ui.notify(self._why_refused(), type="warning", multi_line=True)
            return False
        await self._desk.refresh()
        return done

    def _why_refused(self) -> str:
        shown = self._open
        if shown is None:
            return self._say("refused_gone")
        taken = shown.handoff.state is HandoffState.TAKEN
        if taken and shown.agent and not self._desk.is_mine(shown):
            return self._say("taken_by_other", name=shown.agent)
        return self._say("refused_act", state=self._say(f"handoff_{shown.handoff.state}"))


def _language(shown: OpenConversation) -> str:
    return "en" if shown.conversation.language == "en" else "zh"
