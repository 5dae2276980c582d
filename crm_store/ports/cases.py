"""Port of after-sales cases."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from crm_store.types.cases import Case, CaseKind, NewCase
from crm_store.types.conversations import JSONObject


class Cases(Protocol):
    """After-sales cases. Customers see their own and those of their conversation."""

    async def open(self, case: NewCase) -> Case:
        """Open a case, once for each ticket: a second time the first one is returned."""

    async def by_ticket(self, ticket: str) -> Case | None:
        """Return the case that a ticket opened; customers and guests only their own."""

    async def by_number(self, number: str) -> Case | None:
        """Return a case that the actor may see."""

    async def for_member(self, member_id: int, *, open_only: bool = True) -> list[Case]:
        """Return a member's cases, newest first."""

    async def for_order(
        self, order_number: str, *, kinds: Collection[CaseKind] | None = None
    ) -> list[Case]:
        """Return the cases of an order that the actor may see, newest first."""

    async def for_conversation(self, conversation_id: int) -> list[Case]:
        """Return the cases opened in a conversation that the actor may see, newest first."""

    async def due(self, before: datetime, *, limit: int = 100) -> list[Case]:
        """Return open cases that are promised before then, the most urgent first; system only."""

    async def change(
        self,
        number: str,
        *,
        state: str,
        detail: JSONObject | None = None,
        closed_at: datetime | None = None,
        due_at: datetime | None = None,
    ) -> Case:
        """Move a case on; ``detail`` is added to what is known. System and staff only.

        Raises `NotFoundError` when there is no such case.
        """
