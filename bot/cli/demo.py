"""`huike demo`."""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click

from bot.app import open_store
from bot.cli.imports import summary
from bot.cli.progress import bars
from bot.settings import ConfigError, load_settings
from crm_store.types.records import ImportReport


@click.group()
def demo() -> None:
    """The demo retailer 禾光生活: made-up people, products and two years of orders."""


@demo.command()
def load() -> None:
    """Write the demo retailer's files and import them, once.

    The files lie in var/demo afterwards: they are what a till, a web shop, a mini-program, a
    social platform and a service centre would export, typos and broken rows included.
    """
    reports = asyncio.run(_load())
    if not reports:
        click.echo("The demo retailer is loaded already.")
        return
    for report in reports:
        click.echo(summary(report))


async def _load() -> list[ImportReport]:
    from crm_store import demo as retailer  # noqa: PLC0415 - reads its catalogue files

    settings = load_settings()
    password = settings.env.demo_password.get_secret_value()
    if not password:
        raise ConfigError("HUIKE_DEMO_PASSWORD is not set; run: huike init")
    wanted = settings.assistant.demo
    zone = ZoneInfo(settings.assistant.retailer.time_zone)
    with bars() as progress:
        async with open_store(settings) as store:
            return await retailer.load(
                store,
                seed=wanted.seed,
                today=datetime.now(UTC).astimezone(zone).date(),
                people=wanted.people,
                orders=wanted.orders,
                folder=settings.env.var / "demo",
                staff_password=password,
                progress=progress,
            )
