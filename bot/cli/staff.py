"""`huike staff`."""

import asyncio

import click

from bot.app import open_store
from bot.channels.telegram.linking import bot_username, deep_link
from bot.settings import ConfigError, load_settings
from crm_store.errors import InvalidRecordError
from crm_store.types.actors import SYSTEM, Role
from crm_store.types.people import Staff


@click.group()
def staff() -> None:
    """Staff accounts: clerks, agents and managers."""


@staff.command()
@click.argument("name")
@click.option("--login", help="What to log in with; made from NAME when omitted.")
@click.option("--role", type=click.Choice(["clerk", "agent", "manager"]), required=True)
@click.option("--store", "store_id", help="The store a clerk works in, for instance SH01.")
@click.password_option(help="Asked for when omitted, so that it stays out of the shell history.")
def add(name: str, login: str | None, role: str, store_id: str | None, password: str) -> None:
    """Add an account for NAME."""
    made = asyncio.run(
        _add(login or "-".join(name.lower().split()), name, password, Role(role), store_id)
    )
    click.echo(f"Added {made.role} {made.name}, login {made.login}.")


async def _add(login: str, name: str, password: str, role: Role, store_id: str | None) -> Staff:
    async with open_store() as store, store.writing(SYSTEM) as uow:
        return await uow.staff.add(login, name, password, role, store_id)


@staff.command()
@click.argument("name")
def link(name: str) -> None:
    """Print a link that ties a Telegram account to the account with this login or name.

    Whoever opens it in Telegram within ten minutes acts for that account; it works once.
    """
    click.echo(asyncio.run(_link(name)))
    click.echo("Open it in Telegram within ten minutes; it works once.", err=True)


async def _link(name: str) -> str:
    settings = load_settings()
    token = settings.env.telegram_token.get_secret_value()
    if not (token and settings.env.telegram_desk_chat):
        raise ConfigError("HUIKE_TELEGRAM_TOKEN and HUIKE_TELEGRAM_DESK_CHAT are not set")
    async with open_store(settings) as store:
        async with store.reading(SYSTEM) as uow:
            found = [one for one in await uow.staff.all() if name in (one.login, one.name)]
        if len(found) != 1:
            raise InvalidRecordError(
                f"{len(found)} accounts are called {name}; give the login of one"
            )
        username = await bot_username(token, settings.env.telegram_api)
        async with store.writing(SYSTEM) as uow:
            return deep_link(username, await uow.staff.telegram_link(found[0].id))
