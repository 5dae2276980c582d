"""`huike sources`: what can be imported, and the files that describe it."""

import click

from bot.app import mappings_of
from bot.settings import load_settings
from crm_store.errors import SourceFileError
from crm_store.sources.chosen import mapping_of
from crm_store.sources.mapping import Mappings


@click.group(invoke_without_command=True)
@click.pass_context
def sources(context: click.Context) -> None:
    """List the sources: their names, loaders, formats and keys.

    Each is described by a mapping, those of your own (`assistant.sources.mappings` in config.yml)
    before the packaged ones. A mapping with a mistake says so here.
    """
    if context.invoked_subcommand is None:
        mappings = mappings_of(load_settings())
        for name in mappings.names():
            click.echo(_line(mappings, name))


def _line(mappings: Mappings, name: str) -> str:
    whose = "your own" if mappings.path_of(name).parent == mappings.folder else "packaged"
    try:
        found = mapping_of(name, None, mappings)
    except SourceFileError as error:
        return f"{name:<14}{whose:<10}{error}"
    key = ", ".join(found.key)
    return f"{name:<14}{whose:<10}{found.loader:<17}{found.format:<7}key {key}"


@sources.command()
@click.argument("source")
def show(source: str) -> None:
    """Print the mapping of SOURCE, to start one of your own from.

    For example: huike sources show loyalty > mappings/duty_free.yml. It names every field that its
    loader reads; docs/sources.md explains them.
    """
    path = mappings_of(load_settings()).path_of(source)
    click.echo(path.read_text(encoding="utf-8").rstrip())
