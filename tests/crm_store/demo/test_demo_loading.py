"""The demo retailer goes through the importers like any other, and only once."""

from datetime import timedelta
from pathlib import Path

from demo_exports import ORDERS, PEOPLE, SEED, TODAY, rows_of
from sqlalchemy import func, select

from crm_store.demo import load
from crm_store.demo.generator import DemoFiles
from crm_store.demo.loading import employ
from crm_store.models import Base, MemberRow, OrderRow, ProductRow, SourceRecordRow, StoreRow
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM, Role
from crm_store.types.records import ImportReport

PASSWORD = "open sesame"
SHOPS_AND_WAREHOUSE = 13


async def count(store: SqlStore, model: type[Base]) -> int:
    async with store.importing() as context:
        return int((await context.session.scalar(select(func.count()).select_from(model))) or 0)


async def load_small(store: SqlStore, folder: Path, *, days_later: int = 0) -> list[ImportReport]:
    return await load(
        store,
        seed=SEED,
        today=TODAY + timedelta(days=days_later),
        people=PEOPLE,
        orders=ORDERS,
        folder=folder,
        staff_password=PASSWORD,
        progress=None,
    )


async def test_everything_but_the_malformed_records_is_loaded_once(
    sqlite_store: SqlStore, small_retailer: DemoFiles, tmp_path: Path
) -> None:
    reports = await load_small(sqlite_store, tmp_path)

    held_back = {(r.source, q.line) for r in reports for q in r.quarantined}
    planted = {(row["source"], int(row["line"])) for row in rows_of(small_retailer.malformed)}
    assert held_back == planted
    assert [report.source for report in reports][:2] == ["catalog", "stores"]
    assert await count(sqlite_store, ProductRow) == 400
    assert await count(sqlite_store, StoreRow) == SHOPS_AND_WAREHOUSE
    assert await count(sqlite_store, OrderRow) == ORDERS
    members = await count(sqlite_store, MemberRow)
    assert 0.8 * PEOPLE <= members <= 1.5 * PEOPLE

    records = await count(sqlite_store, SourceRecordRow)
    assert await load_small(sqlite_store, tmp_path, days_later=1) == []
    assert await count(sqlite_store, SourceRecordRow) == records
    await _staff_can_log_in(sqlite_store)


async def _staff_can_log_in(store: SqlStore) -> None:
    async with store.reading(SYSTEM) as work:
        staff = {account.login: account for account in await work.staff.all()}
        clerk = await work.staff.authenticate("clerk-sh01", PASSWORD)
    assert clerk is not None
    assert clerk.store_id == "SH01"
    assert {login: account.role for login, account in staff.items()} == {
        "clerk-sh01": Role.CLERK,
        "clerk-bj01": Role.CLERK,
        "agent-lin": Role.AGENT,
        "agent-zhou": Role.AGENT,
        "manager": Role.MANAGER,
    }


async def test_accounts_that_exist_keep_their_password(sqlite_store: SqlStore) -> None:
    async with sqlite_store.writing(SYSTEM) as work:
        await work.staff.add("manager", "沈知秋", "chosen by her", Role.MANAGER)
    await employ(sqlite_store, PASSWORD)
    async with sqlite_store.reading(SYSTEM) as work:
        assert await work.staff.authenticate("manager", "chosen by her") is not None
        assert await work.staff.authenticate("manager", PASSWORD) is None
        assert await work.staff.authenticate("agent-lin", PASSWORD) is not None
