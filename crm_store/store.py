"""The store on SQLAlchemy: engines, sessions and units of work."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Self

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from crm_store import migrations
from crm_store.engine import make_engine, make_writer
from crm_store.errors import NotPermittedError
from crm_store.loyalty.rules import load_rules
from crm_store.ports import (
    Analytics,
    Appointments,
    AuditTrail,
    Care,
    Cases,
    Catalog,
    Consents,
    Conversations,
    DeskRecords,
    Examples,
    Handoffs,
    Loyalty,
    Members,
    Merges,
    Notices,
    Orders,
    Privacy,
    Profiles,
    Reports,
    StaffAccounts,
    Stock,
    Surveys,
    Timelines,
    Topics,
    UnitOfWork,
)
from crm_store.repositories.analytics import AnalyticsRepository
from crm_store.repositories.appointments import AppointmentsRepository
from crm_store.repositories.audit import AuditRepository
from crm_store.repositories.care import CareRepository
from crm_store.repositories.cases import CasesRepository
from crm_store.repositories.catalog import CatalogRepository
from crm_store.repositories.consents import ConsentsRepository
from crm_store.repositories.context import Clock, Context
from crm_store.repositories.conversations import ConversationsRepository
from crm_store.repositories.desk import DeskRepository
from crm_store.repositories.examples import ExamplesRepository
from crm_store.repositories.handoffs import HandoffsRepository
from crm_store.repositories.loyalty import LoyaltyRepository
from crm_store.repositories.members import MembersRepository
from crm_store.repositories.merges import MergesRepository
from crm_store.repositories.notices import NoticesRepository
from crm_store.repositories.orders import OrdersRepository
from crm_store.repositories.privacy import PrivacyRepository
from crm_store.repositories.profiles import ProfilesRepository
from crm_store.repositories.reports import ReportsRepository
from crm_store.repositories.staff import StaffRepository
from crm_store.repositories.stock import StockRepository
from crm_store.repositories.surveys import SurveysRepository
from crm_store.repositories.timelines import TimelinesRepository
from crm_store.repositories.topics import TopicsRepository
from crm_store.types.actors import SYSTEM, Actor
from crm_store.types.loyalty import LoyaltyRules
from crm_store.vault import Vault


def utc_now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


class SqlUnitOfWork:
    """One session for one actor, with all repositories."""

    def __init__(self, context: Context) -> None:
        self.actor = context.actor
        self.members: Members = MembersRepository(context)
        self.merges: Merges = MergesRepository(context)
        self.orders: Orders = OrdersRepository(context)
        self.cases: Cases = CasesRepository(context)
        self.care: Care = CareRepository(context)
        self.catalog: Catalog = CatalogRepository(context)
        self.stock: Stock = StockRepository(context)
        self.appointments: Appointments = AppointmentsRepository(context)
        self.loyalty: Loyalty = LoyaltyRepository(context)
        self.profiles: Profiles = ProfilesRepository(context)
        self.timelines: Timelines = TimelinesRepository(context)
        self.analytics: Analytics = AnalyticsRepository(context)
        self.conversations: Conversations = ConversationsRepository(context)
        self.handoffs: Handoffs = HandoffsRepository(context)
        self.topics: Topics = TopicsRepository(context)
        self.staff: StaffAccounts = StaffRepository(context)
        self.audit: AuditTrail = AuditRepository(context)
        self.consents: Consents = ConsentsRepository(context)
        self.privacy: Privacy = PrivacyRepository(context)
        self.surveys: Surveys = SurveysRepository(context)
        self.notices: Notices = NoticesRepository(context)
        self.desk: DeskRecords = DeskRepository(context)
        self.examples: Examples = ExamplesRepository(context)
        self.reports: Reports = ReportsRepository(context)


class SqlStore:
    """The port's `CrmStore` on SQLite or PostgreSQL. Open it with `SqlStore.open`."""

    def __init__(
        self,
        reader: AsyncEngine,
        vault: Vault,
        clock: Clock = utc_now,
        rules: LoyaltyRules | None = None,
    ) -> None:
        self._reader = reader
        self._writer = make_writer(reader, vault)
        self._vault = vault
        self._clock = clock
        self._rules = rules or load_rules()

    @classmethod
    async def open(
        cls,
        url: str,
        vault: Vault,
        *,
        clock: Clock = utc_now,
        rules: LoyaltyRules | None = None,
    ) -> Self:
        """Return a store on a migrated database.

        ``url`` is ``sqlite:///PATH`` or ``postgresql://…``; ``clock`` tells the time of leases
        and of everything that is written; ``rules`` are the loyalty programme's, the packaged
        example when omitted. Raises `DatabaseURLError` on another kind of URL and `SchemaError`
        unless the database is at the revision this program needs.
        """
        store = cls(make_engine(url, vault), vault, clock, rules)
        try:
            await migrations.check_revision(store._reader)
        except BaseException:
            await store.close()
            raise
        return store

    @staticmethod
    def upgrade(url: str, vault: Vault | None = None) -> None:
        """Bring the database to the revision this program needs; see `migrations.upgrade`."""
        migrations.upgrade(url, vault)

    def reading(self, actor: Actor) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a unit of work for reads (and the audit rows they cause)."""
        if actor.is_staff:
            return self._unit(actor, self._writer)
        return self._unit(actor, self._reader)

    def watching(self, actor: Actor) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a unit of work for reads that are repeated every moment, and hardly ever audited.

        It waits for no writer; only what it has to audit is written, apart, before it ends.
        """
        return self._unit(actor, self._reader)

    def writing(self, actor: Actor) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a unit of work that takes the write lock at once and commits on exit."""
        return self._unit(actor, self._writer)

    @asynccontextmanager
    async def importing(self) -> AsyncIterator[Context]:
        """Open a transaction of the system's for bulk writes; see `crm_store.sources`."""
        async with AsyncSession(self._writer, expire_on_commit=False) as session, session.begin():
            await session.connection()
            yield self._context(session, SYSTEM, self._writer)

    async def settle(self) -> None:
        """Write SQLite's log into its file and empty it: what was deleted is then nowhere."""
        if self._writer.dialect.name != "sqlite":
            return
        async with self._reader.connect() as connection:
            await connection.commit()
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """Release connections."""
        await self._reader.dispose()
        await self._writer.dispose()

    @asynccontextmanager
    async def _unit(self, actor: Actor, engine: AsyncEngine) -> AsyncIterator[UnitOfWork]:
        if actor.is_staff and actor.surface is None:
            raise NotPermittedError("staff say where and why they look")
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            await session.connection()
            context = self._context(session, actor, engine)
            yield SqlUnitOfWork(context)
            await context.write_looks()

    def _context(self, session: AsyncSession, actor: Actor, engine: AsyncEngine) -> Context:
        @asynccontextmanager
        async def recording() -> AsyncIterator[AsyncSession]:
            if engine is self._writer:
                yield session
                return
            async with AsyncSession(self._writer, expire_on_commit=False) as apart, apart.begin():
                yield apart

        return Context(session, actor, self._vault, self._clock, recording, self._rules)
