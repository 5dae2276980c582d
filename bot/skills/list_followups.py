"""What a clerk has to do: promises that are due, birthdays, and what runs out these days."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from bot.dialogue.days import days_named, today
from bot.dialogue.reply import Button, Card, payload
from bot.dialogue.skill import Audience, Outcome, Turn, skill
from crm_store.ports import UnitOfWork
from crm_store.types.care import Days, FollowUp, MemberLine, MembersWanted, RunningOut
from crm_store.types.conversations import Conversation

SHOWN: Final = 8
AHEAD: Final = timedelta(days=2)
"""How far birthdays and what runs out are looked at when no day was said."""


class Keep:
    """Mark a promise as kept."""

    def __init__(self, follow_up_id: int, staff_id: int) -> None:
        self._follow_up_id = follow_up_id
        self._staff_id = staff_id

    async def apply(self, uow: UnitOfWork, conversation: Conversation) -> None:  # noqa: ARG002
        """Write it; what is done already stays as it is."""
        await uow.care.settle(self._follow_up_id, staff_id=self._staff_id)


@skill("list_followups", audience=Audience.CLERKS, slots=("date", "done"))
async def list_followups(turn: Turn) -> Outcome:
    """Show the list, or tick one off."""
    staff_id = turn.actor.staff_id
    if staff_id is None:
        return turn.done(turn.say("nothing"))
    done = turn.slot("done")
    if done is not None and done.isdecimal() and done.isascii():
        return turn.done(
            turn.say("kept", buttons=(Button(turn.words("again"), payload("list_followups")),)),
            effects=(Keep(int(done), staff_id),),
        )
    named, now = days_named(turn), today(turn)
    last = named.end if named else now
    ahead = Days(named.start, named.end) if named else Days(now, now + AHEAD)
    async with turn.reading() as uow:
        due = await uow.care.due(staff_id, _end_of(turn, last), limit=SHOWN)
        wanted = MembersWanted(store_id=turn.actor.store_id, birthday=ahead)
        birthdays = await uow.care.find(wanted, limit=SHOWN)
        emptying = await uow.care.running_out(turn.actor.store_id, ahead, limit=SHOWN)
    if not (due or birthdays.members or emptying):
        return turn.done(turn.say("nothing"))
    cards = [_promise(turn, one) for one in due]
    if birthdays.members:
        cards.append(_birthdays(turn, birthdays.members, ahead))
    if emptying:
        cards.append(_emptying(turn, emptying))
    reply = turn.say("list", cards=tuple(cards), count=len(due), until=last, today=now)
    return turn.done(reply)


def _end_of(turn: Turn, day: date) -> datetime:
    zone = turn.services.phrasebook.time_zone
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


def _promise(turn: Turn, one: FollowUp) -> Card:
    key = "overdue" if one.due_at < turn.now else "due"
    return Card(
        title=turn.speaker.script(one.member),
        subtitle=turn.words(key, at=one.due_at),
        facts=(one.text,),
        icon="member",
        buttons=(
            Button(turn.words("done"), payload("list_followups", {"done": str(one.id)})),
            Button(turn.words("open"), payload("member_lookup", {"member": str(one.member_id)})),
        ),
    )


def _birthdays(turn: Turn, members: tuple[MemberLine, ...], days: Days) -> Card:
    facts = [
        turn.words(
            "birthday", one=one, day=one.birthday, tier=turn.name_of("tiers", one.tier.value)
        )
        for one in members
    ]
    title = turn.words("birthdays", first=days.first, last=days.last)
    return Card(title=title, facts=tuple(facts), icon="member")


def _emptying(turn: Turn, members: list[RunningOut]) -> Card:
    facts = [turn.words("emptying", one=one, product=turn.local(one.product)) for one in members]
    return Card(title=turn.words("running_out"), facts=tuple(facts), icon="member")
