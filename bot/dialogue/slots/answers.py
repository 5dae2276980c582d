"""Slots that are answered by choosing, by a value, or in words."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bot.dialogue.errand import Errand
from bot.dialogue.refusing import refused
from bot.dialogue.reply import Reply
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots.asking import ask
from bot.dialogue.state import Option
from bot.policies import Decision
from crm_store.ports import UnitOfWork
from nlu.types import EntityValue

Needed: TypeAlias = Callable[[Errand], bool]
Options: TypeAlias = Callable[[Turn, Errand], Awaitable[Sequence[Option]]]
Check: TypeAlias = Callable[[Turn, Errand, EntityValue], Awaitable[Reply | None]]
"""Says what is wrong with a value; ``None`` when nothing is."""
Decide: TypeAlias = Callable[[UnitOfWork, Errand], Awaitable[Decision]]
"""Whether the house allows it. It reads only, and says the same for the same facts."""


def always(_: Errand) -> bool:
    """Return that a slot is needed whatever else is known."""
    return True


def fixed(name: str, *values: str) -> Options:
    """Return the same options every time, printed by the skill's templates ``name_value``."""

    async def options(turn: Turn, _: Errand) -> Sequence[Option]:
        return [Option(turn.words(f"{name}_{value}"), value) for value in values]

    return options


@dataclass(frozen=True, slots=True)
class _Named:
    """A slot that reads what bears its own name, where it is needed."""

    name: str

    @property
    def kinds(self) -> tuple[str, ...]:
        """The slot itself."""
        return (self.name,)


@dataclass(frozen=True, slots=True)
class Choice(_Named):
    """One of some options, by button, by number, by name; an only one is taken unasked."""

    options: Options
    needed: Needed = always
    otherwise: str | None = None
    """The option that takes any other words; they are kept in the slot ``name_words``."""
    usual: str | None = None
    """The option that is taken unasked where there is it; people may still change it."""

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with the choice made, or ask for it."""
        if not self.needed(errand):
            return errand
        options = tuple(await self.options(turn, errand))
        if errand.text(self.name) in {option.value for option in options}:
            return errand
        if len(options) == 1:
            return errand.with_slot(self.name, options[0].value)
        if errand.again != self.name and self.usual in {option.value for option in options}:
            return errand.with_slot(self.name, self.usual)
        if self.otherwise is not None and errand.text(self.name):
            words = errand.with_slot(f"{self.name}_words", errand.text(self.name))
            return words.with_slot(self.name, self.otherwise)
        return ask(turn, self.name, options=options, free=self.otherwise is not None)


@dataclass(frozen=True, slots=True)
class EntitySlot(_Named):
    """A value that the NLU recognises: a date, a size, a quantity, an address."""

    check: Check | None = None
    needed: Needed = always
    free: bool = False
    """Whether any words are taken as the answer when the NLU recognises none."""

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with a sound value, or ask for it."""
        if not self.needed(errand):
            return errand
        value = errand.value(self.name)
        if value is None:
            return ask(turn, self.name, free=self.free)
        problem = await self.check(turn, errand, value) if self.check else None
        return errand if problem is None else ask(turn, self.name, problem=problem, free=self.free)


@dataclass(frozen=True, slots=True)
class TextSlot(_Named):
    """The customer's own words, kept as they are."""

    longest: int = 500
    needed: Needed = always

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with the words, or ask for them."""
        if not self.needed(errand):
            return errand
        said = errand.text(self.name).strip()
        if len(said) > self.longest:
            problem = turn.say("flow.too_long", longest=self.longest, length=len(said))
            return ask(turn, self.name, problem=problem, free=True)
        return errand if said else ask(turn, self.name, free=True)


@dataclass(frozen=True, slots=True)
class Permission:
    """Not a question: who will hear a no is told it before anything more is asked."""

    decide: Decide
    name: str = "permission"
    kinds: tuple[str, ...] = ()

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand, or the no of the house."""
        async with turn.reading() as uow:
            decision = await self.decide(uow, errand)
        return errand if decision.allowed else refused(turn, decision, errand)
