"""Surveys: once a day for a member wherever they talk, and only where nobody said no."""

from datetime import timedelta

import pytest
from clocks import HandClock
from store_rows import SmallShop

from crm_store.errors import ConflictError, InvalidRecordError
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import ConversationKey, InboundMessage
from crm_store.types.privacy import Purpose
from crm_store.types.surveys import NewSurvey

DAY = timedelta(days=1)


async def talk(store: SqlStore, peer: str, member: int | None = None) -> int:
    key = ConversationKey("web", "shop", peer)
    async with store.writing(SYSTEM) as uow:
        [receipt] = await uow.conversations.receive(
            [InboundMessage(key, "1", "你好", member_id=member)]
        )
    return receipt.conversation_id


async def ask(store: SqlStore, clock: HandClock, conversation: int) -> None:
    async with store.writing(SYSTEM) as uow:
        await uow.surveys.ask(NewSurvey(conversation, "return_item", clock.now.date()))


async def may_ask(store: SqlStore, clock: HandClock, conversation: int) -> bool:
    async with store.reading(SYSTEM) as uow:
        return await uow.surveys.may_ask(conversation, clock.now - DAY)


async def test_a_member_is_asked_once_a_day_in_all_conversations(
    store: SqlStore, shop: SmallShop, clock: HandClock
) -> None:
    here, there = await talk(store, "a", shop.member), await talk(store, "b", shop.member)
    assert await may_ask(store, clock, there)
    await ask(store, clock, here)
    assert not await may_ask(store, clock, there)
    with pytest.raises(ConflictError):
        await ask(store, clock, there)
    clock.advance(days=1, seconds=1)
    assert await may_ask(store, clock, there)
    await ask(store, clock, there)


async def test_guests_are_asked_once_a_day_each(
    store: SqlStore, shop: SmallShop, clock: HandClock
) -> None:
    one, other = await talk(store, "a"), await talk(store, "b")
    await ask(store, clock, one)
    assert not await may_ask(store, clock, one)
    assert await may_ask(store, clock, other)
    await ask(store, clock, other)


async def test_who_said_no_to_surveys_is_not_asked(
    store: SqlStore, shop: SmallShop, clock: HandClock
) -> None:
    here = await talk(store, "a", shop.member)
    async with store.writing(SYSTEM) as uow:
        await uow.consents.withdraw(shop.member, Purpose.RESEARCH)
    assert not await may_ask(store, clock, here)


async def test_the_last_tap_counts_and_a_word_may_follow(
    store: SqlStore, shop: SmallShop, clock: HandClock
) -> None:
    here, today = await talk(store, "a"), clock.now.date()
    async with store.writing(SYSTEM) as uow:
        assert await uow.surveys.rate(here, today, 3) is None
    await ask(store, clock, here)
    async with store.writing(SYSTEM) as uow:
        await uow.surveys.rate(here, today, 5)
        await uow.surveys.rate(here, today, 2)
        await uow.surveys.add_word(here, today, "等太久")
        with pytest.raises(InvalidRecordError):
            await uow.surveys.rate(here, today, 6)
    async with store.reading(SYSTEM) as uow:
        survey = await uow.surveys.of_day(here, today)
    assert survey is not None
    assert (survey.score, survey.word) == (2, "等太久")
