"""`huike members`."""

import asyncio

import click

from bot.app import open_store
from bot.cli import member_card, merging, privacy
from bot.cli.identify import NOBODY, OPERATOR, member_id_of
from bot.cli.regions import regions
from crm_store.errors import NotFoundError
from crm_store.types.profiles import CompleteCard


@click.group()
def members() -> None:
    """Members of the loyalty programme."""


for command in (
    merging.resolve,
    merging.matches,
    merging.merge,
    merging.unmerge,
    privacy.export,
    privacy.erase,
    privacy.proof,
    regions,
):
    members.add_command(command)


@members.command()
@click.argument("who")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(who: str, *, as_json: bool) -> None:
    """Show the card of the member whose id, phone or card is WHO, masked."""
    complete = asyncio.run(_complete(who))
    click.echo(member_card.as_json(complete) if as_json else member_card.as_lines(complete))


async def _complete(who: str) -> CompleteCard:
    async with open_store() as store, store.reading(OPERATOR) as uow:
        complete = await uow.profiles.complete(await member_id_of(uow, who))
    if complete is None:
        raise NotFoundError(NOBODY.format(who=who))
    return complete
