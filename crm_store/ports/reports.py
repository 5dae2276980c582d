"""Port of the figures that supervisors look at."""

from typing import Protocol

from crm_store.types.reports import HandoffFact, Score, Span, TalkCount, UnknownQuestion


class Reports(Protocol):
    """Figures of the service; managers and the system only, others get empty lists."""

    async def handoffs(self, span: Span) -> list[HandoffFact]:
        """Return every handoff that was requested in a span, oldest first."""

    async def talks(self, span: Span) -> list[TalkCount]:
        """Return the conversations with customers by day and channel.

        Clerks' own conversations do not count. A conversation that goes on the next day counts on
        both days.
        """

    async def scores(self, span: Span) -> list[Score]:
        """Return what customers said when they were asked how it was, oldest first."""

    async def unknown(self, span: Span, *, limit: int = 20) -> list[UnknownQuestion]:
        """Return what was not understood, most frequent first; whose words it shows is audited.

        Equal words are one question, whatever their case and the spaces around them.
        """
