"""`huike staff`."""

import asyncio

import click

from bot.app import open_store
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
