"""What an agent does to a handoff; each act is one transaction under the agent's own rights."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from bot.desk.session import require_service
from bot.turn.bell import Bell
from crm_store.ports import CrmStore, UnitOfWork
from crm_store.types.actors import Actor

Act: TypeAlias = Callable[[UnitOfWork], Awaitable[object]]


def take(handoff_id: int) -> Act:
    """Return the act of taking a waiting handoff."""
    return lambda uow: uow.handoffs.take(handoff_id)


def answer(handoff_id: int, text: str) -> Act:
    """Return the act of answering the customer."""
    return lambda uow: uow.handoffs.answer(handoff_id, text)


def resolve(handoff_id: int, resolution: str) -> Act:
    """Return the act of closing it with what came of it."""
    return lambda uow: uow.handoffs.resolve(handoff_id, resolution)


def hand_back(handoff_id: int) -> Act:
    """Return the act of giving the conversation back to the bot."""
    return lambda uow: uow.handoffs.hand_back(handoff_id)


async def perform(
    store: CrmStore, bell: Bell, actor: Actor, act: Act, conversation_id: int | None
) -> None:
    """Do it and tell everybody who listens; raises `StoreError` when it is refused."""
    async with store.writing(actor) as uow:
        await require_service(uow)
        await act(uow)
    topics = ("desk", "outbox", "inbox")
    for topic in topics if conversation_id is None else (*topics, conversation_id):
        bell.ring(topic)
