"""A flow: an errand declared by its slots, the decision, the confirmation and the effect.

    return_item = Flow(
        "return_item", Proof.ORDER, slots=(OrderSlot(), LineSlot(), ...),
        decide=may_be_returned, carry_out=open_return,
    ).skill()

Each turn fills what it can and asks for the first thing that is missing. When nothing is, the
house's rules decide; what costs something is done only after a yes. The decision is made again
inside the transaction that carries the errand out, on the order as it is then: if it has changed
meanwhile, nothing happens and the customer is told why.

The words are templates of the skill's file: ``ask_SLOT``, ``confirm``, ``done`` and ``refused``.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from bot.dialogue.correcting import ANY, OTHER
from bot.dialogue.effects import EffectRefusedError
from bot.dialogue.errand import Errand
from bot.dialogue.proof import PROOF, Proof, ProofSlot
from bot.dialogue.refusing import called, facts_of, refused
from bot.dialogue.reply import Button, Reply, payload
from bot.dialogue.skill import Audience, Outcome, Skill, TakesUp, Turn, takes_up_nothing
from bot.dialogue.slots.answers import Choice, Decide
from bot.dialogue.slots.asking import Hearing, Insisting, Slot
from bot.dialogue.slots.conditional import Hinted
from bot.dialogue.state import CHANGE, CONFIRM, TICKET, Option
from bot.dialogue.telling import slots_told
from bot.handoff.attachments import ATTACHMENTS, message_ids
from bot.policies import Decision
from crm_store.ports import UnitOfWork
from crm_store.types.cases import CaseKind, case_number
from crm_store.types.conversations import JSON, Conversation, JSONObject

_OWN_SLOTS: Final = (TICKET, CHANGE, PROOF)

CarryOut: TypeAlias = Callable[[UnitOfWork, Errand, Decision], Awaitable[None]]
"""Does it, inside the turn's transaction; must open a case with the errand's ticket."""
Afterwards: TypeAlias = Callable[[Turn, Errand, Decision, Outcome], Outcome]
"""What the customer hears beyond ``done``: it may offer or call a human."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One errand, declared."""

    intent: str
    kind: CaseKind
    """What kind of case it ends in."""
    proof: Proof
    slots: tuple[Slot, ...]
    decide: Decide
    carry_out: CarryOut
    confirms: bool | Callable[[Errand], bool] = True
    """Whether a yes is needed first: for all that costs something or cannot be undone."""
    before_proof: tuple[Slot, ...] = ()
    """Slots that are filled before a proof is asked for: what it is about, told to anybody."""
    besides: Choice | None = None
    """A choice with a usual answer, whose other answers the confirmation offers."""
    ruled: Callable[[str], bool] = lambda _: False
    """Whether the help centre has its rules, for a message in these words; see `Skill`."""
    commands: Mapping[str, Mapping[str, JSON]] = field(default_factory=dict)
    """Whole messages that are taken for a button of the flow with these slots."""
    claims: Callable[[str], Mapping[str, JSON] | None] = lambda _: None
    """Slots of words that can mean nothing else; see `Skill`."""
    takes_up: TakesUp = takes_up_nothing
    """What goes on with what the flow has done before; see `Skill`."""
    warns: Callable[[Turn, Errand], str] = lambda _turn, _errand: ""
    """What must be said before the next question: that something is dangerous."""
    afterwards: Afterwards = lambda _turn, _errand, _decision, done: done

    @property
    def _slots(self) -> tuple[Slot, ...]:
        return (*self.before_proof, *self.slots)

    def skill(self) -> Skill:
        """Return the skill that runs the flow."""
        kinds = dict.fromkeys(kind for slot in self._slots for kind in slot.kinds)
        slots = (*kinds, *_OWN_SLOTS)
        return Skill(
            self.intent,
            self.run,
            Audience.CUSTOMERS,
            slots,
            flow=True,
            proof=self.proof,
            commands=self.commands,
            claims=self.claims,
            ruled=self.ruled,
            hears=self.hears,
            insists=self._insists,
            takes_up=self.takes_up,
        )

    def hears(self, said: str) -> Mapping[str, JSON]:
        """Return the choices that words hint at, whichever of them is asked just now."""
        return _heard(self._slots, said)

    async def run(self, turn: Turn) -> Outcome:
        """Go one step further."""
        if turn.slots.get(CONFIRM) is False:
            return turn.done(turn.say("flow.dropped"))
        if self._is_late(turn):
            return await self._late(turn)
        wanted = {kind for slot in self._slots for kind in slot.kinds}
        told = slots_told(turn.parse, wanted, _asked(turn))
        turn = replace(turn, slots={**told, **self._unasked(turn), **turn.slots})
        if turn.slots.get(CHANGE) in (ANY, OTHER):
            return self._ask_what_to_change(turn)
        errand = await self._filled(turn)
        if isinstance(errand, Outcome):
            return errand
        if errand.again and errand.again not in errand.slots:
            return self._ask_what_to_change(replace(turn, slots={**errand.slots, CHANGE: OTHER}))
        async with turn.reading() as uow:
            decision = await self.decide(uow, errand)
        return await self._decided(turn, errand, decision)

    def _unasked(self, turn: Turn) -> Mapping[str, JSON]:
        """Return the choices that words make unasked: all of those that the flow begins with."""
        question = turn.state.question
        if question is not None and question.skill == self.intent:
            return self._insists(turn.said)
        choices = [slot for slot in self._slots if isinstance(slot, Hinted)]
        words = {f"{name}_words": turn.said for name in _heard(choices, turn.said)}
        return words | dict(self.hears(turn.said)) | self._insists(turn.said)

    def _insists(self, said: str) -> dict[str, JSON]:
        """Return the choices made by words that count before their question is asked."""
        heard: dict[str, JSON] = {}
        for slot in self._slots:
            if isinstance(slot, Insisting):
                heard |= slot.insists(said)
        return heard

    def _is_late(self, turn: Turn) -> bool:
        """Whether a button of a confirmation was pressed that is not the one now open."""
        asked, pressed = turn.state.question, turn.slots.get(TICKET)
        own = asked is not None and asked.skill == self.intent
        return pressed is not None and pressed != (turn.state.slots.get(TICKET) if own else None)

    async def _filled(self, turn: Turn) -> Errand | Outcome:
        """Return the errand with every slot filled, or the question for the first that is not."""
        errand = self._errand(turn)
        proof = ProofSlot(self.proof)
        for slot in (*self.before_proof, proof, *self.slots):
            step = await slot.fill(replace(turn, slots=errand.slots), errand)
            if isinstance(step, Outcome):
                asking = replace(step, effects=(*errand.effects, *step.effects))
                return self._leading_in(turn, errand, asking)
            errand = step
        return errand

    def _leading_in(self, turn: Turn, errand: Errand, asking: Outcome) -> Outcome:
        """Return the flow's next question, after what has to be said before it."""
        question = asking.state.question
        if question is None or question.skill != self.intent:
            return asking
        lead_in = self.warns(turn, errand) + _goods_taken(turn, errand)
        first, *others = asking.replies
        return replace(asking, replies=(replace(first, text=f"{lead_in}{first.text}"), *others))

    def _errand(self, turn: Turn) -> Errand:
        again = turn.slots.get(CHANGE)
        kept = {
            name: value
            for name, value in turn.slots.items()
            if name not in (again, CHANGE, CONFIRM, PROOF)
        }
        return Errand(
            intent=self.intent,
            ticket=str(kept.pop(TICKET, None) or self._new_ticket(turn)),
            conversation_id=turn.conversation.id,
            actor=turn.actor,
            language=turn.speaker.language,
            now=turn.now,
            time_zone=turn.services.phrasebook.time_zone,
            policies=turn.services.policies,
            said=turn.said,
            slots=kept,
            again=str(again or ""),
        )

    def _new_ticket(self, turn: Turn) -> str:
        # With the intent: one message may have two wishes.
        return f"{turn.conversation.id}-{turn.message.id}-{self.intent}"

    async def _decided(self, turn: Turn, errand: Errand, decision: Decision) -> Outcome:
        if not decision.allowed:
            return self._remembering(refused(turn, decision, errand), errand)
        if self._needs_yes(errand) and turn.slots.get(CONFIRM) is not True:
            asking = await self._ask_to_confirm(turn, errand, decision)
            return self._remembering(asking, errand)
        number = case_number(self.kind, errand.ticket, errand.now)
        words = turn.words("done", number=number, **facts_of(turn, errand, decision))
        effects = (*errand.effects, CarryOutFlow(self, errand), *called(turn, decision, errand))
        done = replace(turn.done(Reply(words), effects=effects), resolved=not decision.human)
        done = self.afterwards(turn, errand, decision, done)
        return self._remembering(done, errand, effects=False)

    def _needs_yes(self, errand: Errand) -> bool:
        return self.confirms if isinstance(self.confirms, bool) else self.confirms(errand)

    def _remembering(self, outcome: Outcome, errand: Errand, *, effects: bool = True) -> Outcome:
        """Remember what was found out on the way, and the order as the one last spoken of."""
        if effects:
            outcome = replace(outcome, effects=(*errand.effects, *outcome.effects))
        if errand.order is None:
            return outcome
        return outcome.remember(order_number=errand.order.number)

    async def _ask_to_confirm(self, turn: Turn, errand: Errand, decision: Decision) -> Outcome:
        # A fresh ticket: what was shown before and changed since can no longer be confirmed.
        ticket = self._new_ticket(turn)
        asking = turn.words("confirm", **facts_of(turn, errand, decision))
        if turn.state.misunderstood and turn.said:
            asking = turn.words("flow.unclear", asking=asking)
        buttons = [
            Button(turn.words("flow.yes"), payload(self.intent, {CONFIRM: True, TICKET: ticket})),
            Button(turn.words("flow.no"), payload(self.intent, {CONFIRM: False, TICKET: ticket})),
        ]
        if len(self._slots) > 1:
            change = payload(self.intent, {CHANGE: ANY})
            buttons[1:1] = [
                *await self._other_ways(turn, errand),
                Button(turn.words("flow.change"), change),
            ]
        reply = Reply(asking, buttons=tuple(buttons))
        return turn.ask(CONFIRM, reply, slots={**errand.slots, TICKET: ticket})

    async def _other_ways(self, turn: Turn, errand: Errand) -> list[Button]:
        if self.besides is None:
            return []
        name = self.besides.name
        return [
            Button(option.label, payload(self.intent, {name: option.value}))
            for option in await self.besides.options(turn, errand)
            if option.value != errand.text(name)
        ]

    def _ask_what_to_change(self, turn: Turn) -> Outcome:
        names = [slot.name for slot in self._slots if slot.kinds and slot.name in turn.slots]
        options = tuple(Option(turn.words(f"slots.{name}"), name) for name in names)
        key = "change_what" if turn.slots[CHANGE] == ANY else "change_only"
        return turn.choose(CHANGE, turn.say(f"flow.{key}"), options)

    async def _late(self, turn: Turn) -> Outcome:
        """A button of an earlier confirmation: say what became of it, and change nothing."""
        async with turn.reading() as uow:
            case = await uow.cases.by_ticket(str(turn.slots[TICKET]))
        reply = turn.say("flow.outdated") if case is None else turn.say(
            "flow.already_done", number=case.number
        )  # fmt: skip
        return Outcome((reply,), (), turn.state)


def _goods_taken(turn: Turn, errand: Errand) -> str:
    """Return the name of the goods, where nobody was asked which they are."""
    given = turn.slots.keys() | turn.state.slots.keys()
    if len(errand.lines) != 1 or given & {"line", "order_number"}:
        return ""
    at = errand.whole_order.placed_at
    return turn.words("flow.about_goods", name=turn.local(errand.line.name), at=at)


def always_ruled(_: str) -> bool:
    """Return that a question about the errand may be answered by an article of the help centre."""
    return True


def _heard(slots: Iterable[Slot], said: str) -> Mapping[str, JSON]:
    heard: dict[str, JSON] = {}
    for slot in slots:
        if isinstance(slot, Hearing):
            heard |= slot.hears(said)
    return heard


def _asked(turn: Turn) -> str | None:
    """Return the slot that this skill asked for last."""
    question = turn.state.question
    return question.slot if question is not None and question.skill == turn.skill else None


@dataclass(frozen=True, slots=True)
class CarryOutFlow:
    """The effect of a confirmed flow: decided again on the facts as they are, then done."""

    flow: Flow
    errand: Errand

    async def apply(self, uow: UnitOfWork, conversation: Conversation) -> None:
        """Carry it out, once for its ticket; raises `EffectRefusedError` when it is too late."""
        del conversation
        if await uow.cases.by_ticket(self.errand.ticket) is not None:
            return
        errand = await self.errand.as_it_stands(uow)
        decision = await self.flow.decide(uow, errand)
        if not decision.allowed:
            raise EffectRefusedError(self.flow.intent, decision)
        await self.flow.carry_out(uow, errand, decision)
        await self._hand_over(uow)

    async def _hand_over(self, uow: UnitOfWork) -> None:
        """Give the case the pictures and voice messages that were sent on the way."""
        kept = message_ids(self.errand.slots.get(ATTACHMENTS))
        case = await uow.cases.by_ticket(self.errand.ticket) if kept else None
        if case is not None:
            detail: JSONObject = {ATTACHMENTS: [*kept]}
            await uow.cases.change(case.number, state=case.state, detail=detail)
