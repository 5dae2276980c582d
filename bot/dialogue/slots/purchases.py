"""Slots for what was bought: the order, and the positions in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.dialogue import which_order
from bot.dialogue.correcting import NOT_THIS, OTHER_ONE, without
from bot.dialogue.errand import Errand
from bot.dialogue.goods_named import lines_named, with_goods_named
from bot.dialogue.refusing import refused
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots.asking import ask
from bot.dialogue.state import Option
from bot.policies import Decision
from crm_store.types.orders import Order, OrderLine

ALL = "all"
"""The answer that means every position."""


@dataclass(frozen=True, slots=True)
class OrderSlot:
    """The order; who is not its member proves to know it."""

    about: Callable[[Order], bool] = lambda _: True
    """Which orders this flow is usually about: without a number they go first."""
    forbids: Callable[[Order], Decision | None] = lambda _: None
    """What rules the order out at once, so that nobody answers questions in vain."""
    in_time: Callable[[Errand, Order], bool] = lambda _errand, _order: True
    """Which of them the rules can still allow: while there are such, the others are not meant."""

    last_one: Callable[[Errand], bool] = lambda _: False
    """Whether the order last spoken of is meant where nothing else is said."""

    @property
    def name(self) -> str:
        """The order's number."""
        return "order_number"

    @property
    def kinds(self) -> tuple[str, ...]:
        """What `which_order` asks for."""
        return which_order.SLOTS

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with its order, or the question that leads to it."""
        turn = with_goods_named(turn)
        found = await self._found(turn, errand)
        if isinstance(found, Outcome):
            return found
        gone = {NOT_THIS}
        if found.order.number != errand.text(self.name):
            gone.add(OTHER_ONE)  # the other order is the other one
        slots = {name: value for name, value in turn.slots.items() if name not in gone}
        slots[self.name] = found.order.number
        effects = (*errand.effects, *found.effects)
        known = replace(errand, order=found.order, slots=slots, effects=effects)
        decision = self.forbids(found.order)
        if decision is None:
            return known
        no = refused(turn, decision, known)
        return replace(no, effects=found.effects).remember(order_number=found.order.number)

    async def _found(self, turn: Turn, errand: Errand) -> which_order.FoundOrder | Outcome:
        """Return the order; "the other one" than the only position's is one of another order."""
        found = await self._which(turn, errand)
        if isinstance(found, Outcome) or not turn.slots.get(OTHER_ONE):
            return found
        if len(found.order.lines) > 1:
            return found
        number = {"order_number": found.order.number}
        others = without({**turn.slots, **number}, number)
        return await self._which(replace(turn, slots=others), errand)

    async def _which(self, turn: Turn, errand: Errand) -> which_order.FoundOrder | Outcome:
        def about(order: Order) -> bool:
            return self.about(order) and self.in_time(errand, order)

        last_one = self.last_one(errand)
        return await which_order.which_order(
            turn, about=about, rather=self.about, last_one=last_one
        )


@dataclass(frozen=True, slots=True)
class LineSlot:
    """Which positions of the order; the only one is taken unasked."""

    several: bool = True
    """Whether the whole order may be meant."""

    @property
    def name(self) -> str:
        """The position's number in the store, or `ALL`."""
        return "line"

    @property
    def kinds(self) -> tuple[str, ...]:
        """The slot, and the goods that a message names."""
        return (self.name, "product", "category")

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with its lines, or ask which are meant."""
        lines = errand.whole_order.lines
        meant = await self._meant(turn, errand, lines)
        if errand.slots.get(OTHER_ONE):
            others = [line for line in lines if line not in meant]
            meant = others if len(others) == 1 else []
            errand = errand.without(OTHER_ONE)
            turn = replace(turn, slots=errand.slots)
        if meant:
            kept = ALL if len(meant) > 1 else str(meant[0].id)
            return replace(errand.with_slot(self.name, kept), lines=tuple(meant))
        some = await lines_named(turn, lines)
        options = [Option(turn.local(line.name), str(line.id)) for line in some or lines]
        if self.several:
            options.append(Option(turn.words("flow.all_lines"), ALL))
        return ask(turn, self.name, options=tuple(options))

    async def _meant(
        self, turn: Turn, errand: Errand, lines: Sequence[OrderLine]
    ) -> list[OrderLine]:
        if len(lines) == 1:
            return list(lines)
        chosen = errand.text(self.name)
        if chosen == ALL and self.several:
            return list(lines)
        if picked := [line for line in lines if str(line.id) == chosen]:
            return picked
        named = await lines_named(turn, lines)
        return named if len(named) == 1 else []
