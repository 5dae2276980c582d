"""`huike members regions`: where members live, out of the addresses that are kept."""

import asyncio
import json

import click

from bot.app import open_store
from bot.cli.progress import bars


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def regions(*, as_json: bool) -> None:
    """Find out where members live whose region is not known yet.

    Province, city and district come from the addresses that are kept: members' own, and those of
    parcels they sent to themselves. Imports do this as they go, so it is needed once, for members
    who were here before. It may be stopped and run again.
    """
    found = asyncio.run(_derive())
    click.echo(json.dumps({"regions": found}) if as_json else f"{found} members have a region now.")


async def _derive() -> int:
    from crm_store.repositories.kept_regions import derive_regions  # noqa: PLC0415 - when it runs

    async with open_store() as store:
        with bars() as progress:
            return await derive_regions(store, lambda done, all_: progress("regions", done, all_))
