"""Clerks have something about a member written down; allergies and skin type become facts."""

import re
from dataclasses import dataclass
from typing import Final

from bot.dialogue.serving import SLOTS, served
from bot.dialogue.skill import Audience, Outcome, Turn, skill
from crm_store.ports import UnitOfWork
from crm_store.types.conversations import Conversation

LONGEST: Final = 500
_CHAT: Final = "clerk"
_VERB: Final = (
    r"(?:备注|备住|贝注|记录|补充|登记|标注|标记|保存|录入|添加|"
    r"(?:记|写|存|加|打|留)(?=一?[下条个笔]|[上住着到进去好]|备注|标签|[：:，,\s]|$))"
)
_COMMAND: Final = (
    r"(?:请|麻烦|务必|先|再|帮忙|(?:帮|给|替)(?:我|她|他|这位客人)?)*"
    rf"{_VERB}(?:一?[下条个笔]|[上住着到进去好])*(?:(?:她|他|客人|会员|客户)的?(?=备注|标签|记录|档案|资料|名下))?"
    r"(?:备注|标签|记录|档案里?|资料里?|名下)?(?:就行|吧|哈)?|"
    r"(?:please )?(?:(?:make|add|take|leave|write)(?: down)? a (?:quick )?note|"
    r"(?:note|remember|jot|write)(?: (?:it|that|this))?(?: down)?)"
    r"(?: that| about (?:her|him)| for (?:her|him))?"
)
_HEAD: Final = re.compile(rf"^\s*(?:{_COMMAND})(?![a-z])[\s，,：:。;；]*", re.IGNORECASE)
_TAIL: Final = re.compile(rf"[\s，,。;；]+(?:{_COMMAND})[\s。.!！]*$", re.IGNORECASE)
_MEANINGFUL: Final = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class WriteNote:
    """Write a note about a member, and the facts that it states."""

    member_id: int
    staff_id: int
    text: str
    facts: tuple[tuple[str, str], ...]
    """Kinds of preferences and their values."""

    async def apply(self, uow: UnitOfWork, conversation: Conversation) -> None:  # noqa: ARG002
        """Write them."""
        await uow.care.note(self.member_id, self.text, staff_id=self.staff_id)
        for kind, value in self.facts:
            await uow.profiles.prefer(self.member_id, kind, value, _CHAT)


@skill("add_note", audience=Audience.CLERKS, slots=(*SLOTS, "note"))
async def add_note(turn: Turn) -> Outcome:
    """Write down what was said, and say in whose file it stands."""
    text = (turn.slot("note") or note_of(turn.said))[:LONGEST]
    member = await served(turn, {"note": text} if text else {}, about_names=True)
    if isinstance(member, Outcome):
        return member
    if not text:
        kept = {"member": str(member.member.id)}
        asking = turn.ask("note", turn.say("ask", name=member.member.name), slots=kept, free=True)
        return asking.remember(member_in_focus=member.member.id)
    if turn.actor.staff_id is None:
        return turn.done(turn.say("serving.gone"))
    facts = _facts(turn, text)
    effect = WriteNote(member.member.id, turn.actor.staff_id, text, facts)
    told = [
        turn.words("fact", kind=turn.name_of("preferences", kind), value=value)
        for kind, value in facts
    ]
    reply = turn.say("noted", name=member.member.name, text=text, facts=told)
    return turn.done(reply, effects=(effect,)).remember(member_in_focus=member.member.id)


def note_of(words: str) -> str:
    """Return what is to be noted, without the words that ask for it."""
    rest = _TAIL.sub("", _HEAD.sub("", words.strip())).strip(" ，,。：:;；")
    return rest if _MEANINGFUL.search(rest) else ""


def _facts(turn: Turn, text: str) -> tuple[tuple[str, str], ...]:
    """Return the facts that the message states in so many words."""
    found = [("allergy", one.text) for one in turn.entities("ingredient") if one.role == "allergy"]
    found += [("skin_type", one.text) for one in turn.entities("skin_type")]
    return tuple(dict.fromkeys(fact for fact in found if fact[1] in text))
