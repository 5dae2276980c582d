"""Erasures, suppressions, chores; and free words and keys that stood in clear text are encrypted.

Columns keep their kind: a sealed JSON value is a JSON string. An audit row may be deleted once it
is a year old, which is what a retention rule needs, and not before.
"""

import sqlalchemy as sa
from alembic import context, op

from crm_store.errors import SchemaError
from crm_store.migrations.sealing import seal_in_place
from crm_store.models.types import CleanJSON, CleanText, UtcDateTime, Whole

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SQLITE_TRIGGER = """
CREATE TRIGGER audit_no_DELETE BEFORE DELETE ON audit
WHEN OLD.at > datetime('now', '-365 days')
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
"""
POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.at <= now() - interval '365 days' THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'the audit is append-only';
END $$
"""


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("member_id", Whole, sa.ForeignKey("members.id"), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("proof", CleanJSON(), nullable=False),
        sa.Column("signature", CleanText(), nullable=False),
    )
    op.create_index("ix_erasures_member_id", "erasures", ["member_id"])
    op.create_index("ix_source_records_entity", "source_records", ["entity"])
    op.create_table(
        "suppressions",
        sa.Column("digest", CleanText(), primary_key=True),
        sa.Column("erasure_id", Whole, sa.ForeignKey("erasures.id"), nullable=False),
    )
    op.create_index("ix_suppressions_erasure_id", "suppressions", ["erasure_id"])
    op.create_table(
        "key_rotations",
        sa.Column("place", CleanText(), primary_key=True),
        sa.Column("key_mark", CleanText(), nullable=False),
        sa.Column("last", CleanText(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "chores",
        sa.Column("name", CleanText(), primary_key=True),
        sa.Column("worker", CleanText(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
    )
    _let_old_audit_rows_go()
    _seal()


def _let_old_audit_rows_go() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRES_FUNCTION)
        return
    op.execute("DROP TRIGGER audit_no_DELETE")
    op.execute(SQLITE_TRIGGER)


def _seal() -> None:
    try:
        seal_in_place(op.get_bind(), context.config.attributes.get("vault"))
    except LookupError as missing:
        raise SchemaError(
            f"{missing} must be encrypted by this upgrade: run `huike db upgrade` with the keys"
        ) from None
