"""`huike chat`."""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass

import click

from bot.app import open_app
from bot.channels.console import Console, Exchange, as_text
from bot.cli.progress import bars


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks at the console."""

    member_id: int | None = None
    staff_id: int | None = None


class SpeakerType(click.ParamType[Speaker]):
    """``guest``, ``customer:ID`` or ``clerk:ID``."""

    name = "speaker"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Speaker:
        """Read the option."""
        if isinstance(value, Speaker):
            return value
        kind, _, number = str(value).partition(":")
        if kind == "guest" and not number:
            return Speaker()
        if kind in {"customer", "clerk"} and number.isascii() and number.isdigit():
            found = int(number)
            return Speaker(member_id=found) if kind == "customer" else Speaker(staff_id=found)
        return self.fail("expected guest, customer:ID or clerk:ID", param, ctx)


@click.command()
@click.option("--as", "speaker", type=SpeakerType(), default="guest", show_default=True)
@click.option("--lang", type=click.Choice(["zh", "en"]), help="The language to begin in.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def chat(speaker: Speaker, lang: str | None, *, as_json: bool) -> None:
    """Talk to the assistant: one message a line, a number presses a button.

    The conversation is stored like any other. End it with Ctrl-D.
    """
    asyncio.run(_chat(speaker, lang, as_json=as_json))


async def _chat(speaker: Speaker, lang: str | None, *, as_json: bool) -> None:
    interactive = sys.stdin.isatty() and not as_json
    async with AsyncExitStack() as stack:
        with bars() as progress:
            app = await stack.enter_async_context(open_app(progress=progress))
        console = Console(
            app.store,
            app.inbox,
            app.worker(),
            member_id=speaker.member_id,
            staff_id=speaker.staff_id,
            language=lang,
        )
        while line := await asyncio.to_thread(_read, interactive):
            if line.strip():
                _show(await console.say(line.rstrip("\r\n")), as_json=as_json)


def _show(exchange: Exchange, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(exchange.to_json(), ensure_ascii=False))
    else:
        click.echo(as_text(exchange))


def _read(interactive: bool) -> str:
    if interactive:
        click.echo("> ", nl=False)
    return sys.stdin.readline()
