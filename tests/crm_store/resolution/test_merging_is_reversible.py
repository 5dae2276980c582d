"""Any merges of any members are undone exactly, in any order that is allowed."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, insert, select

from crm_store.errors import ConflictError
from crm_store.models import (
    AddressRow,
    Base,
    CaseRow,
    ConsentRow,
    ConversationRow,
    CouponRow,
    FollowUpRow,
    IdentityRow,
    InteractionRow,
    MemberRow,
    NoteRow,
    OrderRow,
    PointsEntryRow,
    PreferenceRow,
)
from crm_store.repositories.belongings import belongings
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM
from crm_store.types.cases import CaseKind
from crm_store.types.conversations import Owner, Verification
from crm_store.types.loyalty import PointsKind
from crm_store.types.orders import OrderState
from crm_store.types.people import IdentityKind, IdentityStatus, MemberStatus, Tier
from crm_store.vault import Vault

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
PEOPLE = 4

ROWS: Mapping[type[Base], Mapping[str, Any]] = {
    OrderRow: {
        "number": "#",
        "channel": "pos",
        "state": OrderState.COMPLETED,
        "placed_at": AT,
        "total": Decimal("9.90"),
    },
    PointsEntryRow: {
        "kind": PointsKind.EARN,
        "points": 10,
        "at": AT,
        "source": "pos",
        "source_key": "#",
    },
    CouponRow: {
        "code": "#",
        "title_zh": "券",
        "title_en": "coupon",
        "valid_from": date(2026, 1, 1),
        "valid_to": date(2026, 12, 31),
    },
    IdentityRow: {
        "kind": IdentityKind.EMAIL,
        "value_enc": "",
        "value_index": "#",
        "masked": "l***@example.com",
        "status": IdentityStatus.CLAIMED,
    },
    AddressRow: {"recipient_enc": "", "phone_enc": "", "line_enc": "", "city": "上海"},
    NoteRow: {"text": "喜欢试用装", "author": "clerk", "at": AT},
    PreferenceRow: {"kind": "size", "value": "M", "stated": True, "source": "chat", "at": AT},
    ConsentRow: {
        "purpose": "marketing",
        "channel": "sms",
        "granted": False,
        "wording_version": "1",
        "source": "pos",
        "at": AT,
    },
    FollowUpRow: {"text": "回访", "due_at": AT},
    InteractionRow: {"source": "mini_program", "kind": "browse", "at": AT},
    CaseRow: {"number": "#", "kind": CaseKind.RETURN, "state": "open", "opened_at": AT},
    ConversationRow: {
        "channel": "web",
        "account": "shop",
        "external_id": "#",
        "verification": Verification.ATTESTED,
        "owner": Owner.HUMAN,
        "created_at": AT,
        "updated_at": AT,
    },
}
"""A row of every kind that a member may have; ``#`` stands for a number of its own."""

members = st.builds(
    lambda **values: values,
    name=st.just("王"),
    tier=st.sampled_from(Tier),
    joined_on=st.dates(date(2020, 1, 1), date(2020, 1, 5)),
    gender=st.sampled_from([None, "female", "male"]),
    birthday=st.sampled_from([None, date(1990, 1, 1), date(1991, 2, 2)]),
    home_store_id=st.sampled_from([None, "SH01", "BJ01"]),
    province=st.sampled_from([None, "上海市", "浙江省"]),
    city=st.sampled_from([None, "上海市", "杭州市"]),
    district=st.sampled_from([None, "徐汇区"]),
)
people = st.lists(members, min_size=PEOPLE, max_size=PEOPLE)
belongs = st.dictionaries(
    st.tuples(st.integers(0, PEOPLE - 1), st.sampled_from(list(ROWS))), st.integers(1, 3)
)
pairs = st.lists(
    st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1)), min_size=1, max_size=6
)


@pytest.fixture(scope="module")
def store_url(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("merges") / "huike.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    return f"sqlite:///{path}"


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(people, belongs, pairs, st.randoms(use_true_random=False))
def test_undoing_all_merges_leaves_everything_as_it_was(
    store_url: str, vault: Vault, everybody: Any, what: Any, wanted: Any, chance: Any
) -> None:
    asyncio.run(_merge_and_undo(store_url, vault, everybody, what, wanted, chance))


async def _merge_and_undo(
    url: str, vault: Vault, everybody: Any, what: Any, wanted: Any, chance: Any
) -> None:
    store = await SqlStore.open(url, vault, clock=lambda: AT + timedelta(days=1))
    try:
        ids = await _write(store, vault, everybody, what)
        before = await _state(store)
        merges = [await _merge(store, ids[kept], ids[merged]) for kept, merged in wanted]
        open_merges = [one for one in merges if one is not None]
        assert open_merges or all(kept == merged for kept, merged in wanted)
        while open_merges:  # in any order; one under another is refused until its turn comes
            chance.shuffle(open_merges)
            done = [one for one in open_merges if await _undo(store, one)]
            assert done, "at least the last merge can always be undone"
            open_merges = [one for one in open_merges if one not in done]
        assert await _state(store) == before
    finally:
        await store.close()


async def _write(store: SqlStore, vault: Vault, everybody: Any, what: Any) -> list[int]:
    async with store.importing() as context:
        rows = [MemberRow(language="zh", status=MemberStatus.ACTIVE, **one) for one in everybody]
        context.session.add_all(rows)
        await context.session.flush()
        ids = [row.id for row in rows]
        for (owner, model), count in what.items():
            for number in range(count):
                mark = f"{ids[owner]}-{number}"
                values = {
                    name: mark if value == "#" else vault.encrypt(mark) if value == "" else value
                    for name, value in ROWS[model].items()
                }
                await context.session.execute(insert(model).values(member_id=ids[owner], **values))
    return ids


async def _merge(store: SqlStore, kept: int, merged: int) -> int | None:
    """Merge two, unless that is refused: the same member, or one that is merged already."""
    before = await _state(store)
    try:
        async with store.writing(SYSTEM) as work:
            return (await work.merges.merge(kept, merged)).id
    except ConflictError:
        assert await _state(store) == before
        return None


async def _undo(store: SqlStore, merge: int) -> bool:
    before = await _state(store)
    try:
        async with store.writing(SYSTEM) as work:
            await work.merges.unmerge(merge)
    except ConflictError as refusal:
        assert "first" in str(refusal)
        assert await _state(store) == before
        return False
    return True


async def _state(store: SqlStore) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the members and of all that belongs to one, as it is stored."""
    tables: set[Table] = {one.table for one in belongings()} | {Base.metadata.tables["members"]}
    async with store.importing() as context:
        connection = await context.session.connection()
        return {
            table.name: [
                tuple(row)
                for row in await connection.execute(
                    select(*table.columns).order_by(*table.primary_key)
                )
            ]
            for table in tables
        }
