"""Alembic's entry: runs on the connection that `crm_store.migrations` hands over."""

from alembic import context

from crm_store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
