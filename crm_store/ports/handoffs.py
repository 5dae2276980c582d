"""Port of the ownership of conversations."""

from collections.abc import Collection
from typing import Protocol

from crm_store.types.conversations import JSONObject, Message
from crm_store.types.handoffs import Handoff, HandoffReason


class Handoffs(Protocol):
    """Ownership of conversations. Each change raises the conversation's epoch."""

    async def request(
        self, conversation_id: int, reason: HandoffReason, packet: JSONObject, *, epoch: int
    ) -> Handoff:
        """Ask for a human: owner becomes ``waiting``. Asking again returns the open handoff."""

    async def open(self, *, states: Collection[str] = ("waiting", "taken")) -> list[Handoff]:
        """Return handoffs in these states, longest waiting first; staff and system only."""

    async def get(self, handoff_id: int) -> Handoff | None:
        """Return one handoff; staff and system only."""

    async def current(self, conversation_id: int) -> Handoff | None:
        """Return the conversation's open handoff."""

    async def take(self, handoff_id: int) -> Handoff:
        """The acting agent takes it: owner becomes ``human``.

        Raises `ConflictError` when somebody else has it or it is closed.
        """

    async def answer(self, handoff_id: int, text: str) -> Message:
        """Queue an agent's message; only the agent who took it, else `NotPermittedError`."""

    async def resolve(self, handoff_id: int, resolution: str) -> Handoff:
        """Close it: owner becomes ``bot`` again, the case being settled."""

    async def hand_back(self, handoff_id: int) -> Handoff:
        """Give the conversation back to the bot."""

    async def withdraw(self, conversation_id: int) -> Handoff | None:
        """The customer leaves the queue: a waiting handoff closes, the bot owns again."""
