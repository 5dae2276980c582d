"""`huike import`."""

import asyncio
import json
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from bot.app import open_store
from bot.cli.progress import bars
from crm_store.types.records import ImportReport

SHOWN_REASONS = 5


@click.command("import")
@click.argument("source")
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Another description of the file's columns than the source's own.",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file.")
def import_(source: str, files: tuple[Path, ...], mapping: Path | None, *, as_json: bool) -> None:
    """Load FILES of one SOURCE into the store.

    Broken rows are kept apart with their line and the reason; the rest is loaded. Importing the
    same file again changes nothing. SOURCE is one of: catalog, stores, stock, promotions,
    loyalty, shop, pos, mini_program, points, coupons, social, tickets.
    """
    for report in asyncio.run(_import(source, files, mapping)):
        click.echo(_as_json(report) if as_json else summary(report))


async def _import(source: str, files: tuple[Path, ...], mapping: Path | None) -> list[ImportReport]:
    from crm_store.sources import import_file  # noqa: PLC0415 - reads the mappings

    async with open_store() as store:
        with bars() as progress:
            return [
                await import_file(
                    store, source, file, mapping=mapping, progress=partial(progress, file.name)
                )
                for file in files
            ]


def summary(report: ImportReport) -> str:
    """Return one line, and the first reasons where records were set aside."""
    aside = report.quarantined
    head = (
        f"{report.source}: {report.read} read, {report.accepted} accepted, "
        f"{report.unchanged} unchanged, {len(aside)} quarantined"
    )
    reasons = [f"  {q.file}:{q.line}: {q.reason}" for q in aside[:SHOWN_REASONS]]
    more = [f"  … and {len(aside) - SHOWN_REASONS} more"] if len(aside) > SHOWN_REASONS else []
    return "\n".join([head, *reasons, *more])


def _as_json(report: ImportReport) -> str:
    counts = {**asdict(report), "quarantined": len(report.quarantined)}
    return json.dumps(
        {**counts, "reasons": [asdict(q) for q in report.quarantined]}, ensure_ascii=False
    )
