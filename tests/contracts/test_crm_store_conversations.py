"""What every store promises about conversations, the inbox and the outbox."""

from datetime import timedelta
from typing import Any

import pytest
from clocks import HandClock
from store_rows import SmallShop

from crm_store.errors import ConflictError, InvalidRecordError, NotPermittedError
from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM, Actor, Role
from crm_store.types.conversations import (
    Author,
    ConversationKey,
    InboundMessage,
    Lease,
    MessageState,
    NewReply,
    Owner,
    ParseRecord,
    Verification,
)
from crm_store.types.people import NewMember

LEASE = timedelta(seconds=30)
KEY = ConversationKey("telegram", "shop", "session-1")


def inbound(
    number: int, text: str = "在吗", key: ConversationKey = KEY, **extra: Any
) -> InboundMessage:
    return InboundMessage(key, f"m{number}", text, **extra)


async def receive(store: CrmStore, *messages: InboundMessage) -> list:
    async with store.writing(SYSTEM) as work:
        return await work.conversations.receive(messages)


async def claim(store: CrmStore, worker: str = "w1") -> Lease | None:
    async with store.writing(SYSTEM) as work:
        return await work.conversations.claim(worker, LEASE)


async def handle(store: CrmStore, held: Lease, message_id: int, **extra: Any) -> None:
    async with store.writing(SYSTEM) as work:
        values = {"parse": None, "language": None} | extra
        await work.conversations.handled(held, message_id, **values)


async def unhandled(store: CrmStore, held: Lease) -> list[str]:
    async with store.writing(SYSTEM) as work:
        return [message.text for message in await work.conversations.unhandled(held)]


async def queue(store: CrmStore, conversation_id: int, *texts: str, epoch: int = 0) -> list[int]:
    async with store.writing(SYSTEM) as work:
        replies = [NewReply(text) for text in texts]
        sent = await work.conversations.reply(conversation_id, replies, epoch=epoch)
        return [message.id for message in sent]


async def deliver(store: CrmStore, *channels: str) -> list:
    async with store.writing(SYSTEM) as work:
        return await work.conversations.next_deliveries(channels or ["telegram"], LEASE)


async def states(store: CrmStore, conversation_id: int) -> list[MessageState]:
    async with store.reading(SYSTEM) as work:
        return [message.state for message in await work.conversations.tail(conversation_id)]


class TestReceiving:
    async def test_a_message_opens_a_conversation_owned_by_the_bot(self, store: CrmStore) -> None:
        [receipt] = await receive(store, inbound(1))
        async with store.reading(SYSTEM) as work:
            found = await work.conversations.find(KEY)
        assert found is not None
        assert found.id == receipt.conversation_id
        assert (found.owner, found.epoch) == (Owner.BOT, 0)
        assert found.verification is Verification.GUEST

    async def test_a_replay_is_recognised_and_keeps_the_first_text(self, store: CrmStore) -> None:
        [first] = await receive(store, inbound(1, "你好"))
        [again] = await receive(store, inbound(1, "别的"))
        assert again.message_id == first.message_id
        assert again.duplicate
        assert not first.duplicate
        async with store.reading(SYSTEM) as work:
            [message] = await work.conversations.tail(first.conversation_id)
        assert message.text == "你好"

    async def test_one_id_in_two_conversations_is_two_messages(self, store: CrmStore) -> None:
        other = ConversationKey("telegram", "shop", "session-2")
        receipts = await receive(store, inbound(1), inbound(1, key=other))
        assert len({receipt.message_id for receipt in receipts}) == 2

    async def test_nul_and_lone_surrogates_are_left_out(self, store: CrmStore) -> None:
        hostile = inbound(1, "退\x00货\ud83d吗", payload={"no\x00te": ["\udc00a", {"b": "\x00"}]})
        [receipt] = await receive(store, hostile)
        async with store.reading(SYSTEM) as work:
            [message] = await work.conversations.tail(receipt.conversation_id)
        assert message.text == "退货吗"
        assert message.payload == {"note": ["a", {"b": ""}]}

    @pytest.mark.parametrize("bad", ["", "a\x00", "\ud800", "x" * 201])
    async def test_ids_that_are_no_ids_are_refused(self, store: CrmStore, bad: str) -> None:
        with pytest.raises(InvalidRecordError):
            await receive(store, InboundMessage(KEY, bad, "hi"))
        with pytest.raises(InvalidRecordError):
            await receive(
                store, InboundMessage(ConversationKey("telegram", "shop", bad), "1", "hi")
            )

    async def test_an_attested_member_is_bound_for_good(self, store: CrmStore) -> None:
        async with store.writing(SYSTEM) as work:
            lin = await work.members.add(NewMember("林"))
            wu = await work.members.add(NewMember("吴"))
        [receipt] = await receive(store, inbound(1, member_id=lin.id))
        async with store.reading(SYSTEM) as work:
            bound = await work.conversations.get(receipt.conversation_id)
        assert bound is not None
        assert (bound.member_id, bound.verification) == (lin.id, Verification.ATTESTED)
        with pytest.raises(NotPermittedError):
            await receive(store, inbound(2, member_id=wu.id))
        assert await states(store, receipt.conversation_id) == [MessageState.RECEIVED]

    async def test_only_the_system_attests_somebody_else(self, store: CrmStore) -> None:
        async with store.writing(SYSTEM) as work:
            lin = await work.members.add(NewMember("林"))
        async with store.writing(Actor(Role.GUEST)) as work:
            with pytest.raises(NotPermittedError):
                await work.conversations.receive([inbound(1, member_id=lin.id)])

    async def test_a_clerks_conversation_is_no_members(
        self, store: CrmStore, shop: SmallShop
    ) -> None:
        await receive(store, inbound(1, staff_id=shop.clerk, author=Author.CLERK))
        with pytest.raises(NotPermittedError):
            await receive(store, inbound(2, member_id=shop.member))


class TestWorking:
    async def test_whoever_waited_longest_is_claimed_first(
        self, store: CrmStore, clock: HandClock
    ) -> None:
        keys = [ConversationKey("telegram", "shop", f"s{number}") for number in range(3)]
        for key in keys:
            await receive(store, inbound(1, key=key))
            clock.advance(seconds=1)
        await receive(store, inbound(2, key=keys[0]))
        claimed = [await claim(store, f"w{number}") for number in range(4)]
        order = [held.conversation_id if held else None for held in claimed]
        assert order == [*sorted(filter(None, order)), None]

    async def test_a_claimed_conversation_is_claimed_by_nobody_else(
        self, store: CrmStore, clock: HandClock
    ) -> None:
        await receive(store, inbound(1))
        first = await claim(store, "w1")
        assert first is not None
        assert await claim(store, "w2") is None
        clock.advance(seconds=31)
        second = await claim(store, "w2")
        assert second is not None
        assert second.token > first.token

    async def test_a_lost_lease_can_change_nothing(self, store: CrmStore, clock: HandClock) -> None:
        [receipt] = await receive(store, inbound(1))
        lost = await claim(store, "w1")
        clock.advance(seconds=31)
        held = await claim(store, "w1")
        assert lost is not None
        assert held is not None
        for attempt in (
            lambda talk: talk.handled(lost, receipt.message_id, parse=None, language=None),
            lambda talk: talk.save_dialogue(lost, {"stolen": True}),
            lambda talk: talk.renew(lost, LEASE),
            lambda talk: talk.unhandled(lost),
        ):
            with pytest.raises(ConflictError):
                async with store.writing(SYSTEM) as work:
                    await attempt(work.conversations)
        async with store.writing(SYSTEM) as work:
            await work.conversations.release(lost)
        assert await unhandled(store, held) == ["在吗"]

    async def test_a_lease_that_ran_out_unnoticed_is_still_good(
        self, store: CrmStore, clock: HandClock
    ) -> None:
        [receipt] = await receive(store, inbound(1))
        held = await claim(store)
        assert held is not None
        clock.advance(seconds=60)
        await handle(store, held, receipt.message_id)
        assert await states(store, receipt.conversation_id) == [MessageState.HANDLED]

    async def test_renewing_keeps_others_out(self, store: CrmStore, clock: HandClock) -> None:
        await receive(store, inbound(1))
        held = await claim(store)
        assert held is not None
        clock.advance(seconds=20)
        async with store.writing(SYSTEM) as work:
            await work.conversations.renew(held, LEASE)
        clock.advance(seconds=20)
        assert await claim(store, "w2") is None

    async def test_handling_keeps_the_parse_and_the_language(self, store: CrmStore) -> None:
        [receipt] = await receive(store, inbound(1))
        held = await claim(store)
        assert held is not None
        parse = ParseRecord("greet", 0.75, "abc", {"entities": []})
        await handle(store, held, receipt.message_id, parse=parse, language="zh")
        async with store.reading(SYSTEM) as work:
            [message] = await work.conversations.tail(receipt.conversation_id)
            conversation = await work.conversations.get(receipt.conversation_id)
        assert message.parse == parse
        assert conversation is not None
        assert conversation.language == "zh"

    async def test_a_message_is_handled_once(self, store: CrmStore) -> None:
        [receipt] = await receive(store, inbound(1))
        held = await claim(store)
        assert held is not None
        await handle(store, held, receipt.message_id)
        with pytest.raises(ConflictError):
            await handle(store, held, receipt.message_id)

    async def test_a_message_that_came_meanwhile_is_not_forgotten(self, store: CrmStore) -> None:
        [first] = await receive(store, inbound(1, "一"))
        held = await claim(store)
        assert held is not None
        await receive(store, inbound(2, "二"))
        await handle(store, held, first.message_id)
        async with store.writing(SYSTEM) as work:
            await work.conversations.release(held)
        again = await claim(store)
        assert again is not None
        assert await unhandled(store, again) == ["二"]

    async def test_a_failed_unit_of_work_leaves_no_trace(self, store: CrmStore) -> None:
        [receipt] = await receive(store, inbound(1))
        held = await claim(store)
        assert held is not None
        with pytest.raises(RuntimeError, match="skill"):
            async with store.writing(SYSTEM) as work:
                await work.conversations.save_dialogue(held, {"slot": 1})
                await work.conversations.reply(receipt.conversation_id, [NewReply("好")], epoch=0)
                await work.conversations.handled(
                    held, receipt.message_id, parse=None, language="en"
                )
                raise RuntimeError("a skill failed")
        assert await states(store, receipt.conversation_id) == [MessageState.RECEIVED]
        async with store.reading(SYSTEM) as work:
            assert await work.conversations.dialogue(receipt.conversation_id) == {}

    async def test_dialogue_state_is_replaced_as_a_whole(self, store: CrmStore) -> None:
        [receipt] = await receive(store, inbound(1))
        held = await claim(store)
        assert held is not None
        async with store.writing(SYSTEM) as work:
            await work.conversations.save_dialogue(held, {"skill": "return_item", "step": 1})
            await work.conversations.save_dialogue(held, {"skill": "greet"})
        async with store.reading(SYSTEM) as work:
            assert await work.conversations.dialogue(receipt.conversation_id) == {"skill": "greet"}

    async def test_an_opened_order_raises_verification(self, store: CrmStore) -> None:
        [receipt] = await receive(store, inbound(1))
        guest = Actor(Role.GUEST, conversation_id=receipt.conversation_id)
        async with store.writing(guest) as work:
            for _ in range(2):
                await work.conversations.add_opened_order(receipt.conversation_id, "O-1")
            found = await work.conversations.get(receipt.conversation_id)
        assert found is not None
        assert found.opened_orders == ("O-1",)
        assert found.verification is Verification.ORDER


class TestReading:
    async def test_messages_resume_after_the_last_one_seen(self, store: CrmStore) -> None:
        receipts = await receive(store, *(inbound(number, str(number)) for number in range(5)))
        here = receipts[0].conversation_id
        async with store.reading(SYSTEM) as work:
            after = await work.conversations.messages(here, after=receipts[1].message_id, limit=2)
            tail = await work.conversations.tail(here, limit=2)
        assert [message.text for message in after] == ["2", "3"]
        assert [message.text for message in tail] == ["3", "4"]


class TestSending:
    async def test_one_message_is_in_flight_and_order_is_kept(self, store: CrmStore) -> None:
        [receipt] = await receive(store, inbound(1))
        await queue(store, receipt.conversation_id, "一", "二")
        [first] = await deliver(store)
        assert (first.message.text, first.key, first.attempt) == ("一", KEY, 1)
        assert await deliver(store) == []
        async with store.writing(SYSTEM) as work:
            await work.conversations.delivered(first.message.id, "telegram-77")
        [second] = await deliver(store)
        assert second.message.text == "二"

    async def test_a_channel_gets_its_own_messages_only(self, store: CrmStore) -> None:
        [receipt] = await receive(store, inbound(1))
        await queue(store, receipt.conversation_id, "一")
        assert await deliver(store, "sms") == []
        assert len(await deliver(store, "sms", "telegram")) == 1

    async def test_waiting_holds_up_what_comes_after(
        self, store: CrmStore, clock: HandClock
    ) -> None:
        [receipt] = await receive(store, inbound(1))
        await queue(store, receipt.conversation_id, "一", "二")
        [first] = await deliver(store)
        async with store.writing(SYSTEM) as work:
            until = clock() + timedelta(seconds=5)
            await work.conversations.retry_delivery(first.message.id, until, "429")
        assert await deliver(store) == []
        clock.advance(seconds=5)
        [again] = await deliver(store)
        assert (again.message.text, again.attempt) == ("一", 2)

    async def test_a_sender_that_died_leaves_an_uncertain_message(
        self, store: CrmStore, clock: HandClock
    ) -> None:
        [receipt] = await receive(store, inbound(1))
        await queue(store, receipt.conversation_id, "一", "二")
        [lost] = await deliver(store)
        clock.advance(seconds=31)
        [next_one] = await deliver(store)
        assert next_one.message.text == "二"
        assert (await states(store, receipt.conversation_id))[1] is MessageState.UNCERTAIN
        async with store.writing(SYSTEM) as work:
            with pytest.raises(ConflictError):
                await work.conversations.retry_delivery(lost.message.id, clock(), "429")
        async with store.writing(SYSTEM) as work:
            await work.conversations.delivered(lost.message.id, None)
        assert (await states(store, receipt.conversation_id))[1] is MessageState.SENT

    @pytest.mark.parametrize(
        ("uncertain", "state"), [(True, MessageState.UNCERTAIN), (False, MessageState.FAILED)]
    )
    async def test_giving_up_lets_the_next_one_go(
        self, store: CrmStore, uncertain: bool, state: MessageState
    ) -> None:
        [receipt] = await receive(store, inbound(1))
        await queue(store, receipt.conversation_id, "一", "二")
        [first] = await deliver(store)
        async with store.writing(SYSTEM) as work:
            await work.conversations.failed(first.message.id, "403", uncertain=uncertain)
        assert (await states(store, receipt.conversation_id))[1] is state
        assert [given.message.text for given in await deliver(store)] == ["二"]

    async def test_a_reply_under_an_old_epoch_is_refused(self, store: CrmStore) -> None:
        [receipt] = await receive(store, inbound(1))
        with pytest.raises(ConflictError):
            await queue(store, receipt.conversation_id, "一", epoch=1)


class TestReviewing:
    async def test_a_period_of_parsed_messages_for_system_and_managers(
        self, store: CrmStore, clock: HandClock, shop: SmallShop
    ) -> None:
        began = clock()
        parse = ParseRecord("order_status", 0.9, "f1", {"entities": []})
        await receive(store, inbound(1, "早"), inbound(2, "快递呢"), inbound(3, "还没回答"))
        held = await claim(store)
        assert held is not None
        async with store.reading(SYSTEM) as work:
            [first, second, _] = await work.conversations.tail(held.conversation_id)
        await handle(store, held, first.id, parse=parse)
        await handle(store, held, second.id, parse=parse)
        await queue(store, held.conversation_id, "在路上")
        clock.advance(days=1)

        async def reviewed(actor: Actor, **options: Any) -> list[str]:
            async with store.reading(actor) as work:
                found = await work.conversations.understood(began, clock(), **options)
            return [message.text for message in found]

        assert await reviewed(SYSTEM) == ["早", "快递呢"]
        assert await reviewed(SYSTEM, after=first.id) == ["快递呢"]
        assert await reviewed(SYSTEM, limit=1) == ["早"]
        assert await reviewed(shop.actor(Role.MANAGER)) == ["早", "快递呢"]
        with pytest.raises(NotPermittedError):
            await reviewed(shop.actor(Role.CLERK))
        began = clock()
        assert await reviewed(SYSTEM) == []
