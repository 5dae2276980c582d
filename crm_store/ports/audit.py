"""Port of the record of who saw and did what."""

from typing import Protocol

from crm_store.types.conversations import JSONObject
from crm_store.types.records import AuditEntry


class AuditTrail(Protocol):
    """Who saw and did what."""

    async def record(self, action: str, subject: str, detail: JSONObject | None = None) -> None:
        """Add a row for the unit of work's actor."""

    async def about(self, subject: str, *, limit: int = 100) -> list[AuditEntry]:
        """Return rows about a subject, newest first; the member themselves, manager, system."""
