"""`huike serve` and `huike worker`."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from typing import Any

import click
from uvicorn.loops.auto import auto_loop_factory

from bot.app import App, open_app
from bot.cli.progress import bars
from bot.settings import Settings, load_settings


@click.command()
@click.option("--host", help="Address to serve on; 127.0.0.1 unless HUIKE_HOST says otherwise.")
@click.option("--port", type=int, help="Port; 8080 unless HUIKE_PORT says otherwise.")
def serve(host: str | None, port: int | None) -> None:
    """Serve web chat, desk and API, and answer conversations.

    Telegram is served too when HUIKE_TELEGRAM_TOKEN is set. Stop with Ctrl-C: what was received
    is stored, and the next start goes on with it.
    """
    settings = load_settings()
    _log()
    _run(_serve(settings, host or settings.env.host, port or settings.env.port))


async def _serve(settings: Settings, host: str, port: int) -> None:
    from bot import serving  # noqa: PLC0415 - loads the web frameworks

    async with AsyncExitStack() as stack:
        listening = stack.enter_context(serving.bind(host, port))
        with bars() as progress:
            app = await stack.enter_async_context(open_app(settings, progress=progress))
        await serving.serve(app, listening, lambda: _announce(settings, host, port))


@click.command()
def worker() -> None:
    """Answer conversations without serving pages; start as many as there is work for."""
    _log()
    _run(_work(load_settings()))


async def _work(settings: Settings) -> None:
    from bot import serving  # noqa: PLC0415 - loads the web frameworks

    async with AsyncExitStack() as stack:
        with bars() as progress:
            app: App = await stack.enter_async_context(open_app(settings, progress=progress))
        click.echo("Answering conversations. Ctrl-C stops.")
        await serving.work(app)


def _run(program: Coroutine[Any, Any, None]) -> None:
    """Run until done or Ctrl-C, on uvloop where it is installed (uvicorn brings it)."""
    loop_factory = auto_loop_factory(use_subprocess=False)
    with suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(program)


def _log() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")


def _announce(settings: Settings, host: str, port: int) -> None:
    at = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"  # noqa: S104 - compared, not bound
    lines = [f"Shop and chat   {at}/", f"Service desk    {at}/desk", f"API             {at}/docs"]
    password = settings.env.demo_password.get_secret_value()
    if settings.assistant.demo.logins and password:
        lines += [
            "Demo logins     agent-lin, agent-zhou, manager (desk); clerk-sh01, clerk-bj01",
            f"Password        {password}",
        ]
    if settings.env.telegram_token.get_secret_value():
        lines.append("Telegram        answering")
    click.echo("\n".join(["", *lines, "", "Ctrl-C stops."]))
