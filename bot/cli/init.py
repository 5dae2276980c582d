"""`huike init`."""

import click

from bot.settings import ENV_FILE, write_secrets


@click.command()
def init() -> None:
    """Write fresh secrets into .env; values that are there already stay."""
    if write_secrets():
        click.echo(f"Wrote secrets to {ENV_FILE}. Keep it: without its keys data cannot be read.")
    else:
        click.echo(f"{ENV_FILE} has its secrets already.")
