"""`huike import`, `huike quarantine` and `huike records`."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from bot.app import mappings_of, open_store
from bot.cli.progress import bars
from bot.settings import load_settings
from crm_store.types.records import ImportReport, TracedRecord

SHOWN_REASONS = 5


@click.command("import")
@click.argument("source")
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Another description of the file's columns than the source's own.",
)
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file.")
def import_(source: str, files: tuple[Path, ...], mapping: Path | None, *, as_json: bool) -> None:
    """Load FILES of one SOURCE into the store.

    Broken rows are kept apart with their line and the reason; the rest is loaded. Importing the
    same file again changes nothing. SOURCE is one of: catalog, stores, stock, promotions,
    loyalty, shop, pos, mini_program, points, coupons, social, tickets, campaigns; or one that
    a mapping of your own describes (docs/sources.md); `huike sources` lists them all.
    """

    def report(found: ImportReport) -> None:
        click.echo(_as_json(found) if as_json else summary(found))

    asyncio.run(_import(source, files, mapping, report))


async def _import(
    source: str,
    files: tuple[Path, ...],
    mapping: Path | None,
    report: Callable[[ImportReport], None],
) -> None:
    """Load the files one by one, each reported when it is in: the next one may be refused."""
    from crm_store.sources import import_file  # noqa: PLC0415 - reads the mappings

    settings = load_settings()
    async with open_store(settings) as store:
        for file in files:
            with bars() as progress:
                found = await import_file(
                    store,
                    source,
                    file,
                    mapping=mapping,
                    mappings=mappings_of(settings),
                    progress=partial(progress, file.name),
                )
            report(found)


@click.group()
def quarantine() -> None:
    """Records that were set aside because they cannot be loaded."""


@quarantine.command("list")
@click.argument("source", required=False)
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a record.")
def list_(source: str | None, limit: int, *, as_json: bool) -> None:
    """Show how many records of each source are set aside, or those of SOURCE with the reason."""
    for line in asyncio.run(_list(source, limit, as_json=as_json)):
        click.echo(line)


async def _list(source: str | None, limit: int, *, as_json: bool) -> list[str]:
    from crm_store.sources import quarantine as held  # noqa: PLC0415 - reads the mappings

    settings = load_settings()
    async with open_store(settings) as store:
        if source is None:
            found = await held.counts(store)
            if as_json:
                return [json.dumps({"source": name, "held": n}) for name, n in found.items()]
            return [f"{name}: {number}" for name, number in found.items()] or ["Nothing is held."]
        records = await held.held(store, source, limit=limit)
        if not records:
            mappings_of(settings).path_of(source)  # a slip in the name is told
    if as_json:
        return [json.dumps(asdict(one), ensure_ascii=False, default=str) for one in records]
    return [f"{one.file}:{one.line}: {one.reason}" for one in records] or ["Nothing is held."]


@quarantine.command()
@click.argument("source")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def retry(source: str, *, as_json: bool) -> None:
    """Try what is set aside of SOURCE once more.

    For when its mapping was corrected, or when what the records name has been imported since.
    """
    report = asyncio.run(_retry(source))
    click.echo(_as_json(report) if as_json else summary(report))


async def _retry(source: str) -> ImportReport:
    from crm_store.sources import quarantine as held  # noqa: PLC0415 - reads the mappings

    settings = load_settings()
    async with open_store(settings) as store:
        total = (await held.counts(store)).get(source, 0)
        with bars() as progress:
            return await held.retry(
                store,
                source,
                mappings=mappings_of(settings),
                progress=lambda done: progress(f"retry {source}", done, total),
            )


@click.group()
def records() -> None:
    """Raw records of the sources."""


@records.command()
@click.argument("source")
@click.argument("key")
@click.option("--purpose", required=True, help="Why you look; it is written into the audit.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def trace(source: str, key: str, purpose: str, *, as_json: bool) -> None:
    """Show the raw record KEY of SOURCE, what it became and what cleaning changed.

    KEY is the source's own, such as a card or order number. What is shown is personal data in
    the clear; the look is audited.
    """
    record = asyncio.run(_trace(source, key, purpose))
    if as_json:
        click.echo(json.dumps(asdict(record), ensure_ascii=False, default=str))
        return
    click.echo(f"{record.file}:{record.line} → {record.entity or record.reason or record.state}")
    for change in record.changes:
        values = (json.dumps(value, ensure_ascii=False) for value in (change.raw, change.value))
        click.echo(f"  {change.field}: {' → '.join(values)}")
    click.echo(record.raw)


async def _trace(source: str, key: str, purpose: str) -> TracedRecord:
    from crm_store.sources import quarantine as held  # noqa: PLC0415 - reads the mappings

    async with open_store() as store:
        return await held.trace(store, source, key, purpose=purpose)


def summary(report: ImportReport) -> str:
    """Return one line, the first reasons where records were set aside, and unread columns."""
    aside = report.quarantined
    head = (
        f"{report.source}: {report.read} read, {report.accepted} accepted, "
        f"{report.unchanged} unchanged, {report.held_back} quarantined"
    )
    reasons = [f"  {q.file}:{q.line}: {q.reason}" for q in aside[:SHOWN_REASONS]]
    rest = report.held_back - len(reasons)
    more = [f"  … and {rest} more: huike quarantine list {report.source}"] if rest else []
    unused = [f"  not read: {', '.join(report.unused)}"] if report.unused else []
    return "\n".join([head, *reasons, *more, *unused])


def _as_json(report: ImportReport) -> str:
    counts = {**asdict(report), "quarantined": report.held_back}
    del counts["held_back"]
    return json.dumps(
        {**counts, "reasons": [asdict(q) for q in report.quarantined]}, ensure_ascii=False
    )
