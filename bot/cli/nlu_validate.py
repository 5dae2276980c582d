"""`huike nlu validate`."""

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.app import phrasebook_of
from bot.settings import load_settings

if TYPE_CHECKING:
    from nlu.validation import Validation


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_context
def validate(ctx: click.Context, folder: Path | None, *, as_json: bool) -> None:
    """Look for mistakes in the training data of FOLDER; the configured data when omitted.

    Prints what is wrong by file and line. Exit code 1 when something must be mended (error), 0
    when there are only warnings.
    """
    from nlu.validation import validate as look  # noqa: PLC0415 - loads the language tables

    settings = load_settings()
    known = frozenset(phrasebook_of(settings).section("en", "topics"))
    found = look(folder or settings.assistant.nlu.data, intents=known)
    click.echo(json.dumps(found.to_json(), ensure_ascii=False) if as_json else _table(found))
    if found.errors:
        ctx.exit(1)


def _table(found: "Validation") -> str:
    lines = [
        f"{finding.severity:<8} {finding.rule:<15} {_place(finding.file, finding.line)}"
        f"{finding.message}"
        for finding in found.findings
    ]
    counted = Counter(finding.rule.value for finding in found.findings)
    rules = ", ".join(f"{rule} {n}" for rule, n in counted.most_common())
    warnings = len(found.findings) - found.errors
    lines.append(
        f"{found.examples} examples of {found.intents} intents: "
        f"{found.errors} errors, {warnings} warnings{f' ({rules})' if rules else ''}."
    )
    return "\n".join(lines)


def _place(file: Path | None, line: int | None) -> str:
    if file is None:
        return ""
    return f"{file}: " if line is None else f"{file}:{line}: "
