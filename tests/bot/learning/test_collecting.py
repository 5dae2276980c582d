"""Collecting examples through the real assistant: what it failed on, and what a human did then."""

from dataclasses import replace

import pytest
from heguang import NOW, Assistant

from bot.desk.errands import DeskErrand
from bot.learning import Collector
from bot.learning.failures import failure_of, label_of
from bot.policies import load_service
from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.conversations import (
    Author,
    Conversation,
    ConversationKey,
    Direction,
    InboundMessage,
    Message,
    MessageState,
    ParseRecord,
)
from crm_store.types.examples import Evidence, Example, ExampleState, Failure, Label
from crm_store.types.handoffs import Handoff, HandoffReason, HandoffState
from nlu.training.read import BUNDLED_DATA

RULES = load_service().learning


@pytest.fixture
def collector(assistant: Assistant) -> Collector:
    return Collector(assistant.store, RULES, lambda: NOW, BUNDLED_DATA)


async def say(assistant: Assistant, text: str, *, peer: str = "1", member: str = "") -> None:
    """Send a message and let the assistant answer it."""
    key = ConversationKey("web", "shop", peer)
    attested = assistant.people.members[member] if member else None
    number = len(await messages(assistant, peer))
    await assistant.inbox.accept(
        [InboundMessage(key, f"{peer}-{number}", text, member_id=attested)]
    )
    assert await assistant.worker.step()


async def talk(assistant: Assistant, peer: str = "1") -> Conversation | None:
    async with assistant.store.reading(SYSTEM) as uow:
        return await uow.conversations.find(ConversationKey("web", "shop", peer))


async def messages(assistant: Assistant, peer: str = "1") -> list[Message]:
    conversation = await talk(assistant, peer)
    if conversation is None:
        return []
    async with assistant.store.reading(SYSTEM) as uow:
        return await uow.conversations.tail(conversation.id)


def agent(assistant: Assistant) -> Actor:
    return Actor(Role.AGENT, staff_id=assistant.people.agent, surface=Surface.DESK)


async def take(assistant: Assistant, peer: str = "1") -> Handoff:
    """Let the agent take the handoff that the assistant has called for."""
    conversation = await talk(assistant, peer)
    assert conversation is not None
    async with assistant.store.writing(agent(assistant)) as uow:
        waiting = await uow.handoffs.current(conversation.id)
        assert waiting is not None
        return await uow.handoffs.take(waiting.id)


async def resolve(assistant: Assistant, handoff: Handoff, code: str) -> None:
    async with assistant.store.writing(agent(assistant)) as uow:
        await uow.handoffs.resolve(handoff.id, "好了", code=code)


async def waiting(assistant: Assistant) -> list[Example]:
    async with assistant.store.reading(SYSTEM) as uow:
        return await uow.examples.listed([ExampleState.WAITING])


async def test_what_was_not_understood_is_proposed_under_what_the_human_did(
    assistant: Assistant, collector: Collector
) -> None:
    await say(assistant, "帮我写个冒泡排序，打给13712345678", member="waiting")
    await say(assistant, "林若溪问你月亮离地球多远")
    await say(assistant, "转人工")
    handoff = await take(assistant)
    assert await collector.step() == 0  # nothing is settled yet
    await resolve(assistant, handoff, "returned")

    assert await collector.step() == 2
    first, second = await waiting(assistant)
    assert first.text == "帮我写个冒泡排序，打给[13800138000](phone)"
    assert second.text == "[林晓曼](person_name)问你月亮离地球多远"
    for one in (first, second):
        assert one.label == Label("return_item", Evidence.RESOLUTION, "returned")
        assert (one.understood, one.failure) == ("out_of_scope", Failure.NOT_UNDERSTOOD)
        assert (one.language, one.handoff_id) == ("zh", handoff.id)
        assert len(one.fingerprint) > 8
    assert await collector.step() == 0


async def test_the_form_that_was_used_says_more_than_the_code(
    assistant: Assistant, collector: Collector
) -> None:
    await say(assistant, "帮我写个冒泡排序", member="wearer")
    await say(assistant, "转人工")
    handoff = await take(assistant)
    conversation = await talk(assistant)
    assert conversation is not None
    runner = assistant.runner
    errand = DeskErrand(
        assistant.services, runner.nlu, runner.skills["return_item"], conversation,
        agent(assistant), "zh",
    )  # fmt: skip
    step = await errand.start({"order_number": "HK2602200204"})
    while not step.done and step.slot is not None:
        if step.confirms:
            step = await errand.confirm()
        elif step.options:
            step = await errand.choose(step.slot, step.options[0].value)
        else:
            step = await errand.tell(step.slot, "1")
    assert step.done
    await resolve(assistant, handoff, "solved")
    assert await collector.step() == 1
    [example] = await waiting(assistant)
    assert example.label == Label("return_item", Evidence.ACTION, "return_item")
    assert example.resolution_code == "solved"


async def test_what_the_assistant_was_told_to_go_on_with_is_a_label_too(
    assistant: Assistant, collector: Collector
) -> None:
    await say(assistant, "帮我写个冒泡排序")
    await say(assistant, "转人工")
    handoff = await take(assistant)
    async with assistant.store.writing(agent(assistant)) as uow:
        await uow.handoffs.hand_back(handoff.id, '/refund_status{"order_number": "HK1"}')
    assert await collector.step() == 1
    [example] = await waiting(assistant)
    assert example.label == Label("refund_status", Evidence.INSTRUCTION, "refund_status")


async def test_a_collector_that_dies_halfway_does_it_again_and_once(
    assistant: Assistant, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    await say(assistant, "帮我写个冒泡排序")
    await say(assistant, "转人工")
    await resolve(assistant, await take(assistant), "returned")
    with monkeypatch.context() as dying:
        dying.setattr(Collector, "_proposals", _die)
        with pytest.raises(KeyboardInterrupt):
            await collector.step()
    assert await waiting(assistant) == []
    other = Collector(assistant.store, RULES, lambda: NOW, BUNDLED_DATA)
    assert [await one.step() for one in (collector, other)] == [1, 0]


def _die(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("code", ["spam", "no_answer"])
async def test_some_reason_codes_teach_nothing(
    assistant: Assistant, collector: Collector, code: str
) -> None:
    await say(assistant, "帮我写个冒泡排序")
    await say(assistant, "转人工")
    await resolve(assistant, await take(assistant), code)
    assert await collector.step() == 0
    assert await waiting(assistant) == []


async def test_what_was_understood_and_what_the_human_heard_is_not_proposed(
    assistant: Assistant, collector: Collector
) -> None:
    await say(assistant, "你们几点开门")
    await say(assistant, "转人工")
    handoff = await take(assistant)
    await say(assistant, "帮我写个冒泡排序")
    await resolve(assistant, handoff, "informed")
    assert await collector.step() == 0


BASE = Message(
    id=1, conversation_id=1, direction=Direction.IN, author=Author.CUSTOMER, text="改成大一码",
    payload={}, state=MessageState.HANDLED, epoch=0, created_at=NOW,
)  # fmt: skip


def heard(intent: str, confidence: float, text: str = "改成大一码", **detail: object) -> Message:
    parse = ParseRecord(intent, confidence, "model-1", {"text": "改成大一码", **detail})  # type: ignore[dict-item]
    return replace(BASE, text=text, parse=parse)


@pytest.mark.parametrize(
    ("message", "failure"),
    [
        (heard("out_of_scope", 0.9), Failure.NOT_UNDERSTOOD),
        (heard("out_of_scope", 0.9, misunderstood=0), None),
        (heard("deny", 0.9, misunderstood=2), Failure.NOT_UNDERSTOOD),
        (heard("exchange_item", 0.9, ambiguous=["return_item"]), Failure.AMBIGUOUS),
        (heard("exchange_item", 0.3, misunderstood=0), Failure.UNSURE),
        (heard("exchange_item", 0.3, answering="size"), None),
        (heard("exchange_item", 0.9), None),
        (heard("out_of_scope", 0.9, text="/exchange_item"), None),
        (heard("out_of_scope", 0.9, text="换货"), None),
        (replace(BASE, parse=ParseRecord("out_of_scope", 0.0, "none", {})), None),
        (replace(BASE, author=Author.AGENT), None),
        (BASE, None),
    ],
)  # fmt: skip
def test_what_counts_as_failed(message: Message, failure: Failure | None) -> None:
    assert failure_of(message, RULES) is failure


CLOSED = Handoff(
    id=1, conversation_id=1, reason=HandoffReason.ASKED, state=HandoffState.RESOLVED, packet={},
    requested_at=NOW, taken_at=NOW, taken_by=1, closed_at=NOW, resolution="好了",
)  # fmt: skip


@pytest.mark.parametrize(
    ("handoff", "actions", "label"),
    [
        (CLOSED, (), Label(None, Evidence.NONE, "")),
        (replace(CLOSED, resolution_code="solved"), (), Label(None, Evidence.NONE, "solved")),
        (
            replace(CLOSED, resolution_code="exchanged"),
            (),
            Label("exchange_item", Evidence.RESOLUTION, "exchanged"),
        ),
        (
            replace(CLOSED, resolution_code="exchanged"),
            ("warranty_repair", "return_item"),
            Label("warranty_repair", Evidence.ACTION, "warranty_repair"),
        ),
        (replace(CLOSED, resolution_code="spam"), ("return_item",), None),
        (replace(CLOSED, state=HandoffState.HANDED_BACK), (), None),
        (replace(CLOSED, state=HandoffState.HANDED_BACK, instruction="接着聊"), (), None),
    ],
)
def test_what_a_closed_handoff_says(
    handoff: Handoff, actions: tuple[str, ...], label: Label | None
) -> None:
    assert label_of(handoff, RULES, actions) == label
