"""Connections that PostgreSQL, or what stands before it, closed while they lay in the pool."""

import pytest
from sqlalchemy import text

from crm_store import engine as engines
from crm_store.engine import make_engine

PID = text("SELECT pg_backend_pid()")


async def test_one_that_was_closed_while_idle_is_replaced(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "IDLE", -1.0)
    pooled, other = make_engine(postgres_url), make_engine(postgres_url)
    try:
        async with pooled.connect() as connection:
            first = await connection.scalar(PID)
        async with other.connect() as connection:
            await connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": first})
        async with pooled.connect() as connection:
            assert await connection.scalar(PID) != first
    finally:
        await pooled.dispose()
        await other.dispose()
