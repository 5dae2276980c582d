"""`huike keys`."""

import asyncio

import click

from bot.app import open_store
from bot.cli.progress import bars


@click.group()
def keys() -> None:
    """The keys under which personal values are encrypted."""


@keys.command()
def rotate() -> None:
    """Encrypt everything under the newest key of HUIKE_DATA_KEYS.

    Put a new key in front, restart every process, then run this. It may be stopped and goes on
    where it was. Once it is done the old key can go.
    """
    changed = asyncio.run(_rotate())
    click.echo(f"{changed} values encrypted anew; everything is under the newest key.")


async def _rotate() -> int:
    from crm_store.privacy import keys as rotation  # noqa: PLC0415 - only when it runs

    async with open_store() as store:
        with bars() as progress:
            return await rotation.rotate(store, progress)
