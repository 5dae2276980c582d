"""Effects happen exactly once, however messages and buttons are repeated, late or out of order.

The real turn, skills and store; what varies is the order in which a customer's presses arrive. No
model is needed: a button says what it means. Whatever the order, money goes back once or not at
all, stock is neither lost nor made, and every case belongs to one confirmation.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from heguang import Assistant, Prepared, prepared
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_store.types.actors import SYSTEM
from crm_store.types.cases import CaseKind
from crm_store.types.catalog import ONLINE_STORE_ID
from crm_store.types.conversations import Author, ConversationKey, InboundMessage
from crm_store.types.orders import OrderState

__all__ = ["prepared"]

KEY = ConversationKey("console", "test", "peer")
PAID = "HK2603010201"
WORN = "HK2602200204"
CANCEL = ['/cancel_order{"order_number": "HK2603010201"}']
CHANGE = [
    '/change_order{"order_number": "HK2603010201", "sku": "APP-0401-WHT-38"}',
    '/change_order{"order_number": "HK2603010201", "quantity": 2}',
]
EXCHANGE = [
    (
        '/exchange_item{"order_number": "HK2602200204", "quantity": 1, "reason": "wrong_size",'
        ' "sku": "APP-0101-BLK-L", "condition": "unused", "handover": "courier"}'
    )
]
RETURN = [
    (
        '/return_item{"order_number": "HK2602200204", "quantity": 2, "reason": "broken",'
        ' "handover": "courier"}'
    )
]
LEAVE = ["/stop"]

Step = tuple[str, int]
"""What arrives: ``say`` an errand, ``press`` a button of a confirmation, or ``again`` a message;
``queue`` a button that nobody answers before the next message."""


def steps(lines: Sequence[str]) -> st.SearchStrategy[list[Step]]:
    """Return random conversations about these errands."""
    said = st.tuples(st.just("say"), st.integers(0, len(lines) + len(LEAVE) - 1))
    pressed = st.tuples(st.just("press"), st.integers(0, 5))
    repeated = st.tuples(st.just("again"), st.integers(0, 9))
    queued = st.tuples(st.just("queue"), st.integers(0, 5))
    return st.lists(st.one_of(said, pressed, pressed, repeated, queued), min_size=3, max_size=9)


@dataclass
class Customer:
    """Hands in what a step says, and remembers the confirmations that were shown."""

    assistant: Assistant
    who: str
    lines: Sequence[str]
    sent: list[InboundMessage] = field(default_factory=list)
    confirmations: list[str] = field(default_factory=list)

    async def take(self, step: Step) -> None:
        """Let one message arrive, and the worker answer."""
        kind, number = step
        if kind == "again" and self.sent:
            await self._hand_in(self.sent[number % len(self.sent)])
        elif kind == "queue" and self.confirmations:
            await self._new(self.confirmations[number % len(self.confirmations)], answered=False)
        elif kind == "press" and self.confirmations:
            await self._new(self.confirmations[number % len(self.confirmations)])
        elif kind == "say":
            await self._new([*self.lines, *LEAVE][number])

    async def _new(self, text: str, *, answered: bool = True) -> None:
        message = InboundMessage(
            key=KEY,
            external_id=str(len(self.sent)),
            text=text,
            author=Author.CUSTOMER,
            member_id=self.assistant.people.members[self.who],
        )
        self.sent.append(message)
        await self._hand_in(message, answered=answered)

    async def _hand_in(self, message: InboundMessage, *, answered: bool = True) -> None:
        [receipt] = await self.assistant.inbox.accept([message])
        if not answered:
            return  # until the next message comes
        while await self.assistant.worker.step():
            pass
        async with self.assistant.store.reading(SYSTEM) as uow:
            log = await uow.conversations.messages(receipt.conversation_id, after=0)
        self.confirmations = [
            str(button["payload"])
            for one in log
            for button in one.payload.get("buttons", [])  # type: ignore[union-attr]
            if '"confirm": ' in str(button["payload"])  # type: ignore[index]
        ]


@dataclass(frozen=True)
class Books:
    """What the store says when everything has been answered."""

    state: OrderState
    sku: str
    quantity: int
    refunded: Decimal
    due: Decimal
    cases: tuple[tuple[CaseKind, str], ...]
    free: dict[str, int]


async def books(assistant: Assistant, number: str, skus: Sequence[str]) -> Books:
    """Read what became of an order and of the warehouse."""
    async with assistant.store.reading(SYSTEM) as uow:
        order = await uow.orders.by_number(number)
        assert order is not None
        cases = await uow.cases.for_order(number)
        levels = await uow.catalog.stock(skus)
    return Books(
        state=order.state,
        sku=order.lines[0].sku,
        quantity=order.lines[0].quantity,
        refunded=-sum((one.amount for one in order.payments if one.amount < 0), Decimal(0)),
        due=sum((one.amount for one in order.payments if one.state == "due"), Decimal(0)),
        cases=tuple((case.kind, str(case.ticket)) for case in cases),
        free={one.sku: one.quantity for one in levels if one.store_id == ONLINE_STORE_ID},
    )


def played(prepared: Prepared, who: str, lines: Sequence[str], conversation: list[Step]) -> Books:
    """Play a conversation on a database of its own; returns what is left."""

    async def play() -> Books:
        with tempfile.TemporaryDirectory() as folder:
            database = Path(folder) / "heguang.db"
            shutil.copyfile(prepared.path, database)
            assistant = await Assistant.of_buttons(prepared, database)
            try:
                customer = Customer(assistant, who, lines)
                for step in conversation:
                    await customer.take(step)
                number, skus = (WORN, SHIRTS) if who == "wearer" else (PAID, SHOES)
                return await books(assistant, number, skus)
            finally:
                await assistant.store.close()

    return asyncio.run(play())


SHOES = ("APP-0401-WHT-36", "APP-0401-WHT-38")
SHIRTS = ("APP-0101-BLK-L",)
PLENTY = 40
PRICE = Decimal(399)
few = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@few
@given(conversation=steps([*CANCEL, *CHANGE]))
def test_an_order_is_cancelled_once_and_nothing_is_lost_or_made(
    prepared: Prepared, conversation: list[Step]
) -> None:
    left = played(prepared, "buyer", [*CANCEL, *CHANGE], conversation)
    cancelled = left.state is OrderState.CANCELLED
    cancellations = [ticket for kind, ticket in left.cases if kind is CaseKind.CANCELLATION]
    assert len(cancellations) == cancelled
    assert left.refunded == (PRICE if cancelled else 0)
    assert len({ticket for _, ticket in left.cases}) == len(left.cases)
    with_customer = {left.sku: 0 if cancelled else left.quantity}
    sold = {SHOES[0]: 1}
    for sku in SHOES:
        assert left.free[sku] + with_customer.get(sku, 0) == PLENTY + sold.get(sku, 0)
    assert left.due == PRICE * (left.quantity - 1)


@few
@given(conversation=steps(EXCHANGE))
def test_goods_are_held_once_for_an_exchange(prepared: Prepared, conversation: list[Step]) -> None:
    left = played(prepared, "wearer", EXCHANGE, conversation)
    assert len(left.cases) <= 1
    assert left.free[SHIRTS[0]] == PLENTY - len(left.cases)


@few
@given(conversation=steps([*EXCHANGE, *RETURN]))
def test_a_thing_comes_back_once(prepared: Prepared, conversation: list[Step]) -> None:
    left = played(prepared, "wearer", [*EXCHANGE, *RETURN], conversation)
    kinds = [kind for kind, _ in left.cases]
    assert len(kinds) <= 1
    assert left.free[SHIRTS[0]] == PLENTY - kinds.count(CaseKind.EXCHANGE)
    assert left.refunded == 0


async def cancelled_meanwhile(assistant: Assistant, number: str) -> None:
    """Let somebody else cancel an order while the customer thinks."""
    async with assistant.store.writing(SYSTEM) as uow:
        await uow.orders.cancel(number)


def test_an_order_that_changed_since_the_question_is_left_alone(
    prepared: Prepared, tmp_path: Path
) -> None:
    async def play() -> tuple[str, Books]:
        database = tmp_path / "heguang.db"
        shutil.copyfile(prepared.path, database)
        assistant = await Assistant.of_buttons(prepared, database)
        customer = Customer(assistant, "buyer", CANCEL)
        await customer.take(("say", 0))
        await cancelled_meanwhile(assistant, PAID)
        await customer.take(("press", 0))
        async with assistant.store.reading(SYSTEM) as uow:
            log = await uow.conversations.messages(1, after=0)
        left = await books(assistant, PAID, SHOES)
        await assistant.store.close()
        return log[-1].text, left

    answer, left = asyncio.run(play())
    assert "订单已经取消" in answer
    assert (left.cases, left.refunded, left.free[SHOES[0]]) == ((), 0, PLENTY)
