"""The command line. Commands are imported only when they run, so that `huike --help` is instant."""

import importlib
import sys
from collections.abc import Mapping

import click

COMMANDS: Mapping[str, tuple[str, str]] = {
    "init": ("bot.cli.init:init", "Write fresh secrets into .env, once."),
    "serve": ("bot.cli.serve:serve", "Serve web chat, desk and API; Telegram with its token."),
    "worker": ("bot.cli.serve:worker", "Answer conversations without serving pages."),
    "chat": ("bot.cli.chat:chat", "Talk to the assistant in the terminal."),
    "db": ("bot.cli.db:db", "Database migrations."),
    "demo": ("bot.cli.demo:demo", "The demo retailer."),
    "import": ("bot.cli.imports:import_", "Load one source's records into the store."),
    "sources": ("bot.cli.sources:sources", "What can be imported, and how it is described."),
    "quarantine": ("bot.cli.imports:quarantine", "List and retry what imports set aside."),
    "records": ("bot.cli.imports:records", "Trace a raw record and what cleaning changed."),
    "members": ("bot.cli.members:members", "Look at members, merge and part them."),
    "notices": ("bot.cli.notices:notices", "Tell members what happened to their orders."),
    "retention": ("bot.cli.retention:retention", "How long data is kept."),
    "keys": ("bot.cli.keys:keys", "Keys of the encryption."),
    "segments": ("bot.cli.segments:segments", "RFM segments, churn risk and lifetime value."),
    "nlu": ("bot.cli.nlu:nlu", "Parse sentences, evaluate models."),
    "catalog": ("bot.cli.catalog:catalog", "Import, search and recommend products."),
    "staff": ("bot.cli.staff:staff", "Staff accounts."),
}


class LazyGroup(click.Group):
    """A group whose commands name their module and are loaded on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return a command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with: huike init, huike db upgrade, huike demo load, huike serve.",
)
@click.version_option(package_name="huike")
def huike() -> None:
    """Huike 会客: a conversational assistant for retailers.

    Behaviour is set in config.yml, secrets and addresses by HUIKE_* variables or .env.
    """


def main() -> None:
    """Run the command line; what we can explain gets one line and exit code 2."""
    try:
        sys.exit(huike(standalone_mode=False) or 0)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        _explain(error)
        sys.exit(2)
    except Exception as error:
        if not _expected(error):
            raise
        click.echo(f"huike: {error}", err=True)
        sys.exit(2)


def _explain(error: click.ClickException) -> None:
    """Say in one line what was wrong with a call, and where its help is."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return
    called = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else ""
    way_out = f" (see {called} --help)" if called else ""
    click.echo(f"huike: {error.format_message().rstrip('.')}{way_out}", err=True)


def _expected(error: Exception) -> bool:
    """Whether an error explains itself, so that a stack trace would only get in the way."""
    from bot.settings import ConfigError  # noqa: PLC0415 - only when something went wrong
    from crm_store.errors import StoreError  # noqa: PLC0415
    from knowledge.errors import KnowledgeError  # noqa: PLC0415
    from nlu.errors import NluError  # noqa: PLC0415

    return isinstance(error, (ConfigError, StoreError, KnowledgeError, NluError, OSError))
