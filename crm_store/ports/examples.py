"""Port of training examples that come from handoffs."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from crm_store.types.examples import Example, ExampleState, NewExample
from crm_store.types.handoffs import Handoff


class Examples(Protocol):
    """Proposed training examples. Proposing is the system's, deciding a manager's; none trains.

    An example hangs on its message: whoever deletes the message deletes the example.
    """

    async def unlearned(self, since: datetime, *, limit: int = 20) -> list[Handoff]:
        """Return handoffs that a human closed after ``since``, oldest first; system only.

        Each is returned until `propose` was called for it, and anew once it was reopened and
        closed again.
        """

    async def propose(self, handoff_id: int, found: Sequence[NewExample]) -> int:
        """Keep examples from a closed handoff and call it learned; returns how many are new.

        System only. A message is proposed once, whatever was decided about it. Raises
        `ConflictError` when the handoff was reopened meanwhile, and `InvalidRecordError` for a
        message that is not a customer's of the handoff's conversation or that no model has read.
        """

    async def listed(
        self, states: Collection[ExampleState], *, limit: int = 50, exported: bool | None = None
    ) -> list[Example]:
        """Return examples, oldest first; managers, whose look is audited, and the system only.

        ``exported`` narrows them to those that are among the training data already, or not.
        """

    async def count(self, state: ExampleState) -> int:
        """Return how many there are; managers and the system only."""

    async def get(self, example_id: int) -> Example | None:
        """Return one example; managers and the system only."""

    async def accept(self, example_id: int, intent: str, text: str) -> Example:
        """Accept a waiting example, as the acting manager corrected it.

        Raises `ConflictError` when somebody decided already, `NotFoundError` when it is gone and
        `InvalidRecordError` without an intent or a text.
        """

    async def reject(self, example_id: int) -> Example:
        """Reject a waiting example; errors as those of `accept`."""

    async def reconsider(self, example_id: int) -> Example:
        """Let a decided example wait again; `ConflictError` once it was exported."""

    async def exported(self, example_ids: Collection[int]) -> int:
        """Note that accepted examples are among the training data; returns how many newly are."""
