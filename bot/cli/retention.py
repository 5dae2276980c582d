"""`huike retention`."""

import asyncio

import click

from bot.app import open_store
from bot.housekeeping import Housekeeper
from bot.settings import load_settings


@click.group()
def retention() -> None:
    """How long data is kept; the rules are `assistant.retention` in config.yml."""


@retention.command()
@click.option("--dry-run", is_flag=True, help="Only count what would go.")
def run(*, dry_run: bool) -> None:
    """Delete what is older than the rules allow, in batches."""
    counts = asyncio.run(_run(dry_run=dry_run))
    verb = "would go" if dry_run else "gone"
    for name, rows in counts.items():
        click.echo(f"{name}: {rows} {verb}")


async def _run(*, dry_run: bool) -> dict[str, int]:
    settings = load_settings()
    async with open_store(settings) as store:
        return await Housekeeper(store, settings.assistant.retention.rules()).tidy(dry_run=dry_run)
