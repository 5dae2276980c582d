"""Whole conversations through the real assistant; the dialogues stand in the YAML files here.

A file is a list of dialogues. `who` speaks: `guest`, `clerk`, or a member of the cast in
`heguang.py`, such as `waiting` (has a parcel under way). `channel` is `console` unless said.
A member proved who they are just now, or `attested` minutes ago. Every line has `user:` (or
`user_long:`, the same drawn out to 5,000 characters; or `press:`, the title of a button of the last
reply; or `shares:`, a phone that Telegram vouches for; or `sends:`, `photo` or `voice` with or
without words) and what is expected:

- `intent`: what was understood
- `skill`: which skill answered
- `says` / `says_not`: texts that reply, cards and buttons together contain, or do not
- `cards`, `buttons`: titles that some card or button has (a number: how many cards)
- `owner`: who has the conversation afterwards
- `handoff`: reason of the handoff that is now open
- `silent: true`: the bot says nothing
- `visits`: all repair appointments at SH01, the day and time at which they begin
- `survey`: facts of the survey asked today (`score`, `word`, `about`); `null`: none was asked
- `contact: true`: the bot asks for the channel's own contact
- `opened`: order numbers that are open in this conversation
- `case`: facts of the case that this line opened (`kind`, `state`, `rule`, `reason`, `order`, and
  under `detail` any that it should have); `null`: it opened none
- `order_state`: order numbers and the states that they are in now
- `refunded`: order numbers and the amounts on their way back
- `free`: by shop and SKU, the units that are left
- `online_stock`: SKUs and how many of them the warehouse has free
- `person`: of the member who speaks, or whom the line's case is about: `fields` and `stated`
  preferences by name, `identities` masked with their status, `consents` by purpose and channel
- `suspended`: the flows that wait to be come back to
- `focus`: the member of the cast whom the clerk now serves
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from heguang import CAST, NOW, Assistant
from ruamel.yaml import YAML

from bot.channels.telegram.intake import Intake
from bot.channels.telegram.updates import ContactShared, Sender
from bot.dialogue.state import DialogueState
from conversations.people import known_of
from crm_store.demo.families import catalogue
from crm_store.types.actors import SYSTEM
from crm_store.types.cases import Case
from crm_store.types.catalog import ONLINE_STORE_ID
from crm_store.types.conversations import (
    Author,
    Conversation,
    ConversationKey,
    InboundMessage,
    JSONObject,
    Message,
    Received,
)
from crm_store.types.handoffs import Handoff
from crm_store.types.surveys import Survey

FOLDER = Path(__file__).parent
ZONE = ZoneInfo("Asia/Shanghai")
PEER = "700100001"
"""Whom the channel says it talks to."""

pytestmark = pytest.mark.timeout(1200)
"""The first test of all on a fresh machine trains the NLU and builds the index."""


def dialogues() -> Iterator[Any]:
    """Return every dialogue of the folder as a test case."""
    for file in sorted(FOLDER.glob("*.yml")):
        for dialogue in YAML(typ="safe").load(file):
            yield pytest.param(dialogue, id=f"{file.stem}: {dialogue['name']}")


@dataclass(frozen=True)
class Answer:
    """What the assistant made of one line."""

    said: Message
    replies: tuple[Message, ...]
    conversation: Conversation
    state: DialogueState
    handoff: Handoff | None
    cases: tuple[Case, ...]
    """Opened by this line, newest first."""
    orders: Mapping[str, str]
    """States of the orders of the cast."""
    survey: Survey | None
    """What was asked today."""
    person: Mapping[str, Any]
    """What is known of the member; see `known_of`."""
    refunds: Mapping[str, Decimal]
    """Money on its way back, by order number."""
    visits: tuple[str, ...]
    """When the repair appointments begin, in the retailer's time."""
    free: Mapping[tuple[str, str], int]
    """By shop and SKU, what is free."""

    @property
    def cards(self) -> list[Mapping[str, Any]]:
        return [card for reply in self.replies for card in _listed(reply, "cards")]

    @property
    def buttons(self) -> list[Mapping[str, Any]]:
        own = [button for reply in self.replies for button in _listed(reply, "buttons")]
        return own + [button for card in self.cards for button in card["buttons"]]

    @property
    def text(self) -> str:
        """Everything a person reads."""
        lines = [reply.text for reply in self.replies]
        for card in self.cards:
            lines += [card["title"], card["subtitle"], *card["facts"]]
        return "\n".join([*lines, *(button["title"] for button in self.buttons)])


def _listed(reply: Message, name: str) -> list[Mapping[str, Any]]:
    found: Any = reply.payload.get(name, [])
    return list(found)


@dataclass
class Speaker:
    """One person in one conversation with the assistant."""

    assistant: Assistant
    who: str
    channel: str
    attested: int = 0
    """Minutes since the member proved who they are."""
    last: Answer | None = None
    seen: int = 0
    known_cases: frozenset[str] = frozenset()
    lines: Iterator[int] = field(default_factory=lambda: iter(range(1_000)))

    async def sends(self, what: str) -> Answer:
        """Hand in an attachment as a channel does: without words it names the skill."""
        kind, _, words = what.partition(" ")
        extras: JSONObject = {"attachment": kind} | ({} if words else {"skill": "out_of_scope"})
        return await self.says(words, extras)

    async def says_at_length(self, text: str) -> Answer:
        """Hand in a line of 5,000 characters that begins so."""
        return await self.says(text.ljust(5_000, "号"))

    async def says(self, text: str, extras: JSONObject | None = None) -> Answer:
        """Hand in one line and wait for the answer."""
        people = self.assistant.people
        staff = people.clerk if self.who == "clerk" else None
        message = InboundMessage(
            key=ConversationKey(self.channel, "test", PEER),
            external_id=str(next(self.lines)),
            text=text,
            author=Author.CLERK if staff else Author.CUSTOMER,
            member_id=people.members.get(self.who),
            staff_id=staff,
            attested_at=NOW - timedelta(minutes=self.attested),
            payload=extras or {},
        )
        [receipt] = await self.assistant.inbox.accept([message])
        return await self._answered(receipt)

    async def shares(self, phone: str) -> Answer:
        """Share one's own contact on Telegram."""
        sender = Sender(int(PEER), int(PEER), None)
        contact = ContactShared(sender, str(next(self.lines)), phone, own=True, at=NOW)
        intake = Intake(self.assistant.store, self.assistant.inbox, "test")
        [stored] = (await intake.accept([contact])).stored
        return await self._answered(stored.receipt)

    async def _answered(self, receipt: Received) -> Answer:
        while await self.assistant.worker.step():
            pass
        self.last = await self._answer(receipt.conversation_id, receipt.message_id)
        return self.last

    async def presses(self, title: str) -> Answer:
        """Press a button of the last answer."""
        assert self.last is not None
        payloads = [one["payload"] for one in self.last.buttons if one["title"] == title]
        assert payloads, f"no button {title!r} among {self.last.buttons}"
        return await self.says(str(payloads[0]))

    async def _answer(self, conversation_id: int, message_id: int) -> Answer:
        async with self.assistant.store.reading(SYSTEM) as uow:
            conversation = await uow.conversations.get(conversation_id)
            news = await uow.conversations.messages(conversation_id, after=self.seen)
            stored = await uow.conversations.dialogue(conversation_id)
            handoff = await uow.handoffs.current(conversation_id)
            cases = await uow.cases.for_conversation(conversation_id)
            orders, refunds = {}, {}
            for person in CAST.values():
                for sale in person.sales:
                    order = await uow.orders.by_number(sale.number)
                    assert order is not None
                    orders[order.number] = order.state.value
                    back = [paid.amount for paid in order.payments if paid.amount < 0]
                    refunds[order.number] = -sum(back, Decimal(0))
            skus = [one.sku for product in catalogue() for one in product.variants]
            levels = await uow.catalog.stock(skus)
            about = next((case.member_id for case in cases), None)
            survey = await uow.surveys.of_day(conversation_id, NOW.date())
            visits = await uow.appointments.taken("SH01", NOW, NOW + timedelta(days=30))
            person = await known_of(uow, conversation.member_id if conversation else None)
            person = person or await known_of(uow, about)
        fresh = tuple(case for case in cases if case.number not in self.known_cases)
        self.known_cases |= {case.number for case in cases}
        assert conversation is not None
        self.seen = max(message.id for message in news)
        return Answer(
            said=next(message for message in news if message.id == message_id),
            replies=tuple(one for one in news if one.author is Author.BOT),
            conversation=conversation,
            state=DialogueState.from_json(stored),
            handoff=handoff,
            cases=fresh,
            orders=orders,
            person=person,
            survey=survey,
            refunds=refunds,
            visits=tuple(sorted(f"{one.astimezone(ZONE):%Y-%m-%d %H:%M}" for one in visits)),
            free={(level.store_id, level.sku): level.quantity for level in levels},
        )


@pytest.mark.parametrize("dialogue", list(dialogues()))
async def test_conversation(assistant: Assistant, dialogue: Mapping[str, Any]) -> None:
    speaker = Speaker(
        assistant,
        dialogue["who"],
        dialogue.get("channel", "console"),
        dialogue.get("attested", 0),
    )
    acts = {"press": speaker.presses, "user": speaker.says, "shares": speaker.shares}
    acts |= {"sends": speaker.sends, "user_long": speaker.says_at_length}
    for line in dialogue["lines"]:
        [(act, words)] = [(acts[name], line[name]) for name in acts if name in line]
        answer = await act(words)
        for expectation in line.keys() - acts.keys():
            EXPECTATIONS[expectation](answer, line[expectation], assistant)


def _texts(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _intent(answer: Answer, value: str, _: Assistant) -> None:
    assert answer.said.parse is not None
    assert answer.said.parse.intent == value


def _skill(answer: Answer, value: str, _: Assistant) -> None:
    assert answer.state.last_skill == value, answer.text


def _says(answer: Answer, value: str | list[str], _: Assistant) -> None:
    for text in _texts(value):
        assert text in answer.text


def _says_not(answer: Answer, value: str | list[str], _: Assistant) -> None:
    for text in _texts(value):
        assert text not in answer.text


def _cards(answer: Answer, value: int | str | list[str], _: Assistant) -> None:
    if isinstance(value, int):
        assert len(answer.cards) == value, answer.text
        return
    titles = [card["title"] for card in answer.cards]
    assert set(_texts(value)) <= set(titles)


def _buttons(answer: Answer, value: str | list[str], _: Assistant) -> None:
    titles = [button["title"] for button in answer.buttons]
    assert set(_texts(value)) <= set(titles)


def _owner(answer: Answer, value: str, _: Assistant) -> None:
    assert answer.conversation.owner.value == value


def _handoff(answer: Answer, value: str | None, _: Assistant) -> None:
    assert (answer.handoff and answer.handoff.reason.value) == value


def _silent(answer: Answer, value: bool, _: Assistant) -> None:
    assert (not answer.replies) == value


def _contact(answer: Answer, value: bool, _: Assistant) -> None:
    assert any(reply.payload.get("contact_request", False) for reply in answer.replies) == value


def _opened(answer: Answer, value: str | list[str], _: Assistant) -> None:
    assert list(answer.conversation.opened_orders) == _texts(value)


def _focus(answer: Answer, value: str | None, assistant: Assistant) -> None:
    assert answer.state.member_in_focus == (value and assistant.people.members[value])


def _case(answer: Answer, value: Mapping[str, Any] | None, _: Assistant) -> None:
    if value is None:
        assert not answer.cases
        return
    assert answer.cases, f"no case was opened: {answer.text}"
    case = answer.cases[-1]
    found = {
        "kind": case.kind.value, "state": case.state, "rule": case.rule, "reason": case.reason,
        "order": case.order_number, "detail": case.detail,
    }  # fmt: skip
    for name, expected in value.items():
        if name == "detail":
            assert expected.items() <= case.detail.items()
        else:
            assert found[name] == expected, found


def _order_state(answer: Answer, value: Mapping[str, str], _: Assistant) -> None:
    assert value.items() <= answer.orders.items()


def _refunded(answer: Answer, value: Mapping[str, float], _: Assistant) -> None:
    assert {number: Decimal(amount) for number, amount in value.items()}.items() <= (
        answer.refunds.items()
    )


def _free(answer: Answer, value: Mapping[str, Mapping[str, int]], _: Assistant) -> None:
    expected = {(store, sku): left for store, of in value.items() for sku, left in of.items()}
    assert expected.items() <= answer.free.items(), answer.free


def _online_stock(answer: Answer, value: Mapping[str, int], _: Assistant) -> None:
    assert {sku: answer.free[ONLINE_STORE_ID, sku] for sku in value} == value


def _visits(answer: Answer, value: list[str], _: Assistant) -> None:
    assert list(answer.visits) == value


def _suspended(answer: Answer, value: str | list[str], _: Assistant) -> None:
    assert [one.question.skill for one in answer.state.suspended] == _texts(value)


def _person(answer: Answer, value: Mapping[str, Any], _: Assistant) -> None:
    for part, expected in value.items():
        found = answer.person[part]
        if isinstance(found, list):
            assert set(_texts(expected)) <= set(found), found
        else:
            assert expected.items() <= found.items(), found


def _survey(answer: Answer, value: Mapping[str, Any] | None, _: Assistant) -> None:
    if value is None:
        assert answer.survey is None
        return
    assert answer.survey is not None
    found = answer.survey
    facts = {"score": found.score, "word": found.word, "about": found.about}
    assert value.items() <= facts.items()


EXPECTATIONS: Mapping[str, Any] = {
    "intent": _intent,
    "skill": _skill,
    "says": _says,
    "says_not": _says_not,
    "cards": _cards,
    "buttons": _buttons,
    "owner": _owner,
    "handoff": _handoff,
    "silent": _silent,
    "survey": _survey,
    "contact": _contact,
    "opened": _opened,
    "focus": _focus,
    "case": _case,
    "order_state": _order_state,
    "free": _free,
    "refunded": _refunded,
    "online_stock": _online_stock,
    "suspended": _suspended,
    "visits": _visits,
    "person": _person,
}
