"""Port of the ownership of conversations, and of the queue that waits for people."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Protocol

from crm_store.types.conversations import JSONObject, Message
from crm_store.types.handoffs import (
    ANYBODY,
    AgentOnDuty,
    Handoff,
    HandoffReason,
    Needs,
    Presence,
    QueueOutlook,
)


class Handoffs(Protocol):
    """Ownership of conversations. Each change raises the conversation's epoch.

    Changes follow `crm_store.types.ownership`: one that is not possible from where the handoff
    stands raises `ConflictError`. What an agent does raises `NotPermittedError` for somebody else's
    handoff; managers and the system may do it to any. Every change is a message of the system in
    the timeline with ``event``, ``move``, ``handoff_id``, ``owner``, ``by`` and ``to`` in its
    payload.
    """

    async def request(
        self,
        conversation_id: int,
        reason: HandoffReason,
        packet: JSONObject,
        *,
        epoch: int,
        detail: str = "",
        needs: Needs = ANYBODY,
        reopening: timedelta | None = None,
    ) -> Handoff:
        """Ask for a human: owner becomes ``waiting``. Asking again returns the open handoff.

        A handoff that an agent closed within ``reopening`` waits again, first for that agent.
        """

    async def open(
        self, *, states: Collection[str] = ("waiting", "taken", "snoozed")
    ) -> list[Handoff]:
        """Return handoffs in these states as they are to be served; staff and system only.

        By priority, then by when the first answer is due, then by age.
        """

    async def get(self, handoff_id: int) -> Handoff | None:
        """Return one handoff; staff and system only."""

    async def current(self, conversation_id: int) -> Handoff | None:
        """Return the conversation's open handoff."""

    async def closed(self, since: datetime, *, limit: int = 1000) -> list[Handoff]:
        """Return handoffs closed since, newest first; staff and system only."""

    async def take(self, handoff_id: int) -> Handoff:
        """The acting agent takes it: owner becomes ``human``.

        Raises `ConflictError` when somebody else has it or it is closed. Taking what one has
        already changes nothing.
        """

    async def take_next(self) -> Handoff | None:
        """The acting agent takes what comes first of what fits them.

        ``None`` when nothing waits for their languages and skills, or they have enough.
        """

    async def take_over(self, handoff_id: int) -> Handoff:
        """The acting manager takes it, whoever has it."""

    async def reassign(self, handoff_id: int, staff_id: int) -> Handoff:
        """Give it to an agent; raises `NotFoundError` when there is no such agent in service."""

    async def requeue(
        self, handoff_id: int, *, skill: str | None = None, store_id: str | None = None
    ) -> Handoff:
        """Let it wait again, for a skill or a shop where one is given."""

    async def snooze(self, handoff_id: int, until: datetime) -> Handoff:
        """Put it aside until a time, which must be to come (`InvalidRecordError`)."""

    async def wake(self, handoff_id: int) -> Handoff:
        """Take a snoozed one up again."""

    async def answer(
        self, handoff_id: int, text: str, payload: JSONObject | None = None
    ) -> Message:
        """Queue an agent's message; only the agent who took it, else `NotPermittedError`.

        ``payload`` holds cards and buttons as a bot's reply does.
        """

    async def resolve(
        self, handoff_id: int, resolution: str, *, code: str | None = None
    ) -> Handoff:
        """Close it: owner becomes ``bot`` again, the case being settled.

        ``code`` is one of the reason codes of the house.
        """

    async def hand_back(self, handoff_id: int, instruction: str = "") -> Handoff:
        """Give the conversation back to the bot.

        An instruction is answered by the bot as if the customer had asked for it: words, or a
        button's payload such as ``/return_item{"order_number": "O-1"}``. The customer sees what
        the bot then says, not the instruction.
        """

    async def reopen(self, handoff_id: int) -> Handoff:
        """The agent who closed it takes it up again, or a manager.

        Raises `ConflictError` when the conversation has another open handoff.
        """

    async def withdraw(self, conversation_id: int) -> Handoff | None:
        """The customer leaves the queue: a waiting handoff closes, the bot owns again."""

    async def offer(self, handoff_id: int, staff_id: int, until: datetime) -> Handoff:
        """Suggest a waiting handoff to an agent until a time; system only. No epoch changes."""

    async def escalate(self, handoff_id: int) -> Handoff:
        """Mark a waiting handoff as overdue: it is urgent now; system only. No epoch changes."""

    async def urge(self, handoff_id: int, reason: HandoffReason, answer_by: datetime) -> Handoff:
        """Give a waiting handoff a graver reason: it is urgent now, and due by then at the latest.

        System only. No epoch changes.
        """

    async def take_turn(self, worker: str, every: timedelta) -> bool:
        """Whether this worker is to look after the queue now: nobody has for that long; system."""

    async def heartbeat(self, presence: Presence) -> None:
        """Note that the acting agent or manager is there (or away, or leaving)."""

    async def on_duty(self, idle: timedelta) -> list[AgentOnDuty]:
        """Return active agents and managers with their load; staff and system only.

        Who was not heard of for ``idle`` counts as offline. Accounts whose desk was never opened
        are offline with ``seen_at`` ``None``.
        """

    async def outlook(self, idle: timedelta, within: timedelta) -> QueueOutlook:
        """Return the queue in numbers, with the handling times of ``within``; for everybody."""
