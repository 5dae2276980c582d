"""`huike members export|erase|proof`: what a person may ask about their data."""

import asyncio
import json
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

import click

from bot.app import open_store
from bot.cli.identify import OPERATOR, member_id_of
from bot.settings import load_settings
from crm_store.errors import InvalidRecordError, NotFoundError
from crm_store.privacy import proofs
from crm_store.types.privacy import Place, Proof

SHORTEST_TOLD = 8
"""Characters of an identifier that cannot stand in a file by chance."""
KINDS = frozenset({"", ".json", ".zip"})
CACHES = ("index", "faq", "nlu")
EXPORTS = "exports as they were delivered; delete them where they are kept"


@click.command()
@click.argument("who")
@click.argument("file", type=click.Path(path_type=Path))
def export(who: str, file: Path) -> None:
    """Write everything about the member whose id, phone or card is WHO.

    FILE is NAME.zip (data, page and a spreadsheet a table), NAME.json (the page comes beside it
    as NAME.html) or a folder.
    """
    if file.suffix not in KINDS:
        raise InvalidRecordError(f"{file}: expected NAME.json, NAME.zip or a folder")
    for written in asyncio.run(_export(who, file)):
        click.echo(written)


async def _export(who: str, file: Path) -> list[Path]:
    from crm_store.privacy.writing import write_export  # noqa: PLC0415 - loads Jinja

    async with open_store() as store, store.writing(OPERATOR) as uow:
        data = await uow.privacy.export(await member_id_of(uow, who))
    return write_export(data, file)


@click.command()
@click.argument("who")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="The proof as one JSON object.")
def erase(who: str, *, yes: bool, as_json: bool) -> None:
    """Erase the member whose id, phone or card is WHO, for good; prints the proof.

    Everything goes, in one transaction or not at all, also during a conversation. What sales have
    to be kept loses whose it was. Merged members go with the one that was kept.
    """
    if not yes and sys.stdin.isatty():
        click.confirm(f"Erase {who} everywhere? This cannot be undone.", abort=True)
    _show(asyncio.run(_erase(who)), as_json=as_json)


async def _erase(who: str) -> Proof:
    var = load_settings().env.var
    async with open_store() as store:
        async with store.writing(OPERATOR) as uow:
            member_id = await member_id_of(uow, who)
            proof = await uow.privacy.erase(member_id, elsewhere=files_under(var))
        await store.settle()
    return proof


@click.command()
@click.argument("erasure", required=False, type=int)
@click.option("--verify", type=click.Path(path_type=Path, exists=True), help="Check a proof.")
@click.option("--json", "as_json", is_flag=True, help="The proof as one JSON object.")
def proof(erasure: int | None, verify: Path | None, *, as_json: bool) -> None:
    """Show the proof of ERASURE, or check one that was kept in a file."""
    if verify is not None:
        asyncio.run(_verify(verify, _proof_in(verify)))
        click.echo(f"{verify}: genuine")
    elif erasure is not None:
        _show(asyncio.run(_proof(erasure)), as_json=as_json)
    else:
        raise click.UsageError("name an erasure, or a file with --verify")


async def _proof(erasure: int) -> Proof:
    async with open_store() as store, store.reading(OPERATOR) as uow:
        found = await uow.privacy.proof(erasure)
    if found is None:
        raise NotFoundError(f"there was no erasure {erasure}")
    return found


def _proof_in(file: Path) -> Proof:
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InvalidRecordError(f"{file}: not JSON") from error
    if not isinstance(values, dict):
        raise InvalidRecordError(f"{file}: not a proof of erasure")
    return proofs.from_json(values)


async def _verify(file: Path, told: Proof) -> None:
    async with open_store() as store, store.reading(OPERATOR) as uow:
        genuine = await uow.privacy.verify(told)
    if not genuine:
        raise InvalidRecordError(f"{file}: this proof was not signed here, or was changed")


def _show(found: Proof, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(proofs.to_json(found), ensure_ascii=False))
        return
    click.echo("\n".join(lines_of(found)))


def lines_of(found: Proof) -> Iterator[str]:
    """Yield a proof as it is printed."""
    numbers = ", ".join(f"#{member_id}" for member_id in found.member_ids)
    yield f"Erasure {found.id} of {numbers} on {found.at:%Y-%m-%d %H:%M} UTC by {found.by}"
    yield f"{'place':<22}{'found':>7}{'deleted':>9}{'blanked':>9}{'kept':>6}{'left':>6}"
    for place in found.places:
        counts = f"{place.found:>7}{place.deleted:>9}{place.anonymised:>9}{place.kept:>6}"
        why = f"  {place.why}" if place.why and place.found else ""
        yield f"{place.name:<22}{counts}{place.left:>6}{why}"
    yield f"{found.suppressed} source records will not be loaded again."
    yield f"Signature {found.signature}"


def files_under(var: Path) -> Callable[[Collection[str]], Sequence[Place]]:
    """Return what looks for identifiers in the search indexes and in what the NLU keeps.

    They are made of the catalogue, of articles and of example sentences; this makes sure. Exports
    that were delivered are somebody's files: they are named, and not touched.
    """

    def looked(identifiers: Collection[str]) -> list[Place]:
        wanted = [one.encode() for one in identifiers if len(one) >= SHORTEST_TOLD]
        caches = [(name, _found(var / name, wanted)) for name in CACHES]
        demo = _found(var / "demo", wanted)
        return [
            *(Place(f"files in {name}", found, left=found) for name, found in caches),
            Place("files in demo", demo, kept=demo, why=EXPORTS),
        ]

    return looked


def _found(folder: Path, wanted: Sequence[bytes]) -> int:
    """Return how many files of a folder hold one of these."""
    files = (file for file in folder.rglob("*") if wanted and file.is_file())
    return sum(any(one in content for one in wanted) for content in map(Path.read_bytes, files))
