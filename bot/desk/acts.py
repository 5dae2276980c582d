"""What an agent does to a handoff; each act is one transaction under the agent's own rights."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import TypeAlias

from bot.desk.session import require_service
from bot.turn.bell import Bell
from crm_store.ports import CrmStore, UnitOfWork
from crm_store.types.actors import Actor
from crm_store.types.conversations import JSONObject

Act: TypeAlias = Callable[[UnitOfWork], Awaitable[object]]


def take(handoff_id: int) -> Act:
    """Return the act of taking a waiting handoff."""
    return lambda uow: uow.handoffs.take(handoff_id)


def take_over(handoff_id: int) -> Act:
    """Return a supervisor's act of taking it from whoever has it."""
    return lambda uow: uow.handoffs.take_over(handoff_id)


def take_next() -> Act:
    """Return the act of taking what comes first of what fits the agent."""
    return lambda uow: uow.handoffs.take_next()


def answer(handoff_id: int, text: str, payload: JSONObject | None = None) -> Act:
    """Return the act of answering the customer, with cards where there are any."""
    return lambda uow: uow.handoffs.answer(handoff_id, text, payload)


def note(conversation_id: int, text: str, mentions: Collection[int]) -> Act:
    """Return the act of leaving a note for colleagues."""
    return lambda uow: uow.desk.note(conversation_id, text, mentions)


def reassign(handoff_id: int, staff_id: int) -> Act:
    """Return the act of giving it to a colleague."""
    return lambda uow: uow.handoffs.reassign(handoff_id, staff_id)


def requeue(handoff_id: int, *, skill: str | None = None, store_id: str | None = None) -> Act:
    """Return the act of letting it wait again, for a skill or a shop."""
    return lambda uow: uow.handoffs.requeue(handoff_id, skill=skill, store_id=store_id)


def snooze(handoff_id: int, until: datetime) -> Act:
    """Return the act of putting it aside until a time."""
    return lambda uow: uow.handoffs.snooze(handoff_id, until)


def wake(handoff_id: int) -> Act:
    """Return the act of taking it up again."""
    return lambda uow: uow.handoffs.wake(handoff_id)


def resolve(handoff_id: int, resolution: str, code: str | None = None) -> Act:
    """Return the act of closing it with what came of it."""
    return lambda uow: uow.handoffs.resolve(handoff_id, resolution, code=code)


def reopen(handoff_id: int) -> Act:
    """Return the act of taking up again what was closed."""
    return lambda uow: uow.handoffs.reopen(handoff_id)


def hand_back(handoff_id: int, instruction: str = "") -> Act:
    """Return the act of giving the conversation back to the bot, told what to do."""
    return lambda uow: uow.handoffs.hand_back(handoff_id, instruction)


async def perform(
    store: CrmStore, bell: Bell, actor: Actor, act: Act, conversation_id: int | None
) -> object:
    """Do it and tell everybody who listens; raises `StoreError` when it is refused."""
    async with store.writing(actor) as uow:
        await require_service(uow)
        done = await act(uow)
    topics = ("desk", "outbox", "inbox")
    for topic in topics if conversation_id is None else (*topics, conversation_id):
        bell.ring(topic)
    return done
