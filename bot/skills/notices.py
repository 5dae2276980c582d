"""Beginning and stopping notices: consent given and withdrawn, by a button or a word."""

from dataclasses import dataclass, replace
from typing import Final

from bot.dialogue.skill import Outcome, Turn, skill
from crm_store.ports import UnitOfWork
from crm_store.types.conversations import Conversation
from crm_store.types.privacy import Purpose

_STOP: Final = {"on": False}
_COMMANDS: Final = dict.fromkeys(
    (
        "不再通知",
        "不要再通知",
        "不要再通知我",
        "别再通知我",
        "stop updates",
        "stop notifications",
    ),
    _STOP,
)
"""Whole messages; what a notice's button says is among them."""


@skill("notices", slots=("on",), button_only=True, commands=_COMMANDS)
async def notices(turn: Turn) -> Outcome:
    """Note that a member wants to be told, or no more; an open question stays open."""
    member_id = turn.actor.member_id
    if turn.slots.get("on") is True:
        return await _begin(turn, member_id)
    effects = () if member_id is None else (Refuse(member_id),)
    return Outcome((turn.say("stopped"),), effects, turn.state)


async def _begin(turn: Turn, member_id: int | None) -> Outcome:
    """Note the consent and repeat what was agreed to, word for word."""
    if member_id is None:
        reply = turn.say("log_in")
        contact = turn.conversation.key.channel == "telegram"
        return Outcome((replace(reply, contact_request=contact),), (), turn.state)
    async with turn.reading() as uow:
        wording = await uow.consents.wording(Purpose.SERVICE)
    reply = turn.say("started", wording=turn.local(wording.text))
    return Outcome((reply,), (Agree(member_id, wording.version),), turn.state)


@dataclass(frozen=True, slots=True)
class Agree:
    """Note the consent for this channel."""

    member_id: int
    wording: str

    async def apply(self, uow: UnitOfWork, conversation: Conversation) -> None:
        """Note it, with where it was given."""
        await uow.consents.give(
            self.member_id,
            Purpose.SERVICE,
            conversation.key.channel,
            self.wording,
            source=f"conversation:{conversation.id}",
        )


@dataclass(frozen=True, slots=True)
class Refuse:
    """Withdraw the consent everywhere: who says stop means it."""

    member_id: int

    async def apply(self, uow: UnitOfWork, conversation: Conversation) -> None:
        """Withdraw it at once."""
        source = f"conversation:{conversation.id}"
        await uow.consents.withdraw(self.member_id, Purpose.SERVICE, source=source)
