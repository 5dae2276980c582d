"""Changing what the shop knows of a member: contacts, address, birthday, tastes and needs.

What could be stolen by it needs a recent proof. A number or e-mail that was only typed is kept as
a claim until it is proved; the value from before stays in the case and with the sources that
said it. Tastes that people state are kept apart from what was inferred from their purchases.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from bot.dialogue.contacts import attested_phone
from bot.dialogue.errand import Errand
from bot.dialogue.flow import Flow
from bot.dialogue.profile_values import FIELDS, field_meant
from bot.dialogue.proof import Proof, ProofSlot
from bot.dialogue.reply import Reply
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots.asking import ask
from bot.dialogue.state import Option
from bot.policies import Decision, allow, refuse
from bot.policies.membership import may_set_birthday
from crm_store.ports import UnitOfWork
from crm_store.types.cases import CaseKind, NewCase
from crm_store.types.conversations import JSON
from crm_store.types.people import IdentityKind, IdentityStatus, NewIdentity
from crm_store.types.profiles import NewFact
from nlu.types import DateRange

MEMBER: Final = "member"
"""The source of what members say about themselves after they proved who they are."""
CHAT: Final = "chat"
_YEAR: Final = re.compile(r"\d{4}|[一二三四五六七八九〇零]{4}年")
"""A birthday without its year would be read as the coming one."""
_IDENTITIES: Final = {"phone": IdentityKind.PHONE, "email": IdentityKind.EMAIL}


@dataclass(frozen=True, slots=True)
class _FieldSlot:
    """Which field; read from the words, else chosen."""

    name: str = "field"
    kinds: tuple[str, ...] = ("field",)

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with the field."""
        if errand.text(self.name) in FIELDS:
            return errand
        meant = field_meant(errand.said, errand.slots)
        if meant is not None:
            return errand.with_slot(self.name, meant)
        options = tuple(Option(turn.words(f"field_{name}"), name) for name in FIELDS)
        return ask(turn, self.name, options=options)


@dataclass(frozen=True, slots=True)
class _ValueSlot:
    """The new value, checked by its field."""

    name: str = "value"

    @property
    def kinds(self) -> tuple[str, ...]:
        """Answers in words, and every kind of entity that is a value of some field."""
        entities = [kind for field in FIELDS.values() for kind in field.entities]
        return (*(f"value_{name}" for name in FIELDS), *dict.fromkeys(entities))

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with a sound value, or ask for it."""
        name = errand.text("field")
        told = self._told(name, errand) or await self._shared(name, turn, errand)
        left = {slot: kept for slot, kept in errand.slots.items() if slot not in self.kinds}
        if told is None:
            return errand if errand.text(self.name) else self._ask(name, turn)
        value = FIELDS[name].read(told)
        problem = self._problem(name, value, turn, errand)
        if value is None or problem:
            return self._ask(name, replace(turn, slots=left), problem or turn.say("not_a_value"))
        return replace(errand, slots={**left, self.name: value})

    def _told(self, name: str, errand: Errand) -> str | None:
        """Return the value: an entity of the field, what a sentence holds, the whole answer."""
        field, answer = FIELDS[name], errand.text(f"value_{name}")
        if found := field.found_in(errand.said):
            return found
        entity = next((errand.value(kind) for kind in field.entities if errand.text(kind)), None)
        if isinstance(entity, DateRange):
            return entity.start.isoformat()
        return answer or None if entity is None else str(entity)

    async def _shared(self, name: str, turn: Turn, errand: Errand) -> str | None:
        if name != "phone" or errand.text(self.name):
            return None
        async with turn.reading() as uow:
            return await attested_phone(uow, errand.conversation_id)

    def _problem(self, name: str, value: str | None, turn: Turn, errand: Errand) -> Reply | None:
        rules = errand.policies.membership
        if name == "birthday" and value is not None and not _YEAR.search(turn.said):
            return turn.say("which_year")
        if name == "address" and value is not None:
            if len(value) > rules.longest_address:
                longest = rules.longest_address
                return turn.say("flow.too_long", longest=longest, length=len(value))
            return turn.say("short_address") if len(value) < rules.shortest_address else None
        return None

    def _ask(self, name: str, turn: Turn, problem: Reply | None = None) -> Outcome:
        slot = f"value_{name}"
        asking = ask(turn, slot, problem=problem, free=True)
        shares = name == "phone" and turn.conversation.key.channel == "telegram"
        asked = asking.state.question
        if not shares or asked is None or asked.slot != slot:
            return asking
        first, *others = asking.replies
        return replace(asking, replies=(replace(first, contact_request=True), *others))


def _needs_fresh(errand: Errand) -> bool:
    return FIELDS[errand.text("field")].fresh


async def _decide(uow: UnitOfWork, errand: Errand) -> Decision:
    name, value, member_id = errand.text("field"), errand.text("value"), errand.member_id
    if member_id is None:
        return refuse("not_yours")
    field = FIELDS[name]
    before = await _before(uow, member_id, name)
    facts: dict[str, object] = {"field": name, "new": field.masked(value), "before": before}
    if name in _IDENTITIES:
        decision = await _decide_identity(uow, errand, known=field.masked(value) in before)
    elif name == "birthday":
        decision = await _decide_birthday(uow, errand, member_id, before)
    elif field.preference:
        decision = allow("preference_stated", inferred=await _inferred(uow, member_id))
    else:
        decision = allow("profile_by_member")
    return replace(decision, facts={**facts, **decision.facts})


async def _decide_identity(uow: UnitOfWork, errand: Errand, *, known: bool) -> Decision:
    """Decide about a phone or e-mail: what was only typed is noted, and counts once proved."""
    proved = errand.text("value") == await attested_phone(uow, errand.conversation_id)
    if known and not proved:
        return refuse("profile_same")
    days = errand.policies.membership.check_days
    return allow("identity_proved" if proved else "identity_claimed", proved=proved, days=days)


async def _decide_birthday(
    uow: UnitOfWork, errand: Errand, member_id: int, before: tuple[str, ...]
) -> Decision:
    birthday = date.fromisoformat(errand.text("value"))
    known = tuple(date.fromisoformat(one) for one in before)
    if birthday in known:
        return refuse("profile_same")
    decision = may_set_birthday(
        errand.policies.membership,
        birthday,
        today=errand.today,
        changed_before=await _birthday_changes(uow, member_id),
    )
    return replace(decision, facts={**decision.facts, "new": birthday, "before": known})


async def _before(uow: UnitOfWork, member_id: int, name: str) -> tuple[str, ...]:
    """Return what is on file for a field, as it may be shown."""
    if name in _IDENTITIES:
        found = await uow.members.identities(member_id)
        return tuple(one.masked for one in found if one.kind is _IDENTITIES[name])
    profile = await uow.profiles.profile(member_id)
    if profile is None:
        return ()
    facts = tuple(one.fact.value for one in profile.fields if one.field == name)
    return facts + tuple(one.value for one in profile.stated if one.kind == name)


async def _inferred(uow: UnitOfWork, member_id: int) -> tuple[str, ...]:
    profile = await uow.profiles.profile(member_id)
    return tuple(one.value for one in profile.inferred) if profile else ()


async def _birthday_changes(uow: UnitOfWork, member_id: int) -> int:
    cases = await uow.cases.for_member(member_id, open_only=False)
    details = [one.detail for one in cases if one.kind is CaseKind.PROFILE_CHANGE]
    # Filling it in for the first time is no change.
    return sum(one.get("field") == "birthday" and bool(one.get("old")) for one in details)


async def _change(uow: UnitOfWork, errand: Errand, decision: Decision) -> None:
    name, value, member_id = errand.text("field"), errand.text("value"), errand.member_id
    if member_id is None:
        raise LookupError("nobody's profile")
    before = await _before(uow, member_id, name)
    claimed = decision.rule == "identity_claimed"
    await _write(uow, member_id, name, value, proved=bool(decision.facts.get("proved")))
    detail: Mapping[str, JSON] = {"field": name, "old": list(before), "new": value}
    days = timedelta(days=errand.policies.membership.check_days)
    await uow.cases.open(
        NewCase(
            CaseKind.PROFILE_CHANGE,
            errand.ticket,
            state="to_verify" if claimed else "done",
            member_id=member_id,
            conversation_id=errand.conversation_id,
            detail=detail,
            rule=decision.rule,
            opened_at=errand.now,
            due_at=errand.now + days if claimed else None,
            closed_at=None if claimed else errand.now,
        )
    )


async def _write(uow: UnitOfWork, member_id: int, name: str, value: str, *, proved: bool) -> None:
    if name == "phone" and proved:
        await uow.members.replace_phone(member_id, value, source=CHAT)
    elif name in _IDENTITIES:
        claim = NewIdentity(_IDENTITIES[name], value, IdentityStatus.CLAIMED, source=CHAT)
        await uow.members.attach(member_id, claim)
    elif FIELDS[name].preference:
        await uow.profiles.prefer(member_id, name, value, CHAT)
    else:
        await uow.profiles.state(member_id, NewFact(name, value, MEMBER))


update_profile = Flow(
    "update_profile",
    CaseKind.PROFILE_CHANGE,
    Proof.MEMBER,
    before_proof=(_FieldSlot(),),
    slots=(ProofSlot(Proof.FRESH, _needs_fresh), _ValueSlot()),
    decide=_decide,
    carry_out=_change,
).skill()
