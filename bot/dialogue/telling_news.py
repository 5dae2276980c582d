"""Offering to tell what happens next: a button for members who have not agreed to it yet."""

from dataclasses import replace
from typing import Final

from bot.dialogue.reply import Button, payload
from bot.dialogue.skill import Outcome, Turn
from crm_store.types.privacy import Purpose

_CHANNELS: Final = frozenset({"telegram", "web"})
"""Where a notice reaches somebody."""
_SKILL: Final = "notices"


async def offering_news(turn: Turn, outcome: Outcome) -> Outcome:
    """Return the outcome with the button, where there is somebody to tell and nothing is open."""
    member_id = turn.actor.member_id
    if (
        member_id is None
        or turn.conversation.key.channel not in _CHANNELS
        or outcome.state.question is not None
        or not outcome.replies
    ):
        return outcome
    async with turn.reading() as uow:
        decided = await uow.consents.current(member_id)
    if any(one.granted and one.purpose is Purpose.SERVICE for one in decided):
        return outcome
    button = Button(turn.words(f"{_SKILL}.start"), payload(_SKILL, {"on": True}))
    *others, last = outcome.replies
    last = replace(last, buttons=(*last.buttons, button))
    return replace(outcome, replies=(*others, last))
