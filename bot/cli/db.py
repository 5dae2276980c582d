"""`huike db`."""

import click

from bot.app import vault_of
from bot.settings import load_settings
from crm_store import migrations

REGIONS = "0016"
"""The revision that knows where members live."""


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
def upgrade() -> None:
    """Bring the database to the schema that this version needs; harmless when it is there."""
    settings = load_settings()
    before = migrations.current_revision(settings.env.database)
    migrations.upgrade(settings.env.database, vault_of(settings) if settings.env.has_keys else None)
    click.echo(f"The database is at revision {migrations.head_revision()}.")
    if before is not None and before < REGIONS:
        click.echo("Members have a province, city and district now: huike members regions")


@db.command()
def current() -> None:
    """Show the database's revision and the one needed."""
    found = migrations.current_revision(load_settings().env.database)
    click.echo(f"at {found or 'no revision'}, needed {migrations.head_revision()}")
