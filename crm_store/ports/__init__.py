"""The store's port.

`Store.reading` and `Store.writing` open a unit of work for one actor. Every repository method
checks that actor: what an actor may not see is answered as if it did not exist (``None`` or an
empty list), and what it may not do raises `NotPermittedError`. When staff see a member, the audit
row is written in the same transaction as the read; a reading unit of work of a staff actor
therefore commits too.

A unit of work commits once, on leaving the ``async with`` block, and rolls back on an exception.
No method does network I/O other than to the database.
"""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from crm_store.ports.analytics import Analytics
from crm_store.ports.appointments import Appointments
from crm_store.ports.audit import AuditTrail
from crm_store.ports.care import Care
from crm_store.ports.cases import Cases
from crm_store.ports.catalog import Catalog
from crm_store.ports.conversations import Conversations
from crm_store.ports.desk import DeskRecords
from crm_store.ports.examples import Examples
from crm_store.ports.handoffs import Handoffs
from crm_store.ports.loyalty import Loyalty
from crm_store.ports.merges import Merges
from crm_store.ports.notices import Notices
from crm_store.ports.orders import Orders
from crm_store.ports.people import Members, StaffAccounts
from crm_store.ports.privacy import Consents, Privacy
from crm_store.ports.profiles import Profiles
from crm_store.ports.reports import Reports
from crm_store.ports.stock import Stock
from crm_store.ports.surveys import Surveys
from crm_store.ports.timeline import Timelines
from crm_store.ports.topics import Topics
from crm_store.types.actors import Actor

__all__ = [
    "Analytics",
    "Appointments",
    "AuditTrail",
    "Care",
    "Cases",
    "Catalog",
    "Consents",
    "Conversations",
    "CrmStore",
    "DeskRecords",
    "Examples",
    "Handoffs",
    "Loyalty",
    "Members",
    "Merges",
    "Notices",
    "Orders",
    "Privacy",
    "Profiles",
    "Reports",
    "StaffAccounts",
    "Stock",
    "Surveys",
    "Timelines",
    "Topics",
    "UnitOfWork",
]


class UnitOfWork(Protocol):
    """One transaction for one actor, with all repositories."""

    actor: Actor
    members: Members
    merges: Merges
    orders: Orders
    cases: Cases
    care: Care
    catalog: Catalog
    stock: Stock
    appointments: Appointments
    loyalty: Loyalty
    profiles: Profiles
    timelines: Timelines
    analytics: Analytics
    conversations: Conversations
    handoffs: Handoffs
    topics: Topics
    staff: StaffAccounts
    audit: AuditTrail
    consents: Consents
    privacy: Privacy
    surveys: Surveys
    notices: Notices
    desk: DeskRecords
    examples: Examples
    reports: Reports


class CrmStore(Protocol):
    """The port: opens units of work."""

    def reading(self, actor: Actor) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a unit of work for reads (and the audit rows they cause)."""

    def watching(self, actor: Actor) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a unit of work for reads that are repeated every moment, and hardly ever audited."""

    def writing(self, actor: Actor) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a unit of work that takes the write lock at once and commits on exit."""

    async def close(self) -> None:
        """Release connections."""
