"""Where personal data can stand, read from the schema, and what an erasure does there.

Tables are reached from a member along foreign keys: a row belongs to a person when it points at
their member row, or at a row that does. Rows are deleted unless the table is named here with a
reason to keep them; then their personal columns are blanked. A test fails when a table with a
personal column can be reached by no path and is not named under `OUTSIDE`.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Table, UniqueConstraint

from crm_store.models import Base
from crm_store.models.types import CleanJSON
from crm_store.types.conversations import Owner, Verification
from crm_store.types.people import MemberStatus, Tier

ROOT = "members"


class Fate(StrEnum):
    """What becomes of a person's rows in a table."""

    DELETED = "deleted"
    ANONYMISED = "anonymised"
    KEPT = "kept"


BOOKKEEPING = "sales are kept for bookkeeping, without whose they were"
ANONYMISED: Mapping[str, str] = {
    "members": "an empty row keeps the number from being given to somebody else",
    "orders": BOOKKEEPING,
    "cases": "what was paid back or exchanged belongs to bookkeeping",
    "conversations": "an empty row turns away whoever is still answering in it",
}
KEPT: Mapping[str, str] = {
    "order_lines": BOOKKEEPING,
    "shipments": BOOKKEEPING,
    "shipment_events": BOOKKEEPING,
    "payments": BOOKKEEPING,
}
OUTSIDE: Mapping[str, str] = {
    "staff": "accounts of employees are no members' data",
    "source_records": "found by what they became; see `records`",
    "erasures": "the proofs",
    "suppressions": "digests",
}

RESETS: Mapping[str, Mapping[str, object]] = {
    "members": {"status": MemberStatus.ERASED, "tier": Tier.REGULAR, "home_store_id": None},
    "orders": {"member_id": None},
    "cases": {"member_id": None},
    "conversations": {
        "member_id": None,
        "verification": Verification.GUEST,
        "language": None,
        "owner": Owner.BOT,
        "opened_orders": [],
        "pending_since": None,
        "lease_worker": None,
        "lease_until": None,
    },
}
"""Columns that are not personal by themselves, but say whose a row was."""


def tables() -> list[Table]:
    """Return all tables, those that others point at first."""
    return Base.metadata.sorted_tables


def fate(table: Table) -> Fate:
    """Return what an erasure does to a person's rows in a table."""
    if table.name in ANONYMISED:
        return Fate.ANONYMISED
    return Fate.KEPT if table.name in KEPT else Fate.DELETED


def reasons(table: Table) -> str:
    """Return why rows of a table stay; empty when they do not."""
    return ANONYMISED.get(table.name) or KEPT.get(table.name, "")


def parents(table: Table) -> Iterator[tuple[Column[Any], str]]:
    """Yield the columns by which rows hang on other tables' rows, and those tables' names."""
    for key in table.foreign_keys:
        name = key.column.table.name
        if name != table.name and name not in OUTSIDE:
            yield key.parent, name


def reachable() -> list[Table]:
    """Return the tables that can hold rows of a person, those that others point at first."""
    found: list[Table] = []
    names: set[str] = set()
    for table in tables():
        hangs = table.name == ROOT or any(name in names for _, name in parents(table))
        if hangs and table.name not in OUTSIDE:
            found.append(table)
            names.add(table.name)
    return found


def personal_columns(table: Table) -> list[Column[Any]]:
    """Return the columns that are marked as personal."""
    return [column for column in table.columns if column.info.get("personal")]


def key_of(table: Table) -> Column[Any]:
    """Return the primary key; all tables that hang on members have one of a single column."""
    (key,) = table.primary_key.columns
    return key


def blank(column: Column[Any], row: object) -> object:
    """Return what a personal column of a row that stays is set to."""
    if column.nullable:
        return None
    if _is_unique(column):
        return f"erased-{row}"
    return {} if isinstance(column.type, CleanJSON) else ""


def _is_unique(column: Column[Any]) -> bool:
    table = column.table
    constraints = table.constraints if isinstance(table, Table) else set()
    together = [one for one in constraints if isinstance(one, UniqueConstraint)]
    return bool(column.unique) or any(column.name in one.columns for one in together)
