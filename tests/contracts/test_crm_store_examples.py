"""Examples: proposed once a message, decided by managers, and gone with what they came from."""

from datetime import timedelta

import pytest
from clocks import HandClock
from store_rows import SmallShop

from crm_store.errors import (
    ConflictError,
    InvalidRecordError,
    NotFoundError,
    NotPermittedError,
)
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM, Role
from crm_store.types.conversations import ConversationKey, InboundMessage, ParseRecord
from crm_store.types.examples import Evidence, Example, ExampleState, Failure, Label, NewExample
from crm_store.types.handoffs import Handoff, HandoffReason
from crm_store.types.privacy import RetentionRules

LEASE = timedelta(seconds=30)
WAITING = [ExampleState.WAITING]


async def say(store: SqlStore, text: str, *, member: int | None = None, peer: str = "a") -> int:
    """Send a message that the model refuses; return its id."""
    key = ConversationKey("web", "shop", peer)
    async with store.writing(SYSTEM) as work:
        message = InboundMessage(key, text, text, member_id=member)
        [receipt] = await work.conversations.receive([message])
        held = await work.conversations.claim("w", LEASE)
        assert held is not None
        refused = ParseRecord("out_of_scope", 0.31, "model-1", {})
        await work.conversations.handled(held, receipt.message_id, parse=refused, language="zh")
        await work.conversations.release(held)
    return receipt.message_id


async def closed(
    store: SqlStore, shop: SmallShop, *, member: int | None = None, peer: str = "a"
) -> tuple[Handoff, int]:
    """Let an agent resolve a handoff about one message that was not understood."""
    message_id = await say(store, "货我不想要了", member=member, peer=peer)
    async with store.writing(SYSTEM) as work:
        talk = await work.conversations.find(ConversationKey("web", "shop", peer))
        assert talk is not None
        asked = await work.handoffs.request(
            talk.id, HandoffReason.NOT_UNDERSTOOD, {}, epoch=talk.epoch
        )
    async with store.writing(shop.actor(Role.AGENT)) as work:
        await work.handoffs.take(asked.id)
        return await work.handoffs.resolve(asked.id, "退了", code="returned"), message_id


def proposal(message_id: int) -> NewExample:
    label = Label("return_item", Evidence.RESOLUTION, "returned")
    return NewExample(message_id, "货我不想要了", "zh", Failure.NOT_UNDERSTOOD, label)


async def proposed(
    store: SqlStore, shop: SmallShop, *, member: int | None = None, peer: str = "a"
) -> Example:
    handoff, message_id = await closed(store, shop, member=member, peer=peer)
    async with store.writing(SYSTEM) as work:
        assert await work.examples.propose(handoff.id, [proposal(message_id)]) == 1
        found = await work.examples.listed(WAITING)
    return found[-1]


async def unlearned(store: SqlStore, clock: HandClock) -> list[int]:
    async with store.reading(SYSTEM) as work:
        found = await work.examples.unlearned(clock.now - timedelta(days=7))
    return [one.id for one in found]


class TestProposing:
    async def test_it_keeps_what_the_bot_had_understood_and_what_the_human_did(
        self, store: SqlStore, shop: SmallShop
    ) -> None:
        example = await proposed(store, shop)
        assert (example.understood, example.confidence) == ("out_of_scope", 0.31)
        assert example.fingerprint == "model-1"
        assert example.label == Label("return_item", Evidence.RESOLUTION, "returned")
        assert (example.reason, example.resolution_code) == ("not_understood", "returned")
        assert example.state is ExampleState.WAITING

    async def test_a_handoff_is_learned_once_and_a_message_proposed_once(
        self, store: SqlStore, shop: SmallShop, clock: HandClock
    ) -> None:
        handoff, message_id = await closed(store, shop)
        assert await unlearned(store, clock) == [handoff.id]
        for new in (1, 0):
            async with store.writing(SYSTEM) as work:
                assert await work.examples.propose(handoff.id, [proposal(message_id)]) == new
        assert await unlearned(store, clock) == []

    async def test_when_it_breaks_halfway_nothing_is_kept(
        self, store: SqlStore, shop: SmallShop, clock: HandClock
    ) -> None:
        handoff, message_id = await closed(store, shop)
        with pytest.raises(RuntimeError):
            async with store.writing(SYSTEM) as work:
                await work.examples.propose(handoff.id, [proposal(message_id)])
                raise RuntimeError
        assert await unlearned(store, clock) == [handoff.id]
        async with store.reading(SYSTEM) as work:
            assert await work.examples.count(ExampleState.WAITING) == 0

    async def test_a_reopened_handoff_is_looked_through_again_when_it_is_closed(
        self, store: SqlStore, shop: SmallShop, clock: HandClock
    ) -> None:
        handoff, _ = await closed(store, shop)
        async with store.writing(SYSTEM) as work:
            await work.examples.propose(handoff.id, [])
        async with store.writing(shop.actor(Role.AGENT)) as work:
            await work.handoffs.reopen(handoff.id)
        with pytest.raises(ConflictError):
            async with store.writing(SYSTEM) as work:
                await work.examples.propose(handoff.id, [])
        async with store.writing(shop.actor(Role.AGENT)) as work:
            await work.handoffs.resolve(handoff.id, "退了", code="returned")
        assert await unlearned(store, clock) == [handoff.id]

    async def test_handoffs_of_long_ago_are_left_alone(
        self, store: SqlStore, shop: SmallShop, clock: HandClock
    ) -> None:
        await closed(store, shop)
        clock.advance(days=8)
        assert await unlearned(store, clock) == []

    async def test_words_of_another_conversation_are_no_example(
        self, store: SqlStore, shop: SmallShop
    ) -> None:
        handoff, _ = await closed(store, shop)
        elsewhere = await say(store, "别的话", peer="b")
        for message_id in (elsewhere, 4711):
            with pytest.raises(InvalidRecordError):
                async with store.writing(SYSTEM) as work:
                    await work.examples.propose(handoff.id, [proposal(message_id)])


class TestDeciding:
    async def test_a_manager_accepts_with_corrections(
        self, store: SqlStore, shop: SmallShop
    ) -> None:
        example = await proposed(store, shop)
        async with store.writing(shop.actor(Role.MANAGER)) as work:
            done = await work.examples.accept(example.id, "exchange_item", " 这个货想换一个 ")
            assert (done.intent, done.accepted_text) == ("exchange_item", "这个货想换一个")
            assert (done.staff_id, done.decided_role) == (shop.manager, "manager")
            assert done.text == example.text
            assert await work.examples.count(ExampleState.ACCEPTED) == 1

    async def test_only_the_first_decides(self, store: SqlStore, shop: SmallShop) -> None:
        example = await proposed(store, shop)
        manager = shop.actor(Role.MANAGER)
        async with store.writing(manager) as work:
            await work.examples.reject(example.id)
        with pytest.raises(ConflictError, match="rejected"):
            async with store.writing(manager) as work:
                await work.examples.accept(example.id, "return_item", "退")
        with pytest.raises(NotFoundError):
            async with store.writing(manager) as work:
                await work.examples.reject(4711)

    async def test_a_decision_is_taken_back_until_it_is_exported(
        self, store: SqlStore, shop: SmallShop
    ) -> None:
        example = await proposed(store, shop)
        async with store.writing(shop.actor(Role.MANAGER)) as work:
            await work.examples.accept(example.id, "return_item", "退")
            again = await work.examples.reconsider(example.id)
            assert (again.state, again.intent, again.staff_id) == ("waiting", None, None)
            await work.examples.accept(example.id, "return_item", "退")
            accepted = [ExampleState.ACCEPTED]
            assert len(await work.examples.listed(accepted, exported=False)) == 1
            assert await work.examples.exported([example.id, 4711]) == 1
            assert await work.examples.exported([example.id]) == 0
            assert await work.examples.listed(accepted, exported=False) == []
            with pytest.raises(ConflictError):
                await work.examples.reconsider(example.id)

    @pytest.mark.parametrize(("intent", "text"), [("", "退"), ("return_item", " ")])
    async def test_an_example_needs_both(
        self, store: SqlStore, shop: SmallShop, intent: str, text: str
    ) -> None:
        example = await proposed(store, shop)
        with pytest.raises(InvalidRecordError):
            async with store.writing(shop.actor(Role.MANAGER)) as work:
                await work.examples.accept(example.id, intent, text)

    @pytest.mark.parametrize("role", [Role.GUEST, Role.CUSTOMER, Role.CLERK, Role.AGENT])
    async def test_others_see_and_decide_nothing(
        self, store: SqlStore, shop: SmallShop, role: Role
    ) -> None:
        example = await proposed(store, shop)
        async with store.reading(shop.actor(role)) as work:
            assert await work.examples.listed(WAITING) == []
            assert await work.examples.get(example.id) is None
            assert await work.examples.count(ExampleState.WAITING) == 0
            with pytest.raises(NotPermittedError):
                await work.examples.unlearned(example.said_at)
        for act in ("accept", "reject", "exported"):
            with pytest.raises(NotPermittedError):
                async with store.writing(shop.actor(role)) as work:
                    match act:
                        case "accept":
                            await work.examples.accept(example.id, "return_item", "退")
                        case "reject":
                            await work.examples.reject(example.id)
                        case _:
                            await work.examples.exported([example.id])

    async def test_who_looked_and_who_decided_is_written_down(
        self, store: SqlStore, shop: SmallShop
    ) -> None:
        example = await proposed(store, shop, member=shop.member)
        async with store.writing(shop.actor(Role.MANAGER)) as work:
            await work.examples.listed(WAITING)
            await work.examples.reject(example.id)
        async with store.reading(SYSTEM) as work:
            entries = await work.audit.about(f"member:{shop.member}")
        by_manager = [one.action for one in entries if one.actor_id == shop.manager]
        assert by_manager == ["example.rejected", "messages.review"]


class TestGoingAway:
    async def test_erasing_a_member_takes_their_examples_decided_or_not(
        self, store: SqlStore, shop: SmallShop
    ) -> None:
        example = await proposed(store, shop, member=shop.member)
        others = await proposed(store, shop, member=shop.other, peer="b")
        async with store.writing(shop.actor(Role.MANAGER)) as work:
            await work.examples.accept(example.id, "return_item", "退")
            await work.examples.exported([example.id])
        async with store.writing(SYSTEM) as work:
            proof = await work.privacy.erase(shop.member)
        place = next(one for one in proof.places if one.name == "examples")
        assert (place.found, place.deleted, place.left) == (1, 1, 0)
        async with store.reading(SYSTEM) as work:
            left = await work.examples.listed(list(ExampleState))
        assert [one.id for one in left] == [others.id]

    async def test_what_a_person_gets_of_theirs_holds_their_examples(
        self, store: SqlStore, shop: SmallShop
    ) -> None:
        await proposed(store, shop, member=shop.member)
        async with store.writing(SYSTEM) as work:
            data = await work.privacy.export(shop.member)
        [row] = data.tables["examples"]
        assert row["text"] == "货我不想要了"
        assert not {"staff_id", "fingerprint"} & row.keys()

    async def test_retention_takes_them_with_their_conversation(
        self, store: SqlStore, shop: SmallShop, clock: HandClock
    ) -> None:
        await proposed(store, shop)
        clock.advance(days=40)
        async with store.writing(SYSTEM) as work:
            done = await work.privacy.retain(RetentionRules(guest_conversations=30))
            assert done.counts["guest_conversations"] == 1
            assert await work.examples.listed(list(ExampleState)) == []
