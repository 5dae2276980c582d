"""The skill: one file in `bot/skills/`, found by its decorator.

    @skill("points_balance", audience=Audience.CUSTOMERS)
    async def points_balance(turn: Turn) -> Outcome:
        ...

A skill reads through ``turn.store`` (always for ``turn.actor``) and ``turn.search``, writes
nothing, and returns an `Outcome`. When a slot is missing it returns `turn.ask(...)`; the turn that
brings the answer calls the skill again with the slot filled.
"""

import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Flag, auto
from typing import TypeAlias

from bot.dialogue.effects import Effect
from bot.dialogue.levels import Proof
from bot.dialogue.reply import Button, Card, Reply, TemplateValue, payload
from bot.dialogue.state import DialogueState, Option, Question
from bot.policies import Policies, Service, load_policies, load_service
from bot.replies import Phrasebook, Speaker
from crm_store.ports import CrmStore, UnitOfWork
from crm_store.types.actors import Actor
from crm_store.types.conversations import JSON, Conversation, Message
from crm_store.types.text import LocalText
from knowledge.ports import CatalogSearch, FaqSearch
from nlu.types import Entity, EntityValue, Parse, value_from_json


class Audience(Flag):
    """Who may use a skill."""

    CUSTOMERS = auto()
    CLERKS = auto()
    EVERYBODY = CUSTOMERS | CLERKS


@dataclass(frozen=True, slots=True)
class Services:
    """What every turn can reach; made once by the composition root."""

    store: CrmStore
    search: CatalogSearch
    faq: FaqSearch
    phrasebook: Phrasebook
    clock: Callable[[], datetime]
    policies: Policies = field(default_factory=load_policies)
    service: Service = field(default_factory=load_service)


@dataclass(frozen=True, slots=True)
class Turn:
    """One message in its conversation, understood, and everything needed to answer it."""

    services: Services
    conversation: Conversation
    actor: Actor
    message: Message
    parse: Parse
    state: DialogueState
    speaker: Speaker
    """Words replies in the customer's language."""
    skill: str
    """The name of the skill that runs."""
    slots: Mapping[str, JSON] = field(default_factory=dict)
    """Slots filled by a button or by the answer to the last question, and those kept before."""
    pressed: bool = False
    """Whether a button was pressed rather than words typed."""

    @property
    def now(self) -> datetime:
        """The present, with time zone UTC."""
        return self.services.clock()

    @property
    def search(self) -> CatalogSearch:
        """Catalogue search; blocking, call it through `asyncio.to_thread`."""
        return self.services.search

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open the store for the actor of this turn."""
        return self.services.store.reading(self.actor)

    def entities(self, kind: str) -> list[Entity]:
        """Return the entities of a kind, in the order of the text."""
        return [entity for entity in self.parse.entities if entity.entity == kind]

    def entity(self, kind: str) -> EntityValue | None:
        """Return the value of the first entity of a kind."""
        return next((entity.value for entity in self.entities(kind)), None)

    def value(self, name: str) -> EntityValue | None:
        """Return a slot's value: a filled one first, else the message's entity of that name."""
        if (filled := self.slots.get(name)) is None:
            return self.entity(name)
        try:
            return value_from_json(filled)
        except (ValueError, ArithmeticError):
            return None

    def slot(self, name: str) -> str | None:
        """Return a slot as text: a filled one first, else the message's entity of that name."""
        found = self.value(name)
        return str(found) if isinstance(found, str | int) else None

    @property
    def said(self) -> str:
        """The words to answer, without invisible characters; empty when a button was pressed."""
        if self.pressed:
            return ""
        return "".join(one for one in self.parse.text if unicodedata.category(one) != "Cf")

    @property
    def asked_before(self) -> int:
        """How often in a row this skill has asked what it is now told, or not told, again."""
        question = self.state.question
        return question.asked if question is not None and question.skill == self.skill else 0

    def local(self, text: LocalText) -> str:
        """Return a bilingual text in the customer's language and script."""
        return self.speaker.local(text)

    def say(
        self,
        key: str,
        *,
        cards: tuple[Card, ...] = (),
        buttons: tuple[Button, ...] = (),
        **values: TemplateValue,
    ) -> Reply:
        """Word a reply by its template ``key`` in this skill's file, or ``file.key``."""
        return Reply(self.words(key, **values), cards, buttons)

    def words(self, key: str, **values: TemplateValue) -> str:
        """Word a piece of text by its template."""
        return self.speaker.words(key if "." in key else f"{self.skill}.{key}", values)

    def name_of(self, file: str, key: str) -> str:
        """Return the printed name of a key (a colour, a city, a tier); an unknown key as it is."""
        try:
            return self.speaker.words(f"{file}.{key}")
        except KeyError:
            return self.speaker.script(key)

    def done(self, *replies: Reply, effects: tuple[Effect, ...] = ()) -> "Outcome":
        """Finish: no question stays open."""
        return Outcome(replies, effects, self.state.settled())

    def choose(
        self,
        slot: str,
        reply: Reply,
        options: tuple[Option, ...],
        *,
        slots: Mapping[str, JSON] | None = None,
        free: bool = False,
        story: bool = False,
    ) -> "Outcome":
        """Ask for a slot with a button for each option; see `ask`."""
        kept = self.slots if slots is None else slots
        buttons = tuple(
            Button(option.label, payload(self.skill, {**kept, slot: option.value}))
            for option in options
        )
        asking = replace(reply, buttons=(*buttons, *reply.buttons))
        return self.ask(slot, asking, slots=slots, options=options, free=free, story=story)

    def ask(
        self,
        slot: str,
        *replies: Reply,
        skill: str | None = None,
        slots: Mapping[str, JSON] | None = None,
        options: tuple[Option, ...] = (),
        free: bool = False,
        story: bool = False,
    ) -> "Outcome":
        """Ask for a slot; the answer goes to this skill (or another) with all slots kept.

        Options are answers to choose from; ``free`` takes any words as the answer but a question,
        ``story`` even that.
        """
        asking = skill or self.skill
        before = self.state.question
        again = before is not None and (before.skill, before.slot) == (asking, slot)
        asked = before.asked + 1 if again and before else 1
        question = Question(asking, slot, asked, options, free, story)
        kept = self.slots if slots is None else slots
        kept = {name: value for name, value in kept.items() if name != slot}
        return Outcome(replies, (), replace(self.state, question=question, slots=kept))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a skill decided."""

    replies: tuple[Reply, ...]
    effects: tuple[Effect, ...]
    state: DialogueState
    resolved: bool = False
    """Whether the customer's errand is done with this."""

    def remember(self, **changes: object) -> "Outcome":
        """Return the outcome with fields of the dialogue state changed."""
        return replace(self, state=replace(self.state, **changes))  # type: ignore[arg-type]


Handler: TypeAlias = Callable[[Turn], Awaitable[Outcome]]
TakesUp: TypeAlias = Callable[[Turn], Awaitable[Mapping[str, JSON] | None]]


async def takes_up_nothing(_: Turn) -> None:
    """Return that no message goes on with what was done before."""


@dataclass(frozen=True, slots=True)
class Skill:
    """A registered skill."""

    name: str
    handler: Handler
    audience: Audience
    slots: tuple[str, ...]
    """Slots that it takes from answers (by entity name) and from buttons; others are dropped."""
    flow: bool = False
    """Whether it goes on over several turns and is come back to after an interruption."""
    proof: Proof = Proof.GUEST
    """How well it needs to know whom it serves; what is for everybody it tells without."""
    button_only: bool = False
    """Whether it is no intent: only its buttons and commands lead to it."""
    commands: Mapping[str, Mapping[str, JSON]] = field(default_factory=dict)
    """Whole messages, in lower case, that are taken for a button with these slots."""
    claims: Callable[[str], Mapping[str, JSON] | None] = lambda _: None
    """Slots, perhaps none, of a message whose words can mean nothing else to any model."""
    ruled: Callable[[str], bool] = lambda _: False
    """Whether words that sound like it may ask for a rule of the house: a question nearly in the
    words of an article is then answered by it."""
    hears: Callable[[str], Mapping[str, JSON]] = lambda _: {}
    """The choices that words hint at; by them an answer given before is put right."""
    insists: Callable[[str], Mapping[str, JSON]] = lambda _: {}
    """Those of them that words make in the middle of it whatever else they sound like: "上门取" in
    a return is no wish to collect something."""
    takes_up: TakesUp = takes_up_nothing
    """Slots of a message that goes on with what the skill has done before, by what the store has:
    "改到周五" where there is an appointment."""
    shows: str | None = None
    """What its answer shows. Between skills that show the same nobody is asked what they meant."""


def skill(
    name: str,
    *,
    audience: Audience = Audience.CUSTOMERS,
    slots: tuple[str, ...] = (),
    proof: Proof = Proof.GUEST,
    button_only: bool = False,
    commands: Mapping[str, Mapping[str, JSON]] | None = None,
    ruled: bool = False,
    shows: str | None = None,
) -> Callable[[Handler], Skill]:
    """Make a function the skill of an intent; `bot.skills.load` finds it."""
    return lambda handler: Skill(
        name,
        handler,
        audience,
        slots,
        proof=proof,
        button_only=button_only,
        commands=commands or {},
        ruled=lambda _: ruled,
        shows=shows,
    )
