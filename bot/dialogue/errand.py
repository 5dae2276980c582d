"""An errand: what a customer wants done, and all that is known of it so far.

Slots fill it one by one. It is made anew each turn from the dialogue state, so what it holds of
the store is never older than the message that is being answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from decimal import Decimal

from bot.dialogue.effects import Effect
from bot.policies import Policies
from crm_store.ports import UnitOfWork
from crm_store.types.actors import Actor
from crm_store.types.conversations import JSON
from crm_store.types.orders import Order, OrderLine
from nlu.types import EntityValue, JsonValue, value_from_json


@dataclass(frozen=True, slots=True)
class Errand:
    """One errand of one conversation."""

    intent: str
    ticket: str
    """Names the confirmation: what it does is done once, however often it is confirmed."""
    conversation_id: int
    actor: Actor
    language: str
    now: datetime
    time_zone: tzinfo
    policies: Policies
    said: str
    """The customer's words in this turn."""
    slots: Mapping[str, JSON] = field(default_factory=dict)
    order: Order | None = None
    lines: tuple[OrderLine, ...] = ()
    """The positions of the order that it is about."""
    again: str = ""
    """The slot that the customer wants to answer anew."""
    effects: tuple[Effect, ...] = ()
    """What was found out on the way and has to be remembered, whatever becomes of the errand."""

    @property
    def today(self) -> date:
        """The retailer's calendar day."""
        return self.now.astimezone(self.time_zone).date()

    @property
    def member_id(self) -> int | None:
        """Whose errand it is: the attested customer, else whom the order belongs to."""
        if self.actor.member_id is not None:
            return self.actor.member_id
        return self.order.member_id if self.order is not None else None

    @property
    def whole_order(self) -> Order:
        """The order; `LookupError` when the flow never asked for one."""
        if self.order is None:
            raise LookupError(f"{self.intent} has no order")
        return self.order

    @property
    def line(self) -> OrderLine:
        """The one position; `LookupError` when there is none."""
        if not self.lines:
            raise LookupError(f"{self.intent} has no order line")
        return self.lines[0]

    def value(self, slot: str) -> EntityValue | None:
        """Return a slot's value, ``None`` when it is empty or malformed."""
        filled: JsonValue = self.slots.get(slot)
        if filled is None or isinstance(filled, bool):
            return None
        try:
            return value_from_json(filled)
        except (ValueError, ArithmeticError):
            return None

    def text(self, slot: str) -> str:
        """Return a slot as text, empty when it is not filled."""
        found = self.value(slot)
        return "" if found is None else str(found)

    def number(self, slot: str) -> int | None:
        """Return a slot as a whole number."""
        found = self.value(slot)
        return int(found) if isinstance(found, int | Decimal) else None

    def with_slot(self, name: str, value: JSON) -> "Errand":
        """Return the errand with a slot filled."""
        return replace(self, slots={**self.slots, name: value})

    def without(self, name: str) -> "Errand":
        """Return the errand with a slot emptied."""
        return replace(self, slots={one: kept for one, kept in self.slots.items() if one != name})

    async def as_it_stands(self, uow: UnitOfWork) -> "Errand":
        """Return the errand with its order as it is now, locked until the transaction ends."""
        if self.order is None:
            return self
        order = await uow.orders.lock(self.order.number)
        if order is None:
            return self
        ids = {line.id for line in self.lines}
        return replace(
            self, order=order, lines=tuple(line for line in order.lines if line.id in ids)
        )
