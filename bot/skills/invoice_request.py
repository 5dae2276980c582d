"""Invoices: kind, title and a checked tax number, once for an order; people correct them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

from bot.dialogue.errand import Errand
from bot.dialogue.flow import Flow, always_ruled
from bot.dialogue.hints import hinted, hints_for
from bot.dialogue.proof import Proof
from bot.dialogue.refusing import refused
from bot.dialogue.reply import Reply
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots import Choice, EntitySlot, Hinted, OrderSlot, When, fixed
from bot.dialogue.slots.asking import ask
from bot.dialogue.state import Option
from bot.policies import Decision, allow, refuse
from bot.policies.invoices import (
    COMPANY,
    GENERAL,
    PERSONAL,
    SPECIAL,
    may_have_special,
    may_invoice,
    tax_number_problem,
    written_as_one,
)
from crm_store.ports import UnitOfWork
from crm_store.types.cases import Case, CaseKind, NewCase
from crm_store.types.conversations import JSON
from crm_store.types.orders import Order, OrderState
from nlu.types import EntityValue

INTENT: Final = "invoice_request"
_PROGRESS: Final = "progress"
_EMAIL: Final = re.compile(r"[^\s@,，;；]+@[^\s@,，;；]+\.[A-Za-z]{2,}")
_LONGEST_EMAIL: Final = 254
_REQUESTED, _TO_CORRECT = "requested", "to_correct"


def _paid(order: Order) -> bool:
    return order.state not in (OrderState.CANCELLED, OrderState.PENDING_PAYMENT)


def _is_new(errand: Errand) -> bool:
    return not errand.text("invoice_wish")


def _for_company(errand: Errand) -> bool:
    return _is_new(errand) and errand.text("title_kind") == COMPANY


@dataclass(frozen=True, slots=True)
class Wish:
    """Not a question: whether the words are about an invoice that there should be already."""

    name: str = "invoice_wish"
    kinds: tuple[str, ...] = ()

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand, marked when it is no new invoice that is wanted."""
        del turn
        meant = hinted(hints_for(INTENT, self.name), errand.said)
        if meant is None or errand.text(self.name):
            return errand
        return errand.with_slot(self.name, meant).with_slot("invoice_words", errand.said)


@dataclass(frozen=True, slots=True)
class Known:
    """Not a question: an order that has its invoice is not invoiced again."""

    name: str = "known_invoice"
    kinds: tuple[str, ...] = ()

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand, or what there is to say about the invoice or the lack of one."""
        async with turn.reading() as uow:
            invoice = await _invoice_of(uow, errand.whole_order)
        wish = errand.text("invoice_wish")
        if invoice is not None and wish == _PROGRESS:
            reply = turn.say("progress", case=invoice, email=invoice.detail.get("email", ""))
            return turn.done(reply)
        if invoice is None and wish:
            kept = {name: value for name, value in errand.slots.items() if name != "invoice_wish"}
            errand = replace(errand, slots=kept)
        if decision := _forbids(errand, invoice):
            return refused(turn, decision, errand)
        return errand


@dataclass(frozen=True, slots=True)
class InvoiceType:
    """General or special VAT invoice; the special one only where the law lets shops write it."""

    name: str = "invoice_type"
    kinds: tuple[str, ...] = ("invoice_type",)

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with a kind that its goods may have, or ask."""
        async with turn.reading() as uow:
            special = may_have_special(errand.policies.invoices, await _business_lines(uow, errand))
        chosen = errand.text(self.name)
        if chosen == SPECIAL and not special.allowed:
            problem = turn.say("only_general", rule=turn.words(f"rules.{special.rule}"))
            return ask(turn, self.name, problem=problem, options=_options(turn, GENERAL))
        if chosen in (GENERAL, SPECIAL):
            return errand
        if not special.allowed or errand.text("title_kind") == PERSONAL:
            return errand.with_slot(self.name, GENERAL)
        return ask(turn, self.name, options=_options(turn, GENERAL, SPECIAL))


def _options(turn: Turn, *kinds: str) -> tuple[Option, ...]:
    return tuple(Option(turn.words(f"invoice_type_{kind}"), kind) for kind in kinds)


@dataclass(frozen=True, slots=True)
class TitleKind:
    """Whose name stands on it; a special invoice is always a company's."""

    name: str = "title_kind"
    kinds: tuple[str, ...] = ("title_kind",)

    def hears(self, said: str) -> Mapping[str, JSON]:
        """Return whose invoice words say it is."""
        return self._choice.hears(said)

    @property
    def _choice(self) -> Hinted:
        return Hinted(
            Choice(self.name, fixed(self.name, PERSONAL, COMPANY)), hints_for(INTENT, self.name)
        )

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with whose invoice it is, or ask."""
        company = errand.text("invoice_type") == SPECIAL or errand.text("tax_number")
        if company or errand.text("company"):
            return errand.with_slot(self.name, COMPANY)
        return await self._choice.fill(turn, errand)


async def _sound_title(turn: Turn, errand: Errand, value: EntityValue) -> Reply | None:
    longest = errand.policies.invoices.longest_title
    if len(str(value).strip()) > longest:
        return turn.say("flow.too_long", longest=longest, length=len(str(value)))
    return turn.say("bad_title") if not any(map(str.isalpha, str(value))) else None


async def _sound_tax_number(turn: Turn, _: Errand, value: EntityValue) -> Reply | None:
    problem = tax_number_problem(str(value))
    if problem is None:
        return None
    return turn.say(f"tax_number_{problem}", count=len(written_as_one(str(value))))


async def _sound_email(turn: Turn, _: Errand, value: EntityValue) -> Reply | None:
    found = _EMAIL.fullmatch(str(value).strip())
    return None if found and len(str(value)) <= _LONGEST_EMAIL else turn.say("bad_email")


async def _invoice_of(uow: UnitOfWork, order: Order) -> Case | None:
    """Return the case of the order's invoice; one that people cancelled does not count."""
    cases = await uow.cases.for_order(order.number, kinds={CaseKind.INVOICE})
    return next((case for case in cases if case.state != "cancelled"), None)


async def _business_lines(uow: UnitOfWork, errand: Errand) -> Sequence[str]:
    ids = [line.product_id for line in errand.whole_order.lines if line.product_id]
    return [product.line for product in await uow.catalog.products(ids)]


def _forbids(errand: Errand, invoice: Case | None) -> Decision | None:
    """Return why an order gets no invoice, or no correction, whatever the details."""
    if invoice is not None and _is_new(errand):
        return refuse("already_invoiced", number=invoice.number, at=invoice.opened_at)
    if invoice is not None and invoice.state == _TO_CORRECT:
        return refuse("already_correcting", number=invoice.number, at=invoice.opened_at)
    order, policy = errand.whole_order, errand.policies.invoices
    bought = order.placed_at.astimezone(errand.time_zone).date()
    decision = may_invoice(policy, order, bought=bought, today=errand.today)
    return None if decision.allowed or invoice is not None else decision


async def _decide(uow: UnitOfWork, errand: Errand) -> Decision:
    invoice = await _invoice_of(uow, errand.whole_order)
    if no := _forbids(errand, invoice):
        return no
    facts = {"amount": _amount(errand.whole_order), "currency": errand.whole_order.currency}
    policy = errand.policies.invoices
    if not _is_new(errand):
        return allow("invoice_correction", hours=policy.correction_hours, **facts).with_human()
    if errand.text("invoice_type") == SPECIAL:
        special = may_have_special(policy, await _business_lines(uow, errand))
        if not special.allowed:
            return special
        return allow(special.rule, hours=policy.special_hours, **facts)
    return allow("general_invoice", hours=policy.general_hours, **facts)


def _amount(order: Order) -> Decimal:
    """Return what is invoiced: the price, less what was paid back."""
    return order.total + sum((one.amount for one in order.payments if one.amount < 0), Decimal(0))


async def _request(uow: UnitOfWork, errand: Errand, decision: Decision) -> None:
    new = _is_new(errand)
    await uow.cases.open(
        NewCase(
            CaseKind.INVOICE,
            errand.ticket,
            state=_REQUESTED if new else _TO_CORRECT,
            member_id=errand.member_id,
            order_number=errand.whole_order.number,
            conversation_id=errand.conversation_id,
            reason=errand.text("invoice_words"),
            detail=_particulars(errand, decision) if new else {},
            rule=decision.rule,
            opened_at=errand.now,
            due_at=errand.now + timedelta(hours=int(str(decision.facts["hours"]))),
        )
    )


def _particulars(errand: Errand, decision: Decision) -> dict[str, str]:
    company = _for_company(errand)
    return {
        "type": errand.text("invoice_type"),
        "title_kind": errand.text("title_kind"),
        "title": errand.text("company") if company else errand.text("person_name"),
        "tax_number": written_as_one(errand.text("tax_number")) if company else "",
        "email": errand.text("email").strip().lower(),
        "amount": str(decision.facts["amount"]),
        "currency": str(decision.facts["currency"]),
    }


invoice_request = Flow(
    INTENT,
    CaseKind.INVOICE,
    Proof.ORDER,
    slots=(
        Wish(),
        OrderSlot(_paid, last_one=lambda errand: not _is_new(errand)),
        Known(),
        When(_is_new, TitleKind()),
        When(_is_new, InvoiceType()),
        EntitySlot("company", _sound_title, _for_company, free=True),
        EntitySlot(
            "person_name", _sound_title, lambda one: _is_new(one) and not _for_company(one), True
        ),
        EntitySlot("tax_number", _sound_tax_number, _for_company, free=True),
        EntitySlot("email", _sound_email, _is_new, free=True),
    ),
    ruled=always_ruled,
    decide=_decide,
    carry_out=_request,
).skill()
