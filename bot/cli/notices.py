"""`huike notices`."""

import asyncio
from datetime import UTC, datetime

import click

from bot.app import open_store, phrasebook_of
from bot.notices import Announcer
from bot.policies import load_policies
from bot.settings import load_settings
from bot.turn.bell import Bell


@click.group()
def notices() -> None:
    """What members who agreed to it are told unasked; the rules are in the policies."""


@notices.command()
@click.option("--dry-run", is_flag=True, help="Only count who would be told.")
def run(*, dry_run: bool) -> None:
    """Pass on what is new, once; `huike serve` and `huike worker` do so all the time."""
    counts = asyncio.run(_run(dry_run=dry_run))
    verb = "would be told" if dry_run else "told"
    for kind, messages in sorted(counts.items()):
        click.echo(f"{kind}: {messages} {verb}")
    if not counts:
        click.echo("Nothing new.")


async def _run(*, dry_run: bool) -> dict[str, int]:
    settings = load_settings()
    async with open_store(settings) as store:
        announcer = Announcer(
            store, phrasebook_of(settings), load_policies(), lambda: datetime.now(UTC), Bell()
        )
        return await announcer.announce(dry_run=dry_run)
