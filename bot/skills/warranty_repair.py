"""Repairs: the warranty by goods and purchase date, who pays, and when somebody has time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import partial
from typing import Final

from bot.dialogue.errand import Errand
from bot.dialogue.flow import Flow, always_ruled
from bot.dialogue.hints import hints_for
from bot.dialogue.proof import Proof
from bot.dialogue.refusing import facts_of, refused
from bot.dialogue.reply import Reply
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots import Choice, Hinted, LineSlot, OrderSlot, TextSlot, When, fixed
from bot.dialogue.slots.appointments import AppointmentSlot, chosen_window
from bot.dialogue.slots.shops import SHOP, SHOP_NAME, ShopSlot
from bot.dialogue.slots.visits import (
    APPOINTMENT,
    CANCEL,
    VISIT,
    BookedSlot,
    VisitSlot,
    for_new,
    is_new,
    visit_of,
    visit_spoken_of,
)
from bot.dialogue.state import Option
from bot.policies import Decision, allow, refuse
from bot.policies.warranty import (
    PAID,
    Hours,
    Window,
    free_windows,
    not_repairable_yet,
    under_warranty,
    windows,
)
from crm_store.ports import UnitOfWork
from crm_store.types.appointments import NewAppointment
from crm_store.types.cases import Case, CaseKind, NewCase
from crm_store.types.catalog import Product
from crm_store.types.orders import Order, OrderState

INTENT: Final = "warranty_repair"
_FAULTS: Final = ("no_power", "works_badly", "battery", "smoke_or_leak", "damage", "other")
_DESK, _HOME, _SEND_IN = "desk", "home", "send_in"
_ACCEPTED, _DECLINED = "accepted", "declined"
_LONGEST_ADDRESS: Final = 200
_DAY_BEGINS, _DAY_ENDS = time(0), time(0)
"""Technicians keep to their own hours, whatever those of the shops."""


def _arrived(order: Order) -> bool:
    return order.state in (OrderState.DELIVERED, OrderState.COMPLETED)


def _at_desk(errand: Errand) -> bool:
    return errand.text("how") == _DESK


def _at_home(errand: Errand) -> bool:
    return errand.text("how") == _HOME


def _by_appointment(errand: Errand) -> bool:
    return _at_desk(errand) or _at_home(errand)


def _needs_a_time(errand: Errand) -> bool:
    return _by_appointment(errand) and errand.text(VISIT) != CANCEL


async def _product(uow: UnitOfWork, errand: Errand) -> Product | None:
    found = await uow.catalog.products([errand.line.product_id or ""])
    return found[0] if found else None


async def _warranty(uow: UnitOfWork, errand: Errand) -> Decision:
    """Decide who pays; an open repair of the same goods comes first."""
    order = errand.whole_order
    if no := not_repairable_yet(order):
        return no
    if (case := await _open_repair(uow, errand)) is not None:
        return refuse("already_in_repair", "talk_to_human", number=case.number, due=case.due_at)
    product = await _product(uow, errand)
    return under_warranty(
        errand.policies.warranty,
        line=product.line if product else "",
        category=product.category if product else "",
        fault=errand.text("fault"),
        bought=order.placed_at.astimezone(errand.time_zone).date(),
        today=errand.today,
    )


async def _open_repair(uow: UnitOfWork, errand: Errand) -> Case | None:
    cases = await uow.cases.for_order(errand.whole_order.number, kinds={CaseKind.REPAIR})
    mine = (case for case in cases if case.line_id == errand.line.id and case.closed_at is None)
    return next(mine, None)


@dataclass(frozen=True, slots=True)
class Quote:
    """A paid repair is offered at its price before anybody is asked when they have time."""

    name: str = "quote"
    kinds: tuple[str, ...] = ("quote",)

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand, or the price, or the no of the house or of the customer."""
        async with turn.reading() as uow:
            decision = await _warranty(uow, errand)
        if not decision.allowed:
            return refused(turn, decision, errand)
        if decision.facts["charge"] != PAID or errand.text(self.name) == _ACCEPTED:
            return errand
        if errand.text(self.name) == _DECLINED:
            return turn.done(turn.say("declined"))
        asking = Reply(turn.words("ask_quote", **facts_of(turn, errand, decision)))
        options = tuple(
            Option(turn.words(f"quote_{answer}"), answer) for answer in (_ACCEPTED, _DECLINED)
        )
        return turn.choose(self.name, asking, options)


async def _ways(turn: Turn, errand: Errand) -> Sequence[Option]:
    """Return how such goods may be repaired."""
    async with turn.reading() as uow:
        product = await _product(uow, errand)
    home = product is not None and product.category in errand.policies.warranty.home_categories
    ways = (_DESK, _HOME, _SEND_IN) if home else (_DESK, _SEND_IN)
    return [Option(turn.words(f"how_{way}"), way) for way in ways]


async def _cities(turn: Turn, errand: Errand) -> Sequence[Option]:
    cities = errand.policies.warranty.home_cities
    return [Option(turn.name_of("cities", city), city) for city in cities]


async def _desks(_: UnitOfWork, errand: Errand) -> Collection[str]:
    return errand.policies.warranty.desks


def _hours(errand: Errand) -> Hours:
    policy = errand.policies.warranty
    return policy.home if _at_home(errand) else policy.desk


def _place(errand: Errand) -> str:
    """Return whose time an appointment takes."""
    return f"home:{errand.text('home_city')}" if _at_home(errand) else errand.text(SHOP)


async def _agenda(uow: UnitOfWork, errand: Errand) -> Mapping[date, Sequence[Window]]:
    """Return the free times of the desk, or of the technicians of the city."""
    policy, hours = errand.policies.warranty, _hours(errand)
    shops = {shop.id: shop for shop in await uow.catalog.shops()}
    shop = shops.get(_place(errand))
    opens, closes = (shop.opens, shop.closes) if shop else (_DAY_BEGINS, _DAY_ENDS)
    last = errand.now + timedelta(days=policy.ahead_days + 1)
    taken = await uow.appointments.taken(_place(errand), errand.now, last)
    every = windows(
        policy, hours, now=errand.now, zone=errand.time_zone, opens=opens, closes=closes
    )
    return free_windows(every, taken, hours.capacity)


async def _decide(uow: UnitOfWork, errand: Errand) -> Decision:
    if not is_new(errand):
        return await _decide_visit(uow, errand)
    decision = await _warranty(uow, errand)
    if not decision.allowed:
        return decision
    window = None
    if _by_appointment(errand):
        window = chosen_window(await _agenda(uow, errand), errand)
        if window is None:
            return refuse("appointment_taken", INTENT)
    fee = errand.policies.warranty.visit_fee if _at_home(errand) else None
    return replace(decision, facts={**decision.facts, "window": window, "fee": fee})


async def _decide_visit(uow: UnitOfWork, errand: Errand) -> Decision:
    """Decide whether an appointment may be moved or cancelled: until it begins."""
    case = await visit_of(uow, errand)
    if case is None:
        return refuse("no_visit", "talk_to_human")
    if case.due_at is None or case.due_at <= errand.now:
        return refuse("visit_is_over", "talk_to_human")
    facts = {"of": case, "was": case.due_at, "window": None}
    if errand.text(VISIT) == CANCEL:
        return allow("visit_cancelled", **facts)
    window = chosen_window(await _agenda(uow, errand), errand)
    if window is None:
        return refuse("appointment_taken", INTENT)
    return allow("visit_moved", **{**facts, "window": window})


async def _change_visit(uow: UnitOfWork, errand: Errand, decision: Decision) -> None:
    """Move or cancel the appointment, and note it under the errand's own ticket."""
    case, window = await visit_of(uow, errand), decision.facts["window"]
    if case is None:
        raise LookupError("no appointment")
    if isinstance(window, Window):
        await uow.appointments.move(_reference(case), _appointment(errand, window, case))
        begins = window.starts_at.isoformat()
        await uow.cases.change(
            case.number, state=case.state, detail={APPOINTMENT: begins}, due_at=window.starts_at
        )
    else:
        await uow.appointments.release(_reference(case))
        await uow.cases.change(case.number, state="cancelled", closed_at=errand.now)
    await uow.cases.open(
        NewCase(
            CaseKind.REPAIR,
            errand.ticket,
            state="done",
            member_id=errand.member_id,
            order_number=case.order_number,
            line_id=case.line_id,
            conversation_id=errand.conversation_id,
            detail={VISIT: errand.text(VISIT), "of": case.number},
            rule=decision.rule,
            opened_at=errand.now,
            closed_at=errand.now,
        )
    )


async def _open(uow: UnitOfWork, errand: Errand, decision: Decision) -> None:
    if not is_new(errand):
        await _change_visit(uow, errand, decision)
        return
    window = decision.facts.get("window")
    last = errand.now + timedelta(days=errand.policies.warranty.send_in_days)
    case = await uow.cases.open(
        NewCase(
            CaseKind.REPAIR,
            errand.ticket,
            state="booked" if isinstance(window, Window) else "awaiting_goods",
            member_id=errand.member_id,
            order_number=errand.whole_order.number,
            line_id=errand.line.id,
            conversation_id=errand.conversation_id,
            reason=errand.text("fault_words") or errand.text("fault"),
            detail=_particulars(errand, decision),
            rule=decision.rule,
            opened_at=errand.now,
            due_at=window.starts_at if isinstance(window, Window) else last,
        )
    )
    if isinstance(window, Window):
        await uow.appointments.book(_appointment(errand, window, case))


def _reference(case: Case) -> str:
    """Return what the appointment of a case is kept for; cases of other systems have no ticket."""
    return case.ticket or case.number


def _appointment(errand: Errand, window: Window, case: Case) -> NewAppointment:
    return NewAppointment(
        _reference(case),
        _place(errand),
        window.starts_at,
        window.ends_at,
        _hours(errand).capacity,
        case.number,
    )


def _particulars(errand: Errand, decision: Decision) -> dict[str, str]:
    """Return what the repair people need to know."""
    window = decision.facts.get("window")
    known = {
        "fault": errand.text("fault"),
        "how": errand.text("how"),
        "charge": str(decision.facts["charge"]),
        "labour": str(decision.facts["labour"]),
        "sku": errand.line.sku,
    }
    if _at_desk(errand):
        known |= {"store_id": errand.text(SHOP), "store_name": errand.text(SHOP_NAME)}
    if _at_home(errand):
        known |= {"city": errand.text("home_city"), "address": errand.text("address")}
    if isinstance(window, Window):
        known[APPOINTMENT] = window.starts_at.isoformat()
    return known


def _unplug(turn: Turn, errand: Errand) -> str:
    """Return what to do at once about something dangerous, the first time it is spoken of."""
    known = turn.state.slots.get("fault") == errand.text("fault")
    dangerous = errand.text("fault") in errand.policies.warranty.dangerous
    return turn.words("unplug") if dangerous and not known else ""


warranty_repair = Flow(
    INTENT,
    CaseKind.REPAIR,
    Proof.ORDER,
    slots=(
        VisitSlot(hints_for(INTENT, VISIT)),
        OrderSlot(_arrived, not_repairable_yet),
        LineSlot(several=False),
        BookedSlot(),
        Hinted(
            Choice("fault", fixed("fault", *_FAULTS), is_new, otherwise="other"),
            hints_for(INTENT, "fault"),
        ),
        When(is_new, Quote()),
        Hinted(Choice("how", _ways, is_new), hints_for(INTENT, "how")),
        When(for_new(_at_desk), ShopSlot(_desks)),
        Choice("home_city", _cities, for_new(_at_home)),
        TextSlot("address", _LONGEST_ADDRESS, for_new(_at_home)),
        AppointmentSlot(_agenda, _needs_a_time),
    ),
    ruled=always_ruled,
    warns=_unplug,
    takes_up=partial(visit_spoken_of, hints_for(INTENT, VISIT)),
    decide=_decide,
    carry_out=_open,
).skill()
