"""`huike nlu examples`."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.app import open_store, phrasebook_of
from bot.settings import Settings, load_settings
from crm_store.types.actors import Actor, Role

if TYPE_CHECKING:
    from nlu.learning import Patch

EXPORTER = Actor(Role.SYSTEM, purpose="example export")


@click.command()
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the patch to FILE instead of standard output.",
)
@click.option(
    "--done", is_flag=True, help="Note what the training data holds by now as taken over."
)
def examples(out: Path | None, *, done: bool) -> None:
    """Examples that managers accepted from handoffs, as a patch of the training data.

    What the assistant failed on and a colleague then settled is reviewed at /desk/learning. This
    command changes no training data and trains nothing: people do, in four steps.

    \b
      huike nlu examples --out learned.patch
      git apply learned.patch
      huike nlu validate
      huike nlu examples --done

    The patch adds each example under its intent, in the file of its language, below a comment that
    says where it comes from and names nobody. What the data holds already is left out; what cannot
    be added is told on standard error. With --done, accepted examples that the data now holds are
    noted and not offered again; a patch that was not applied changes nothing.
    """
    settings = load_settings()
    if done:
        click.echo(f"{asyncio.run(_note(settings))} examples noted as taken over.")
        return
    found = asyncio.run(_patch(settings))
    if out is not None and found.text:
        out.write_text(found.text, encoding="utf-8", newline="")
    elif found.text:
        click.echo(found.text, nl=False)
    _tell(found, out)


async def _patch(settings: Settings) -> "Patch":
    from bot.learning.exporting import TrainingFolder, to_export  # noqa: PLC0415 - loads the NLU

    intents = frozenset(phrasebook_of(settings).section("en", "topics"))
    async with open_store(settings) as store, store.reading(EXPORTER) as uow:
        accepted = await to_export(uow)
    return TrainingFolder(settings.assistant.nlu.data, intents).patch(accepted)


async def _note(settings: Settings) -> int:
    present = [one.id for one in (await _patch(settings)).present]
    async with open_store(settings) as store, store.writing(EXPORTER) as uow:
        return await uow.examples.exported(present)


def _tell(found: "Patch", out: Path | None) -> None:
    for one in found.refused:
        click.echo(f"left out, sentence {one.example.id}: {one.reason}", err=True)
    if found.refused:
        click.echo("Take those back and correct or reject them at /desk/learning.", err=True)
    if found.present:
        click.echo(f"{len(found.present)} are in the data already; note it with --done.", err=True)
    where = f" in {out}; apply it with: git apply {out}" if out and found.text else ""
    click.echo(f"{len(found.added)} examples to add{where}.", err=True)
