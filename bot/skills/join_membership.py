"""Becoming a member: name, phone, what is agreed to; or finding an existing membership by proof.

A phone that the channel vouches for makes a member at once. One that was only typed is a claim:
it never binds anybody to an existing membership, and whether there is one is not told.
"""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from bot.dialogue.contacts import attested_phone
from bot.dialogue.errand import Errand
from bot.dialogue.flow import Flow
from bot.dialogue.proof import Proof, ProofSlot
from bot.dialogue.reply import Reply
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots import EntitySlot
from bot.dialogue.slots.consents import YES, ConsentSlot, TermsSlot, wording_slot
from bot.dialogue.slots.phones import PhoneSlot
from bot.policies import Decision, allow, refuse
from crm_store.identifiers import mask
from crm_store.ports import UnitOfWork
from crm_store.types.cases import CaseKind, NewCase
from crm_store.types.conversations import Conversation
from crm_store.types.people import IdentityKind, IdentityStatus, NewIdentity, NewMember
from crm_store.types.privacy import ANY_CHANNEL, Purpose
from nlu.types import EntityValue

EXISTING: Final = "existing"
"""Set when somebody looks for a membership that they have."""
_HAS_ONE: Final = re.compile(
    r"绑(?:定|上|卡)?|关联|原来的(?:会员|号|卡)|老会员|以前是会员|实体卡|旧卡|打通|连(?:起来|一下|接)|合到|"
    r"\b(?:bind|bound|link|connect|re-?connect|existing|used to be a member|"
    r"my (?:old|plastic) card)\b",
    re.IGNORECASE,
)


def _is_guest(errand: Errand) -> bool:
    return errand.member_id is None


def _has_one(errand: Errand) -> bool:
    return _is_guest(errand) and bool(errand.slots.get(EXISTING))


@dataclass(frozen=True, slots=True)
class _Existing:
    """Notes that somebody already has a membership: then a proof is asked for, not a form."""

    name: str = EXISTING
    kinds: tuple[str, ...] = ("card_number",)

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with the note, when the words say so and no proof says otherwise."""
        async with turn.reading() as uow:
            nobodys = await attested_phone(uow, errand.conversation_id)
        told = errand.slots.get(EXISTING) or _HAS_ONE.search(errand.said)
        told = bool(told or errand.text("card_number")) and nobodys is None
        left = {name: value for name, value in errand.slots.items() if name != EXISTING}
        return replace(errand, slots={**left, EXISTING: True} if told else left)


async def _sound_name(turn: Turn, errand: Errand, value: EntityValue) -> Reply | None:
    name, longest = str(value).strip(), errand.policies.membership.longest_name
    if len(name) > longest:
        return turn.say("flow.too_long", longest=longest, length=len(name))
    return None if name and not any(one.isdigit() for one in name) else turn.say("no_name")


async def _decide(uow: UnitOfWork, errand: Errand) -> Decision:
    if not _is_guest(errand):
        return refuse("already_member", "membership_benefits", "points_balance")
    terms = await uow.consents.wording(Purpose.MEMBERSHIP)
    if terms.version != errand.text(wording_slot(Purpose.MEMBERSHIP)):
        return refuse("terms_changed", "join_membership")
    phone = errand.text("phone")
    proved = phone == await attested_phone(uow, errand.conversation_id)
    days = errand.policies.membership.check_days
    return allow(
        "enrolment_proved" if proved else "enrolment_claimed",
        terms=terms,
        proved=proved,
        phone=mask(IdentityKind.PHONE, phone),
        days=days,
    )


async def _enrol(uow: UnitOfWork, errand: Errand, decision: Decision) -> None:
    phone, proved = errand.text("phone"), bool(decision.facts["proved"])
    conversation = await uow.conversations.get(errand.conversation_id)
    known = await uow.members.by_identity(IdentityKind.PHONE, phone)
    member_id = None
    if known is None and conversation is not None:
        member_id = await _add(uow, errand, conversation, proved=proved)
    elif known is not None and proved:
        # Enrolled elsewhere between the question and the answer: it is theirs, they proved it.
        member_id = known.id
        await uow.conversations.bind_member(errand.conversation_id, known.id)
    await uow.cases.open(
        NewCase(
            CaseKind.ENROLMENT,
            errand.ticket,
            state="enrolled" if proved else "to_verify",
            member_id=member_id,
            conversation_id=errand.conversation_id,
            detail={
                "phone": phone,
                "name": errand.text("person_name"),
                "existing": known is not None,
                "marketing": errand.text(Purpose.MARKETING.value),
                "wording": errand.text(wording_slot(Purpose.MEMBERSHIP)),
            },
            rule=decision.rule,
            opened_at=errand.now,
            due_at=errand.now + timedelta(days=errand.policies.membership.check_days),
            closed_at=errand.now if proved else None,
        )
    )


async def _add(uow: UnitOfWork, errand: Errand, conversation: Conversation, *, proved: bool) -> int:
    channel = conversation.key.channel
    status = IdentityStatus.ATTESTED if proved else IdentityStatus.CLAIMED
    identities = [NewIdentity(IdentityKind.PHONE, errand.text("phone"), status, source=channel)]
    if proved:
        peer = conversation.key.external_id
        identities.append(NewIdentity(IdentityKind.TELEGRAM, peer, status, source=channel))
    member = await uow.members.add(
        NewMember(
            errand.text("person_name").strip(),
            errand.language,
            joined_on=errand.today,
            identities=tuple(identities),
        )
    )
    await _agree(uow, errand, member.id, channel)
    if proved:
        await uow.conversations.bind_member(conversation.id, member.id)
    return member.id


async def _agree(uow: UnitOfWork, errand: Errand, member_id: int, channel: str) -> None:
    """Keep what was agreed to, with the versions that were shown."""
    agreed = [(Purpose.MEMBERSHIP, ANY_CHANNEL)]
    if errand.text(Purpose.MARKETING.value) == YES:
        agreed.append((Purpose.MARKETING, "telegram" if channel == "telegram" else "sms"))
    for purpose, way in agreed:
        version = errand.text(wording_slot(purpose))
        await uow.consents.give(member_id, purpose, way, version, source=channel)


join_membership = Flow(
    "join_membership",
    CaseKind.ENROLMENT,
    Proof.GUEST,
    slots=(
        _Existing(),
        ProofSlot(Proof.MEMBER, _has_one),
        EntitySlot("person_name", _sound_name, _is_guest, free=True),
        PhoneSlot(_is_guest),
        ConsentSlot(Purpose.MARKETING, _is_guest),
        TermsSlot(Purpose.MEMBERSHIP, _is_guest),
    ),
    decide=_decide,
    carry_out=_enrol,
).skill()
