"""What topics and private chats show: packets, passed-on messages, member cards, keys.

A group's members see it all, so that there everything that customers write is masked; a card is
worded for the private chat of one agent.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final, TypeAlias

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.telegram.desk.arrivals import Verb, key_data
from bot.handoff.packet import HandoffPacket
from bot.handoff.rendering import media_words
from bot.handoff.seeing import Sight, seen_by
from bot.handoff.summary import summary
from bot.replies import Speaker
from crm_store.identifiers import mask_name
from crm_store.types.conversations import JSON, Author, Direction, Message
from crm_store.types.handoffs import Handoff, HandoffState
from crm_store.types.people import Member, MemberCard
from nlu.monitoring.masking import Mask

LONGEST_NAME: Final = 128
"""Of a topic, in characters."""
Names: TypeAlias = Mapping[int, str]
"""Names of staff by their accounts' ids."""
_KEYS: Final[Mapping[HandoffState, Sequence[Verb]]] = {
    HandoffState.WAITING: (Verb.CLAIM, Verb.DETAILS),
    HandoffState.TAKEN: (Verb.RESOLVE, Verb.BACK, Verb.DETAILS),
    HandoffState.SNOOZED: (Verb.RESOLVE, Verb.BACK, Verb.DETAILS),
}
_GAP: Final = re.compile(r"<[a-z_]+>")
_HIDDEN: Final = "•••"


@cache
def _mask() -> Mask:
    return Mask()


def masked(text: str) -> str:
    """Return what a group may read of somebody's words: no numbers, names or addresses."""
    return _GAP.sub(_HIDDEN, _mask()(text))


class DeskWording:
    """Words for one agent or for the group."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def say(self, key: str, **values: object) -> str:
        """Word ``telegram_desk.KEY``."""
        return self._speaker.words(f"telegram_desk.{key}", values)

    def name(self, file: str, code: JSON) -> str:
        """Return the printed name of a code, such as a topic of ``topics``; else the code."""
        key = f"{file}.{code}"
        known = key in self._speaker.phrasebook.keys(self._speaker.language)
        return self._speaker.words(key) if known else str(code or "")

    def topic_name(self, handoff: Handoff, member: Member | None) -> str:
        """Return a topic's name; it begins with the number by which it is recognised."""
        reason = self.name("desk", f"reason_{handoff.reason}")
        who = mask_name(member.name) if member else self.say("guest")
        return self.say("topic", number=handoff.id, who=who, reason=reason)[:LONGEST_NAME]

    def packet(
        self, handoff: Handoff, member: Member | None, talk: Sequence[Message], names: Names
    ) -> str:
        """Return the packet as the group may see it."""
        return "\n".join(line for line in self._packet(handoff, member, talk, names) if line)

    def _packet(
        self, handoff: Handoff, member: Member | None, talk: Sequence[Message], names: Names
    ) -> Iterator[str]:
        packet = HandoffPacket.from_json(handoff.packet)
        yield self.say(
            "packet_head",
            number=handoff.id,
            reason=self.name("desk", f"reason_{handoff.reason}"),
        )
        if member is None:
            yield self.say("who", name=self.say("guest"))
        else:
            tier = self.name("tiers", member.tier.value)
            yield self.say("who", name=self.say("tier", name=mask_name(member.name), tier=tier))
        if packet.asked:
            yield self.say("asked", words=masked(packet.asked))
        yield from self._summary(packet, Sight.GROUP)
        lines = [line for one in talk if (line := self.passed_on(one, names))]
        if lines:
            yield "\n".join(["", self.say("so_far"), *lines])
        yield "\n" + self.say("how")

    def _summary(self, packet: HandoffPacket, sight: Sight) -> Sequence[str]:
        """Return the packet's summary as far as somebody may see it, without who it is about."""
        return summary(seen_by(packet, sight), self._speaker)[1:]

    def passed_on(self, message: Message, names: Names) -> str:
        """Return a message of the customer's conversation in one paragraph; empty when silent."""
        words = message.payload.get("title") or message.text
        text = masked(str(words)).strip()
        if message.author is Author.SYSTEM:
            name = names.get(message.staff_id or 0)
            return self.say("event_by" if name else "event", words=message.text, name=name)
        if not text:
            return ""
        if message.direction is Direction.IN:
            return self.say("customer", words=text)
        if message.author is Author.AGENT:
            return self.say("agent", name=names.get(message.staff_id or 0, ""), words=text)
        return self.say("bot", words=text)

    def media_caption(self, message: Message) -> str:
        """Return what stands under a customer's picture or voice."""
        kind = media_words(str(message.payload.get("attachment")), self._speaker)
        lines = [self.say("media", kind=kind), masked(message.text).strip()]
        return "\n".join(line for line in lines if line)

    def card(self, handoff: Handoff, card: MemberCard | None, talk: Sequence[Message]) -> str:
        """Return who the customer is and what they wrote, for one agent's eyes."""
        return "\n".join(self._card(handoff, card, talk))

    def _card(
        self, handoff: Handoff, card: MemberCard | None, talk: Sequence[Message]
    ) -> Iterator[str]:
        yield self.say("card_head", number=handoff.id)
        if card is None:
            yield self.say("no_member")
        else:
            yield from self._member(card)
        packet = HandoffPacket.from_json(handoff.packet)
        yield "\n".join(["", *self._summary(packet, Sight.AGENT)])
        said = [one.text for one in talk if one.direction is Direction.IN and one.text.strip()]
        if said:
            yield "\n".join(["", self.say("card_words"), *said])

    def _member(self, card: MemberCard) -> Iterator[str]:
        member, money = card.member, self._speaker.money
        tier = self.name("tiers", member.tier.value)
        yield self.say("card_member", name=member.name, tier=tier, points=card.points_balance)
        yield self.say("card_spent", spent=money(card.total_spent), orders=card.order_count)
        for one in card.identities:
            kind = self.name("identities", one.kind.value)
            yield self.say("card_identity", kind=kind, masked=one.masked)
        for order in card.recent_orders:
            yield self.say(
                "card_order",
                number=order.number,
                state=self.name("order_states", order.state),
                total=money(order.total, order.currency),
                items=order.items,
            )
        if card.open_cases:
            yield self.say("card_cases", count=card.open_cases)
        for note in card.notes:
            yield self.say("card_note", text=note.text)

    def keyboard(self, handoff_id: int, state: HandoffState) -> InlineKeyboardMarkup | None:
        """Return what can be done now; ``None`` when it is over."""
        rows = [
            [
                InlineKeyboardButton(
                    text=self.say(f"key_{verb}"), callback_data=key_data(handoff_id, verb)
                )
            ]
            for verb in _KEYS.get(state, ())
        ]
        return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None
