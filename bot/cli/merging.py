"""`huike members resolve|matches|merge|unmerge`: members that are one person, and the way back."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.app import open_store
from bot.cli.identify import OPERATOR, member_id_of
from bot.cli.progress import bars
from crm_store.errors import InvalidRecordError, NotFoundError
from crm_store.types.merges import (
    Evidence,
    MatchCandidate,
    MatchState,
    MemberMatch,
    Merge,
    plain_evidence,
)

if TYPE_CHECKING:
    from crm_store.resolution.running import ResolutionReport


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option(
    "--review",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write every match with its explanation to this file.",
)
@click.option("--dry-run", "dry", is_flag=True, help="Find matches, change nothing.")
def resolve(*, as_json: bool, review: Path | None, dry: bool) -> None:
    """Find members that are one person.

    The certain ones are merged (`huike members unmerge` undoes it), the likely ones wait for
    review at the desk or under `huike members matches`.
    """
    if review is not None and not review.absolute().parent.is_dir():
        raise InvalidRecordError(f"{review}: there is no such folder")
    report = asyncio.run(_resolve(dry=dry))
    if review is not None:
        review.write_text(_explained(report), encoding="utf-8")
    click.echo(json.dumps(_told(report)) if as_json else _summary(report, dry=dry))


async def _resolve(*, dry: bool) -> "ResolutionReport":
    from crm_store.resolution.running import resolve_members  # noqa: PLC0415 - heavy

    with bars() as progress:
        async with open_store() as store:
            return await resolve_members(store, dry=dry, progress=progress)


@click.command()
@click.option("--accept", type=int, metavar="ID", help="Merge the two of this proposal.")
@click.option("--keep", metavar="WHO", help="With --accept: whom to keep; the left one if omitted.")
@click.option("--reject", type=int, metavar="ID", help="These are two people, for good.")
@click.option("--limit", default=50, show_default=True, help="How many to list.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def matches(
    accept: int | None, keep: str | None, reject: int | None, limit: int, *, as_json: bool
) -> None:
    """List proposals to merge, strongest first, or decide one."""
    if accept is not None and reject is not None:
        raise click.UsageError("accept or reject, not both")
    if accept is not None:
        _say_merged(asyncio.run(_accept(accept, keep)), as_json=as_json)
    elif reject is not None:
        asyncio.run(_reject(reject))
        click.echo(f"Proposal {reject}: two people.")
    else:
        _list(asyncio.run(_candidates(limit)), as_json=as_json)


async def _accept(candidate_id: int, keep: str | None) -> Merge:
    async with open_store() as store, store.writing(OPERATOR) as uow:
        proposal = await uow.merges.candidate(candidate_id)
        if proposal is None:
            raise NotFoundError(f"no proposal {candidate_id}")
        kept = await member_id_of(uow, keep) if keep else proposal.match.left_id
        return await uow.merges.accept(candidate_id, kept)


async def _reject(candidate_id: int) -> None:
    async with open_store() as store, store.writing(OPERATOR) as uow:
        await uow.merges.decline(candidate_id, MatchState.DISTINCT)


async def _candidates(limit: int) -> list[MatchCandidate]:
    async with open_store() as store, store.reading(OPERATOR) as uow:
        return await uow.merges.candidates(limit=limit)


@click.command()
@click.argument("kept")
@click.argument("merged")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def merge(kept: str, merged: str, *, as_json: bool) -> None:
    """Make two members one: all that MERGED has passes to KEPT. Each is an id, phone or card."""
    _say_merged(asyncio.run(_merge(kept, merged)), as_json=as_json)


async def _merge(kept: str, merged: str) -> Merge:
    async with open_store() as store, store.writing(OPERATOR) as uow:
        pair = [await member_id_of(uow, who) for who in (kept, merged)]
        return await uow.merges.merge(*pair)


@click.command()
@click.argument("merge_id", type=int)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def unmerge(merge_id: int, *, as_json: bool) -> None:
    """Undo the merge with this number: each member has again what was its own."""
    undone = asyncio.run(_unmerge(merge_id))
    if as_json:
        click.echo(json.dumps(_merge_told(undone)))
    else:
        click.echo(f"Merge {merge_id} undone: members {undone.kept_id} and {undone.merged_id}.")


async def _unmerge(merge_id: int) -> Merge:
    async with open_store() as store, store.writing(OPERATOR) as uow:
        return await uow.merges.unmerge(merge_id)


def _say_merged(done: Merge, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_merge_told(done)))
        return
    click.echo(
        f"Merge {done.id}: member {done.merged_id} is now part of {done.kept_id}. "
        f"To undo it: huike members unmerge {done.id}"
    )


def _list(found: Sequence[MatchCandidate], *, as_json: bool) -> None:
    for one in found:
        if as_json:
            told = {"id": one.id, "state": one.state.value, **_match_told(one.match)}
            click.echo(json.dumps(told))
        else:
            click.echo(f"proposal {one.id} ({one.state})\n{_lines(one.match)}\n")
    if not found and not as_json:
        click.echo("Nothing to review. Proposals come from: huike members resolve")


def _summary(report: "ResolutionReport", *, dry: bool) -> str:
    merges, reviews = len(report.verdict.merges), len(report.verdict.reviews)
    if dry:
        return f"{report.members} members: {merges} to merge, {reviews} to review; nothing changed"
    return (
        f"{report.members} members: {len(report.merges)} merged, {reviews} to review "
        f"({report.proposed} new). See: huike members matches"
    )


def _told(report: "ResolutionReport") -> dict[str, object]:
    return {
        "members": report.members,
        "merged": [_merge_told(one) for one in report.merges],
        "to_merge": len(report.verdict.merges),
        "to_review": len(report.verdict.reviews),
        "proposed": report.proposed,
    }


def _merge_told(done: Merge) -> dict[str, object]:
    return {
        "merge": done.id,
        "kept": done.kept_id,
        "merged": done.merged_id,
        "reason": done.reason.value,
        "undone": done.undone_at is not None,
        "evidence": plain_evidence(done.evidence),
    }


def _match_told(match: MemberMatch) -> dict[str, object]:
    return {
        "left": match.left_id,
        "right": match.right_id,
        "weight": round(match.weight, 3),
        "probability": round(match.probability, 6),
        "evidence": plain_evidence(match.evidence),
    }


def _explained(report: "ResolutionReport") -> str:
    """Return every match for people to read; it names members by their ids alone."""
    groups = (("MERGED", report.verdict.merges), ("TO REVIEW", report.verdict.reviews))
    parts = [f"{title}\n\n" + "\n\n".join(map(_lines, found)) for title, found in groups]
    return "\n\n\n".join(parts) + "\n"


def _lines(match: MemberMatch) -> str:
    head = (
        f"members {match.left_id} and {match.right_id}: "
        f"weight {match.weight:+.1f} ({match.probability:.2%})"
    )
    return "\n".join((head, *map(_line, sorted(match.evidence, key=lambda one: -abs(one.weight)))))


def _line(one: Evidence) -> str:
    return f"  {one.weight:+6.1f}  {one.field}: {one.level.replace('_', ' ')}"
