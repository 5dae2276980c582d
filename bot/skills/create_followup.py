"""Clerks promise to contact a member; it stands in their list when the day comes."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Final

from bot.dialogue.days import days_named, today
from bot.dialogue.reply import Button, payload
from bot.dialogue.serving import SLOTS, served
from bot.dialogue.skill import Audience, Outcome, Turn, skill
from crm_store.ports import UnitOfWork
from crm_store.types.conversations import Conversation

LONGEST: Final = 300
MORNING: Final = time(10)
"""When something is due of which only the day was said."""
_HEAD: Final = re.compile(
    r"^\s*(?:请|麻烦)?(?:帮我|给我|让我)?(?:提醒|叫|喊|记得|记着)我?(?:让我)?(?:去|要)?|"
    r"^\s*(?:please )?remind me(?: to)?\b",
    re.IGNORECASE,
)
_MEANINGFUL: Final = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Promise:
    """Put a follow-up into somebody's list."""

    member_id: int
    staff_id: int
    text: str
    due_at: datetime

    async def apply(self, uow: UnitOfWork, conversation: Conversation) -> None:  # noqa: ARG002
        """Write it."""
        await uow.care.follow_up(self.member_id, self.text, self.due_at, staff_id=self.staff_id)


@skill("create_followup", audience=Audience.CLERKS, slots=(*SLOTS, "date", "due", "text"))
async def create_followup(turn: Turn) -> Outcome:
    """Note whom to contact, when and what about."""
    due = _due(turn)
    text = turn.slot("text") or _text(turn)
    kept = {"text": text} | ({"due": due.isoformat()} if due else {})
    member = await served(turn, {name: value for name, value in kept.items() if value})
    if isinstance(member, Outcome):
        return member
    name, chosen = member.member.name, str(member.member.id)
    if due is None:
        asking = turn.ask("date", turn.say("ask", name=name), slots={**kept, "member": chosen})
        return asking.remember(member_in_focus=member.member.id)
    if due < turn.now:
        asking = turn.ask("date", turn.say("past", at=due), slots={"text": text, "member": chosen})
        return asking.remember(member_in_focus=member.member.id)
    if turn.actor.staff_id is None:
        return turn.done(turn.say("serving.gone"))
    text = text or turn.words("contact", name=name)
    effect = Promise(member.member.id, turn.actor.staff_id, text, due)
    listing = Button(turn.words("list"), payload("list_followups"))
    at = due.astimezone(turn.services.phrasebook.time_zone)
    reply = turn.say("done", buttons=(listing,), name=name, day=at.date(), at=at, text=text)
    return turn.done(reply, effects=(effect,)).remember(member_in_focus=member.member.id)


def _due(turn: Turn) -> datetime | None:
    """Return when it is due, by what was said now or before."""
    zone = turn.services.phrasebook.time_zone
    days = days_named(turn)
    if days is None:
        before = turn.slot("due")
        return datetime.fromisoformat(before) if before else None
    first = days.start if days.start >= today(turn) or days.end < today(turn) else today(turn)
    at = datetime.combine(first, days.at or MORNING, zone)
    if days.at is None and first == today(turn) and at < turn.now:
        at = datetime.combine(first, time(23, 59), zone)
    return at.astimezone(UTC)


def _text(turn: Turn) -> str:
    """Return what it is about: the words without the command, the day and the member's number."""
    rest = turn.said
    for entity in reversed(turn.parse.entities):
        if entity.entity in ("date", "phone", "card_number", "order_number"):
            rest = f"{rest[: entity.start]}{rest[entity.end :]}"
    rest = _HEAD.sub("", rest.strip()).strip(" ，,。：:;；.")
    return rest[:LONGEST] if _MEANINGFUL.search(rest) else ""
